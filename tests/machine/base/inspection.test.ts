import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspection } from "../../../machine/base/inspection";
import { content } from "../fragment";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-aide-")); });
afterEach(() => rmSync(root, { recursive: true }));

describe("the nightly check of files", () => {
  const script = content(inspection, "/usr/local/lib/ringo/compare-files");
  const look = (status: number) => {
    writeFileSync(join(root, "aide"), `#!/bin/sh\necho "$*" >> ${root}/asked\necho ${status} > aide.db.new\nexit ${status}\n`, { mode: 0o755 });
    const { status: ended } = spawnSync("sh", ["-c", script.replaceAll("/var/lib/aide", root)], { env: { PATH: `${root}:/usr/bin:/bin` } });
    return [ended, readFileSync(join(root, "aide.db"), "utf8").trim()];
  };

  test("starts from the present state; from then on each run compares with the previous one, whatever it found", () => {
    expect([look(0), look(5), look(7)]).toEqual([[0, "0"], [0, "5"], [0, "7"]]);
    expect(readFileSync(join(root, "asked"), "utf8").trim().split("\n").map((line) => line.split(" ").at(-1))).toEqual(["--init", "--update", "--update"]);
  });

  test("fails if it could not check, and forgets nothing", () => {
    look(0);
    expect(look(17)).toEqual([17, "0"]);
  });

  test("covers programs and configuration, including SSH keys", () => {
    const places = content(inspection, "/etc/aide/aide.conf").match(/^\/\S+(?= Ours$)/gm)!.map((place) => new RegExp(`^${place}`));
    expect(["/usr/bin/python3", "/usr/local/sbin/ringo-backup", "/etc/ssh/sshd_config", "/root/.ssh/authorized_keys", "/boot/vmlinuz"].filter((path) => !places.some((place) => place.test(path)))).toEqual([]);
  });
});
