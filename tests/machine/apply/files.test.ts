import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fragment } from "../../../machine/state";
import { FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("files", () => {
  const secret: Fragment = { files: [{ path: "/etc/app/key", content: "k3y\n", mode: "0600", secret: true }] };

  test("have exactly the declared content and mode, and leave nothing beside them", () => {
    machine.apply(secret);
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
    expect(statSync(machine.path("/etc/app/key")).mode & 0o7777).toBe(0o600);
    expect(readdirSync(machine.path("/etc/app"))).toEqual(["key"]);
  });

  test("are repaired when someone changed content or mode", () => {
    machine.apply(secret);
    chmodSync(machine.path("/etc/app/key"), 0o644);
    expect(machine.apply(secret).lines).toEqual(["file /etc/app/key changed", "1 changes"]);
    writeFileSync(machine.path("/etc/app/key"), "k3x\n");
    expect(machine.apply(secret).lines).toEqual(["file /etc/app/key changed", "1 changes"]);
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
  });

  test("replace a link, not its target", () => {
    mkdirSync(machine.path("/etc/app"), { recursive: true });
    writeFileSync(machine.path("/etc/other"), "other's");
    symlinkSync("../other", machine.path("/etc/app/key"));
    machine.apply(secret);
    expect(machine.read("/etc/other")).toBe("other's");
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
  });

  test("that must not exist are removed, also dangling links", () => {
    mkdirSync(machine.path("/etc"));
    symlinkSync("nowhere", machine.path("/etc/link"));
    expect(machine.apply({ absent: ["/etc/link", "/etc/never"] }).lines).toEqual(["file /etc/link removed", "1 changes"]);
  });

  test("that an interrupted apply began to write are rewritten", () => {
    mkdirSync(machine.path("/etc/app"), { recursive: true });
    writeFileSync(machine.path("/etc/app/.key.ringo-new"), "k");
    expect(machine.apply(secret).lines).toEqual(["file /etc/app/key changed", "1 changes"]);
    expect([machine.read("/etc/app/key"), readdirSync(machine.path("/etc/app"))]).toEqual(["k3y\n", ["key"]]);
  });

  test("cannot be read by others while being written, either", () => {
    const program = `
import os, sys
sys.path.insert(0, sys.argv[1])
os.environ["RINGO_ROOT"] = sys.argv[2]
from apply import files
own = files._own
files._own = lambda target, wanted: (print("%o" % (os.fstat(target).st_mode & 0o777)), own(target, wanted))
files.write({"path": "/etc/app/key", "content": "k3y", "mode": "0640"})`;
    expect(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), machine.root], { encoding: "utf8" })).toMatch(/^600$/m);
  });

  test("of an unknown owner fail before anything is written", () => {
    const applied = machine.apply({ files: [{ path: "/etc/x", content: "", owner: "no-such-user" }] });
    expect(applied.errors).toContain("/etc/x: no such owner: no-such-user");
    expect(machine.exists("/etc/x")).toBe(false);
  });
});

describe("directories", () => {
  const mode = (path: string): string => (statSync(machine.path(path)).mode & 0o7777).toString(8);

  test("have their mode, and get it back", () => {
    const state: Fragment = { directories: [{ path: "/srv/app/keys", mode: "0700" }, { path: "/srv/app/files" }] };
    expect(machine.apply(state).lines).toEqual(["directory /srv/app/keys created", "directory /srv/app/files created", "2 changes"]);
    chmodSync(machine.path("/srv/app/keys"), 0o755);
    expect(machine.apply(state).lines).toEqual(["directory /srv/app/keys changed", "1 changes"]);
    expect(["/srv/app/keys", "/srv/app/files"].map(mode)).toEqual(["700", "755"]);
  });

  test("that nobody declares are everybody's to read, though a login on the machine makes none such", async () => {
    const former = process.umask(0o077);
    const child = machine.start({ directories: [{ path: "/srv/app/keys", mode: "0700" }], files: [{ path: "/etc/app/conf.d/file", content: "" }] });
    process.umask(former);
    await once(child, "exit");
    expect(["/srv/app", "/srv/app/keys", "/etc/app", "/etc/app/conf.d"].map(mode)).toEqual(["755", "700", "755", "755"]);
  });
});
