import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { User } from "../../../machine/state";
import { FakeMachine } from "../machine";

/** A machine's /etc, in which Debian's own programs make users. */
let etc: string;
const place = (name: string, ...lines: string[]) => writeFileSync(join(etc, name), lines.map((line) => `${line}\n`).join(""));
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), "ringo-accounts-"));
  copyFileSync("/etc/login.defs", join(etc, "login.defs"));
  place("nsswitch.conf", "passwd: files", "group: files", "shadow: files");
  place("shadow", "root:*:20000::::::", "app:!:20000::::::");
  place("passwd", "root:x:0:0::/root:/bin/sh", "app:x:150:150::/nonexistent:/usr/sbin/nologin");
  place("group", "root:x:0:", "app:x:150:", "www-data:x:33:", "ssl-cert:x:120:other,app");
});
afterEach(() => rmSync(etc, { recursive: true }));

/** What is done for a user, twice; and then the machine's line for him, and his groups. */
function made(user: User) {
  const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from apply import accounts, shell
for _ in range(2):
    accounts.users([json.loads(sys.argv[2])])
    print("applied")`;
  const done = spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-ec", 'mount --bind "$1" /etc; /usr/bin/python3 -IBc "$2" "$3" "$4"; id --name --groups "$5"', "sh", etc, program, join(__dirname, "../../../machine"), JSON.stringify(user), user.name], {
    encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  expect(done).toMatchObject({ status: 0, stderr: "" });
  const [first, second, groups] = done.stdout.split("applied\n");
  expect(second).toBe("");
  return { said: first!.trim().split("\n"), line: new RegExp(`^${user.name}:.*$`, "m").exec(readFileSync(join(etc, "passwd"), "utf8"))![0], groups: groups!.trim().split(" ") };
}

test("a user is made with his groups, in whose they are, and has no home and no shell", () => {
  expect(made({ name: "media", uid: 10001, group: "www-data", groups: ["ssl-cert", "new"] })).toEqual({
    said: ["group new created", "user media created", "user media added to ssl-cert, new"], line: "media:x:10001:33::/nonexistent:/usr/sbin/nologin", groups: ["www-data", "ssl-cert", "new"],
  });
});

test("a user by his name alone has a group of his own", () => {
  const { said, line, groups } = made({ name: "agent", shell: "/bin/false" });
  expect([said, line, groups]).toEqual([["group agent created", "user agent created"], expect.stringMatching(/^agent:x:\d{3}:\d{3}::\/nonexistent:\/bin\/false$/), ["agent"]]);
});

test("a user who is there is given another group and shell, and leaves no group that somebody else has put him in", () => {
  expect(made({ name: "app", group: "www-data", shell: "/bin/false", groups: ["adm"] })).toEqual({
    said: ["group adm created", "user app changed", "user app added to adm"], line: "app:x:150:33::/nonexistent:/bin/false", groups: ["www-data", "ssl-cert", "adm"],
  });
});

test("a user with another id than declared is reported, and left unchanged", () => {
  const machine = new FakeMachine();
  try {
    // Debian's own, on every machine.
    const { code, errors } = machine.apply({ users: [{ name: "www-data", group: "www-data", uid: 10001 }] });
    expect([code, errors]).toEqual([1, expect.stringContaining("user www-data has the id 33 but should have 10001: its files would have to change owner")]);
    expect(machine.apply({ users: [{ name: "www-data", group: "www-data", uid: 33 }] }).lines).toEqual(["unchanged"]);
  } finally {
    machine.remove();
  }
});
