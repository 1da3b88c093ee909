import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";

const texts = JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", `
import json, sys
sys.path.insert(0, sys.argv[1])
from apply import shims
print(json.dumps([shims.SYSTEMCTL, shims.DEB_SYSTEMD_HELPER]))`, join(__dirname, "../../machine")], { encoding: "utf8" })) as string[];

test.each(texts)("is a clean shell script", (text) => {
  expect(spawnSync("shellcheck", ["-"], { input: text, encoding: "utf8" }).stdout).toBe("");
});

describe("what Debian's own command would answer and leave behind is what the shim does", () => {
  const folder = mkdtempSync("/dev/shm/ringo-shims-");
  const shim = join(folder, "first/deb-systemd-helper");
  const unit = "example.service";
  const enabled = "/var/lib/systemd/deb-systemd-helper-enabled";
  const wanted = ["/etc/systemd/system/multi-user.target.wants/example.service", "/etc/systemd/system/alias.service"];

  beforeAll(() => {
    mkdirSync(dirname(shim));
    writeFileSync(shim, texts[1]);
    chmodSync(shim, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  interface Machine {
    /** Links that were once made of the unit; none: it was never installed. */
    recorded: string[] | null;
    there: string[];
    inItsPlace: "nothing" | "file" | "mask" | "dangling";
    maskedByPackage: boolean;
  }

  const make = (root: string, { recorded, there, inItsPlace, maskedByPackage }: Machine): void => {
    const put = (path: string, content: string): void => {
      mkdirSync(dirname(root + path), { recursive: true });
      writeFileSync(root + path, content);
    };
    const link = (path: string, target: string): void => {
      mkdirSync(dirname(root + path), { recursive: true });
      symlinkSync(target, root + path);
    };
    put(`/usr/lib/systemd/system/${unit}`, "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlias=alias.service\n");
    if (recorded) put(`${enabled}/${unit}.dsh-also`, recorded.map((each) => `${each}\n`).join(""));
    for (const each of there) link(each, `/usr/lib/systemd/system/${unit}`);
    const place = `/etc/systemd/system/${unit}`;
    if (inItsPlace === "file") put(place, "[Service]\nExecStart=/bin/false\n");
    if (inItsPlace === "mask") link(place, "/dev/null");
    if (inItsPlace === "dangling") link(place, "/nowhere");
    if (maskedByPackage) put(`/var/lib/systemd/deb-systemd-helper-masked/${unit}`, "");
  };

  const asked = (root: string, path: string, args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync("deb-systemd-helper", [...args], {
      env: { PATH: path, DPKG_ROOT: root, DPKG_MAINTSCRIPT_PACKAGE: "example" }, encoding: "utf8",
    });
    const left = execFileSync("find", [".", "-not", "-type", "d", "-printf", "%p -> %l\n"], { cwd: root, encoding: "utf8" });
    return { status, told: (stdout + stderr).replaceAll(root, "").replace(/.*\/deb-systemd-helper: /g, ""), left: left.split("\n").sort() };
  };

  const machines: fc.Arbitrary<Machine> = fc.record({
    recorded: fc.option(fc.subarray(wanted)),
    there: fc.subarray(wanted),
    inItsPlace: fc.constantFrom("nothing" as const, "file" as const, "mask" as const, "dangling" as const),
    maskedByPackage: fc.boolean(),
  });
  const questions = fc.constantFrom(
    ["unmask", unit], ["--quiet", "was-enabled", unit], ["was-enabled", unit], ["debian-installed", unit], ["--quiet", "debian-installed", unit],
    ["--user", "unmask", unit], ["update-state", unit], ["unmask", unit, "other.service"], ["--quiet", "was-enabled", "other.service"],
  );

  test("for any machine and question", () => {
    let n = 0;
    fc.assert(fc.property(machines, questions, (machine, question) => {
      const ours = join(folder, `${++n}`);
      make(ours, machine);
      const debians = `${ours}-debian`;
      cpSync(ours, debians, { recursive: true, verbatimSymlinks: true });
      expect(asked(ours, `${dirname(shim)}:/usr/bin:/bin`, question)).toEqual(asked(debians, "/usr/bin:/bin", question));
    }), { numRuns: 60 });
  });
});
