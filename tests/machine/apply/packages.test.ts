import { mkdirSync, writeFileSync } from "node:fs";
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

  test("start once, when their configuration is there", () => {
    expect(machine.apply(state).lines).toEqual(
      ["packages: nginx", "file /etc/nginx/nginx.conf changed", "unit nginx.service enabled", "unit nginx.service started", "4 changes"]);
    expect(machine.exists(policy)).toBe(false);
  });

  test("that run are started anew when a package replaces them", () => {
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

  test("are read by systemd once, whatever their number", () => {
    machine.apply({ packages: ["one", "two", "three"] });
    expect(machine.calls(/daemon-reload/)).toEqual(["systemctl daemon-reload"]);
  });

  test("are read by systemd before one is started anew", () => {
    machine.set("units/nginx.service/active", "");
    machine.set("upgrades", "nginx\n");
    machine.apply({ packages: ["one", "nginx", "two"] });
    expect(machine.calls(/daemon-reload|restart/)).toEqual(["systemctl daemon-reload", "systemctl restart nginx.service", "systemctl daemon-reload"]);
  });

  test("are read by systemd after an apply that was killed before it came to that", () => {
    machine.set("fatal-late", "nginx\n");
    machine.apply({ packages: ["nginx"] });
    expect(machine.calls(/daemon-reload/)).toEqual([]);
    machine.apply({ packages: ["nginx"] });
    expect(machine.calls(/daemon-reload/)).toEqual(["systemctl daemon-reload"]);
    expect(machine.exists("/usr/local/lib/ringo/install")).toBe(false);
  });

  test("obey a policy that somebody else has made, and it stays", () => {
    const others = "#!/bin/sh\nexit 0\n";
    leave(others);
    expect(machine.apply(state).lines).toContain("unit nginx.service restarted");
    expect(machine.read(policy)).toBe(others);
  });
});
