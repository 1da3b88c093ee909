import type { Fragment } from "../../../machine/state";
import { config, nginx, FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("what a state no longer declares", () => {
  const unit = "/etc/systemd/system/redis.service";
  const file = (path: string, whenGone?: string): Fragment => ({ files: [{ path, content: `${path}\n`, ...(whenGone ? { whenGone } : {}) }] });
  const once = { image: "registry.test/backend@sha256:1", command: [], environment: { KEY: "k3y" }, stopTimeoutSeconds: 1 };

  test("is removed: files, our units and containers, with their secrets", () => {
    machine.apply(file("/etc/app/key"), file("/etc/app/rest"), file(unit), { units: [{ name: "redis.service" }], containers: [{ name: "ringo-app", ...once }] });
    expect(machine.exists("/etc/ringo/containers/ringo-app.env")).toBe(true);
    expect(machine.apply(file("/etc/app/rest")).lines).toEqual([
      "file /etc/app/key removed: it is no longer declared", `file ${unit} removed: it is no longer declared`, "container ringo-app removed", "3 changes",
    ]);
    expect(["/etc/app/key", unit, "/etc/ringo/containers/ringo-app.env", ".fake/units/redis.service/active", ".fake/units/redis.service/enabled"].filter(machine.exists)).toEqual([]);
    expect(machine.calls(/daemon-reload/)).toHaveLength(2); // what is new and begins at a boot, what is gone
    expect(machine.apply(file("/etc/app/rest")).lines).toEqual(["unchanged"]);
  });

  test("stays if another state declares it, and is removed with the last of them", () => {
    const all: Fragment = { ...file("/etc/app/key"), containers: [{ name: "ringo-app", ...once }] };
    machine.applyAs("base", all);
    machine.applyAs("role", all);
    expect(machine.applyAs("base").lines).toEqual(["unchanged"]);
    expect(machine.applyAs("role").lines).toEqual(["file /etc/app/key removed: it is no longer declared", "container ringo-app removed", "2 changes"]);
  });

  test("is also known of a failed or interrupted apply", () => {
    expect(machine.apply(file("/etc/app/key"), { steps: [{ name: "fails", command: "false" }] }).code).toBe(1);
    machine.apply();
    expect(machine.exists("/etc/app/key")).toBe(false);
  });

  test("is removed later if removing it failed", () => {
    machine.apply(file(unit), { units: [{ name: "redis.service" }] });
    machine.failing("disable redis.service");
    expect(machine.apply().code).toBe(1);
    machine.failing();
    machine.apply();
    expect(machine.exists(unit)).toBe(false);
  });

  test("leaves the distribution's units as they are", () => {
    machine.apply(nginx, config("one\n"));
    machine.apply();
    expect(machine.exists(".fake/units/nginx.service/active")).toBe(true);
    expect(machine.exists("/etc/nginx/nginx.conf")).toBe(false);
  });

  test("removes a template's file without stopping it: systemd only stops instances", () => {
    machine.apply(file("/etc/systemd/system/redis@.service"));
    machine.apply();
    expect([machine.calls(/^systemctl disable/), machine.exists("/etc/systemd/system/redis@.service")]).toEqual([[], false]);
  });

  test("triggers its former readers, even if they no longer name it", () => {
    machine.apply(nginx, config("one\n"), file("/etc/nginx/more"), { steps: [{ name: "test", command: "true", onChange: ["/etc/nginx/more", "/etc/nginx/nginx.conf"] }] });
    machine.apply({ units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf", "/etc/nginx/more"] }] }, config("one\n"), file("/etc/nginx/more"));
    const steps = [{ name: "test", command: "true", onChange: ["/etc/nginx/nginx.conf"] }];
    expect(machine.apply(nginx, config("one\n"), { steps }).lines).toEqual([
      "file /etc/nginx/more removed: it is no longer declared", "step 'test' done", "unit nginx.service restarted", "3 changes",
    ]);
    expect(machine.apply(nginx, config("one\n"), { steps }).lines).toEqual(["unchanged"]);
  });

  test("runs its file's whenGone command, once", () => {
    const load = 'echo loaded >> "$FAKE/loads"';
    machine.apply(file("/etc/rules/one", load), file("/etc/rules/two", load));
    machine.apply();
    expect(machine.read(".fake/loads")).toBe("loaded\n");
  });
});
