import type { Fragment } from "../../../machine/state";
import { config, nginx, FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("units", () => {
  test("are restarted for their own files and no others", () => {
    const redis: Fragment = { files: [{ path: "/etc/redis.conf", content: "x" }], units: [{ name: "redis.service", restartOn: ["/etc/redis.conf"] }] };
    machine.apply(config("one"), nginx, redis);
    expect(machine.apply(config("two"), nginx, redis).lines).toEqual(
      ["file /etc/nginx/nginx.conf changed", "unit nginx.service restarted", "2 changes"]);
  });

  test("are restarted if their file's permissions change", () => {
    machine.apply(config("one"), nginx);
    expect(machine.apply({ files: [{ ...config("one").files![0]!, mode: "0600" }] }, nginx).lines).toContain("unit nginx.service restarted");
  });

  test("that a package started before their files existed are restarted", () => {
    machine.set("units/nginx.service/active", "");
    expect(machine.apply(config("one"), nginx).lines).toContain("unit nginx.service restarted");
  });

  test("are only reloaded if that is enough", () => {
    const reloading: Fragment = { units: [{ name: "nginx.service", reloadOn: ["/etc/nginx/nginx.conf"] }] };
    machine.apply(config("one"), reloading);
    machine.calls(/./);
    expect(machine.apply(config("two"), reloading).lines).toContain("unit nginx.service reloaded");
    expect(machine.calls(/restart|reload/)).toEqual(["systemctl reload-or-restart nginx.service"]);
  });

  test("that are still starting have started before they reload: systemd would take the reload for a part of their start", () => {
    const reloading: Fragment = { units: [{ name: "nginx.service", reloadOn: ["/etc/nginx/nginx.conf"] }] };
    machine.apply(config("one"), reloading);
    machine.calls(/./);
    machine.apply(config("two"), reloading);
    expect(machine.calls(/start|reload/)).toEqual(["systemctl start nginx.service", "systemctl reload-or-restart nginx.service"]);
  });

  test("are restarted by the next apply if this one failed after writing the file", () => {
    machine.apply(config("one"), nginx);
    const blocked: Fragment = { steps: [{ name: "blocked", command: "false", unless: "false" }] };
    expect(machine.apply(config("two"), nginx, blocked).code).toBe(1);
    expect(machine.apply(config("two"), nginx).lines).toEqual(["unit nginx.service restarted", "1 changes"]);
    expect(machine.apply(config("two"), nginx).lines).toEqual(["unchanged"]);
  });

  test("that fail to restart fail the apply with their journal, and are restarted by the next", () => {
    machine.apply(config("one"), nginx);
    machine.failing("restart nginx.service");
    machine.set("journal", "nginx: unknown directive\n");
    const applied = machine.apply(config("two"), nginx);
    expect(applied.code).toBe(1);
    expect(applied.errors).toMatch(/unit nginx.service: restart failed[^]*unknown directive/);
    machine.failing();
    expect(machine.apply(config("two"), nginx).lines).toContain("unit nginx.service restarted");
  });

  test("whose restart was interrupted are restarted, even if their files were reverted", () => {
    machine.apply(config("one"), nginx);
    machine.failing("restart nginx.service");
    expect(machine.apply(config("two"), nginx).code).toBe(1);
    machine.failing();
    expect(machine.apply(config("one"), nginx).lines).toContain("unit nginx.service restarted");
    expect(machine.apply(config("one"), nginx).lines).toEqual(["unchanged"]);
  });

  test("are left alone if another state applies other files", () => {
    machine.apply(config("one"), nginx);
    machine.applyAs("another", { files: [{ path: "/etc/redis.conf", content: "x" }], units: [{ name: "redis.service", restartOn: ["/etc/redis.conf"] }] });
    expect(machine.apply(config("one"), nginx).lines).toEqual(["unchanged"]);
  });

  test("whose condition is not met here are skipped, every time", () => {
    machine.set("units/redis.service/unmet", "");
    const clock: Fragment = { units: [{ name: "redis.service" }] };
    expect(machine.apply(clock).lines).toEqual(["unit redis.service enabled", "1 changes"]);
    expect(machine.apply(clock).lines).toEqual(["unchanged"]);
  });

  test("changed on disk are reloaded before they are restarted", () => {
    const unit = "/etc/systemd/system/nginx.service";
    const state = (content: string): Fragment => ({ files: [{ path: unit, content }], units: [{ name: "nginx.service", restartOn: [unit] }] });
    machine.apply(state("one"));
    machine.calls(/./);
    machine.apply(state("two"));
    expect(machine.calls(/daemon-reload|restart/)).toEqual(["systemctl daemon-reload", "systemctl restart nginx.service"]);
  });

  test("that do not exist are reported by name", () => {
    expect(machine.apply({ units: [{ name: "ngnix.service" }] }).errors).toContain("unit ngnix.service: no such unit");
  });

  test("that are newly enabled cause one reload, before any of them starts", () => {
    machine.apply({ units: [{ name: "nginx.service" }, { name: "redis.service" }] });
    expect(machine.calls(/ enable|daemon-reload|start/)).toEqual([
      "systemctl enable --quiet --no-reload nginx.service", "systemctl enable --quiet --no-reload redis.service", "systemctl daemon-reload",
      "systemctl start nginx.service", "systemctl start redis.service",
    ]);
  });

  test("declared as off are stopped and disabled", () => {
    machine.apply({ units: [{ name: "nginx.service" }] });
    expect(machine.apply({ units: [{ name: "nginx.service", enabled: false, running: false }] }).lines).toEqual(
      ["unit nginx.service disabled", "unit nginx.service stopped", "2 changes"]);
  });
});
