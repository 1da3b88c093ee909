import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres } from "../../../machine/data/postgres";
import { redis } from "../../../machine/data/redis";
import { content } from "../fragment";
import { options, redisOptions } from "./servers";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-data-")); });
afterEach(() => rmSync(root, { recursive: true }));

describe.each([
  ["PostgreSQL", postgres(options()), "postgres", "/srv/data/postgresql", "/etc/systemd/system/postgresql@17-main.service.d/ringo.conf"],
  ["Redis", redis({ ...redisOptions, password: "made-up-one", operatorPassword: "made-up-two" }), "redis", "/srv/data/redis", "/etc/systemd/system/redis-server.service.d/ringo.conf"],
])("%s", (name, fragment, user, data, dropIn) => {
  test("starts by itself at a boot: after its volume, and even before its address exists", () => {
    expect(content(fragment, dropIn)).toMatch(new RegExp(`^RequiresMountsFor=${data}$`, "m"));
    expect(fragment.files!.filter(({ path, content: text }) => path.startsWith("/etc/sysctl.d/") && /^-net\.ipv4\.ip_nonlocal_bind = 1$/m.test(text))).toHaveLength(1);
    const start = fragment.files!.find(({ path }) => path.endsWith("/start.conf"));
    expect(start?.content ?? "auto\n").toBe("auto\n");
  });

  test("gets ownership of its files if a volume comes from a machine with other user ids, however deep they are", () => {
    const step = fragment.steps!.find((each) => each.name === `${name}'s files are its own`)!;
    // To give a file away takes root: here a stranger's is one that is called so.
    const here = (command: string): string => command.replaceAll(data, root).replaceAll(`-user ${user}`, "-name stranger").replaceAll("! -name", "-name");
    const run = (command: string) => spawnSync("sh", ["-ec", `chown() { [ "$1 $2" = "-R ${user}:${user}" ] && find "$3" -name stranger -delete; }\n${here(command)}`]).status;
    expect(run(step.unless!)).toBe(0);
    mkdirSync(join(root, "base/16384"), { recursive: true });
    writeFileSync(join(root, "base/16384/stranger"), "");
    expect(run(step.unless!)).not.toBe(0);
    expect([run(step.command), run(step.unless!)]).toEqual([0, 0]);
  });
});
