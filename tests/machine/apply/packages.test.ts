import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fragment } from "../../../machine/state";
import { config, nginx, FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("services of packages", () => {
  const policy = "/usr/sbin/policy-rc.d";
  const state: Fragment = { packages: ["nginx"], ...config("one"), ...nginx };
  const leave = (content: string) => {
    mkdirSync(machine.path("/usr/sbin"), { recursive: true });
    writeFileSync(machine.path(policy), content, { mode: 0o755 });
  };

  test("start once, with their configuration in place", () => {
    expect(machine.apply(state).lines).toEqual(
      ["packages: nginx", "file /etc/nginx/nginx.conf changed", "unit nginx.service enabled", "unit nginx.service started", "4 changes"]);
    expect(machine.exists(policy)).toBe(false);
  });

  test("that run are restarted when a package replaces them", () => {
    machine.set("units/nginx.service/active", "");
    machine.set("upgrades", "nginx\n");
    machine.apply(state);
    expect(machine.calls(/^systemctl restart/)).toContain("systemctl restart nginx.service");
  });

  test("may start again after an installation that failed", () => {
    machine.failing("install nginx");
    expect(machine.apply(state).errors).toMatch(/apt-get install failed/);
    expect(machine.exists(policy)).toBe(false);
  });

  test("may start again after an apply that was killed", () => {
    machine.set("fatal", "nginx\n");
    machine.apply(state);
    expect(machine.exists(policy)).toBe(true);
    machine.apply();
    expect(machine.exists(policy)).toBe(false);
  });

  test("cause one reload of systemd, whatever their number", () => {
    machine.apply({ packages: ["one", "two", "three"] });
    expect(machine.calls(/daemon-reload/)).toEqual(["systemctl daemon-reload"]);
  });

  test("cause a reload of systemd before one is restarted", () => {
    machine.set("units/nginx.service/active", "");
    machine.set("upgrades", "nginx\n");
    machine.apply({ packages: ["one", "nginx", "two"] });
    expect(machine.calls(/daemon-reload|restart/)).toEqual(["systemctl daemon-reload", "systemctl restart nginx.service", "systemctl daemon-reload"]);
  });

  test("cause a reload of systemd after an apply that was killed before its own", () => {
    machine.set("fatal-late", "nginx\n");
    machine.apply({ packages: ["nginx"] });
    expect(machine.calls(/daemon-reload/)).toEqual([]);
    machine.apply({ packages: ["nginx"] });
    expect(machine.calls(/daemon-reload/)).toEqual(["systemctl daemon-reload"]);
    expect(machine.exists("/usr/local/lib/ringo/install")).toBe(false);
  });

  test("obey somebody else's policy, which stays", () => {
    const others = "#!/bin/sh\nexit 0\n";
    leave(others);
    expect(machine.apply(state).lines).toContain("unit nginx.service restarted");
    expect(machine.read(policy)).toBe(others);
  });
});

test("an interrupted installation is finished before another one begins, since apt would refuse", () => {
  machine.set("half", "redis-server half-configured\n");
  expect(machine.apply({ packages: ["nginx"] }).code).toBe(0);
  expect(machine.calls(/^(dpkg|apt-get) /).map((call) => call.split(" ")[0])).toEqual(["dpkg", "apt-get", "apt-get"]);
});

test.each([
  ["waits for another apt, which runs at a machine's first boot", "E: Could not get lock /var/lib/apt/lists/lock", "waits\ndone\n"],
  ["is not retried if it fails for another reason", "E: Unable to fetch some archives", "packages: apt-get update failed (exit 100)\n    E: Unable to fetch some archives\n"],
])("apt %s", (_, error, said) => {
  const program = `
import sys
sys.path.insert(0, sys.argv[1])
from apply import packages
answers = [(100, "", sys.argv[2]), (0, "", "")]
packages.run, packages.time.sleep = lambda *_: answers.pop(0), lambda _: print("waits")
try:
    packages._patiently("apt-get update", [])
    print("done")
except packages.Failure as failure:
    print(failure)`;
  expect(execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), error], { encoding: "utf8" })).toBe(said);
});
