import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";

const folder = mkdtempSync("/dev/shm/ringo-shims-");
afterAll(() => rmSync(folder, { recursive: true }));
const [log, changed] = ["log", "var/lib/ringo/units-changed"].map((name) => join(folder, name)) as [string, string];
const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
};
put(join(folder, "debians/systemctl"), `#!/bin/sh\necho "$*" >> ${log}\n`);
mkdirSync(dirname(changed), { recursive: true });
const texts = JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", `
import json, sys
sys.path.insert(0, sys.argv[1])
from apply import shims
print(json.dumps(shims.texts()))`, join(__dirname, "../../../machine")], {
  encoding: "utf8", env: { PATH: `${join(folder, "debians")}:/usr/bin:/bin`, RINGO_ROOT: folder },
})) as Record<"systemctl" | "deb-systemd-helper", string>;
const shims = join(folder, "first");
for (const [name, text] of Object.entries(texts)) put(join(shims, name), text);

test.each(Object.values(texts))("passes shellcheck", (text) => {
  expect(spawnSync("shellcheck", ["-"], { input: text, encoding: "utf8" }).stdout).toBe("");
});

test("systemd reloads once for all units that packages add or enable, before any of them starts", () => {
  const asked = (args: string): string[] => {
    writeFileSync(log, "");
    expect(spawnSync(join(shims, "systemctl"), args.split(" "), { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    return readFileSync(log, "utf8").trim().split("\n");
  };
  expect(asked("start one.service")).toEqual(["start one.service"]);
  expect([asked("--system daemon-reload"), existsSync(changed)]).toEqual([[""], true]);
  expect([asked("enable two"), asked("is-enabled two"), existsSync(changed)]).toEqual([["--no-reload enable two"], ["is-enabled two"], true]);
  expect([asked("--quiet restart two.service"), existsSync(changed)]).toEqual([["daemon-reload", "--quiet restart two.service"], false]);
  expect([asked("disable two"), existsSync(changed)]).toEqual([["--no-reload disable two"], true]);
});

describe("the shim answers and changes the same as Debian's own command", () => {
  const unit = "example.service";
  const enabled = "/var/lib/systemd/deb-systemd-helper-enabled";
  const wanted = ["/etc/systemd/system/multi-user.target.wants/example.service", "/etc/systemd/system/alias.service"];

  interface Machine {
    /** Links that were once made of the unit; none: it was never installed. */
    recorded: string[] | null;
    there: string[];
    inItsPlace: "nothing" | "file" | "mask" | "dangling";
    maskedByPackage: boolean;
  }

  const make = (root: string, { recorded, there, inItsPlace, maskedByPackage }: Machine): void => {
    const file = (path: string, content: string): void => put(root + path, content);
    const link = (path: string, target: string): void => {
      mkdirSync(dirname(root + path), { recursive: true });
      symlinkSync(target, root + path);
    };
    file(`/usr/lib/systemd/system/${unit}`, "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlias=alias.service\n");
    if (recorded) file(`${enabled}/${unit}.dsh-also`, recorded.map((each) => `${each}\n`).join(""));
    for (const each of there) link(each, `/usr/lib/systemd/system/${unit}`);
    const place = `/etc/systemd/system/${unit}`;
    if (inItsPlace === "file") file(place, "[Service]\nExecStart=/bin/false\n");
    if (inItsPlace === "mask") link(place, "/dev/null");
    if (inItsPlace === "dangling") link(place, "/nowhere");
    if (maskedByPackage) file(`/var/lib/systemd/deb-systemd-helper-masked/${unit}`, "");
  };

  const asked = (root: string, path: string, args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync("deb-systemd-helper", [...args], {
      env: { PATH: path, DPKG_ROOT: root, DPKG_MAINTSCRIPT_PACKAGE: "example" }, encoding: "utf8",
    });
    const left = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory()).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(root.length)} -> ${entry.isSymbolicLink() ? readlinkSync(path) : ""}`;
    });
    return { status, told: (stdout + stderr).replaceAll(root, "").replace(/.*\/deb-systemd-helper: /g, ""), left: left.sort() };
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
      expect(asked(ours, `${shims}:/usr/bin:/bin`, question)).toEqual(asked(debians, "/usr/bin:/bin", question));
    }), { numRuns: 60 });
  });
});
