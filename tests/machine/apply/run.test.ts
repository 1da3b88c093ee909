import { execFileSync } from "node:child_process";
import { once } from "node:events";
import type { Fragment } from "../../../machine/state";
import { FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("an apply", () => {
  const state: Fragment = {
    packages: ["nginx", "redis-server"],
    directories: [{ path: "/srv/data", mode: "0750" }],
    files: [{ path: "/etc/nginx/nginx.conf", content: "one\n" }],
    units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf"] }],
    steps: [{ name: "once", command: 'touch "$RINGO_ROOT/done"', unless: 'test -e "$RINGO_ROOT/done"' }],
    checks: [{ name: "it is done", command: 'test -e "$RINGO_ROOT/done"' }],
  };

  test("reports everything it does, and a second one nothing", () => {
    expect(machine.apply(state)).toEqual({
      code: 0,
      errors: "",
      lines: [
        "packages: nginx, redis-server", "directory /srv/data created", "file /etc/nginx/nginx.conf changed", "step 'once' done",
        "unit nginx.service enabled", "unit nginx.service started", "6 changes",
      ],
    });
    expect(machine.apply(state)).toEqual({ code: 0, errors: "", lines: ["unchanged"] });
  });

  test("installs what is missing in one call, without questions, keeping our configuration", () => {
    machine.set("packages", "nginx\n");
    machine.apply(state);
    const calls = machine.calls(/^apt-get .* install /);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/--no-install-recommends.*--force-confold.* install redis-server$/);
  });

  test("fails if a check fails, with its name and output", () => {
    const applied = machine.apply({ checks: [{ name: "port 443 answers", command: "echo refused; false", timeoutSeconds: 1 }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toMatch(/check 'port 443 answers'.*\n.*refused/);
  });

  test("waits for a check that succeeds a little later", () => {
    const command = 'echo >> "$FAKE/tries"; [ "$(wc -l < "$FAKE/tries")" -ge 2 ]';
    expect(machine.apply({ checks: [{ name: "slow", command, timeoutSeconds: 10 }] }).code).toBe(0);
  });

  test("aborts commands that take too long", () => {
    const applied = machine.apply({ steps: [{ name: "hangs", command: "sleep 60", timeoutSeconds: 1 }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toMatch(/step 'hangs'[^]*timed out after 1 s/);
  });

  test("first terminates the whole process group of such a command: a container would not stop otherwise", () => {
    const asked = `sh -c 'trap "sleep 0.5; touch $FAKE/ended; exit" TERM; while :; do sleep 0.1; done'\n:`;
    const applied = machine.apply({ steps: [{ name: "hangs", command: asked, timeoutSeconds: 1 }] });
    expect([applied.code, machine.exists(".fake/ended")]).toEqual([1, true]);
  });

  test("is not held up by a daemon that a step leaves behind", () => {
    const started = Date.now();
    expect(machine.apply({ steps: [{ name: "daemon", command: "sleep 20 &", unless: "false" }] }).code).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test("waits for another one on the same machine", async () => {
    const slow = machine.start({ steps: [{ name: "slow", command: 'touch "$FAKE/begun"; sleep 1; touch "$FAKE/ended"' }] });
    while (!machine.exists(".fake/begun")) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = machine.apply({ checks: [{ name: "alone", command: 'test -e "$FAKE/ended"', timeoutSeconds: 1 }] });
    expect(second).toMatchObject({ code: 0, lines: ["waiting for another apply on this machine", "unchanged"] });
    if (slow.exitCode === null) await once(slow, "exit");
  });

  test("continues to its end if the connection is lost", async () => {
    const child = machine.start(
      { steps: [{ name: "first", command: 'touch "$FAKE/begun"; sleep 0.3' }] },
      { steps: [{ name: "last", command: 'touch "$FAKE/last"', when: "after-units" }] },
    );
    while (!machine.exists(".fake/begun")) await new Promise((resolve) => setTimeout(resolve, 20));
    // The shell's child: the shell on a machine becomes it.
    process.kill(Number(execFileSync("pgrep", ["--parent", String(child.pid)])), "SIGHUP");
    child.stdout.destroy();
    child.stderr.destroy();
    await once(child, "exit");
    expect(machine.exists(".fake/last")).toBe(true);
  });
});
