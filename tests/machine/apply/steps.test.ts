import { unlinkSync } from "node:fs";
import type { Fragment, Step } from "../../../machine/state";
import { config, FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("steps", () => {
  const count = () => (machine.exists(".fake/count") ? machine.read(".fake/count").length : 0);
  const command = 'printf x >> "$FAKE/count"';

  test("run each in its turn: what is installed, written, started and run relies on those before it", () => {
    const said = (when: Step["when"]): Step => ({ name: `${when}`, when, command: `echo '${when} with' $(ls "$RINGO_ROOT/etc") >> "$FAKE/log"` });
    machine.apply({
      packages: ["nginx"], files: [{ path: "/etc/one", content: "" }], units: [{ name: "nginx.service" }], steps: [said("after-units"), said("before-units"), said("after-files"), said("before-packages")],
      containers: [{ name: "ringo-app", image: "registry.test/backend@sha256:1", command: [], environment: {}, stopTimeoutSeconds: 1 }],
    });
    expect(machine.calls(/ with|apt-get .* install|systemctl start|docker run/).map((call) => call.replace(/^apt-get .* install/, "install").replace(/^docker run .*/, "docker run"))).toEqual(
      ["before-packages with", "install nginx", "after-files with one", "before-units with one", "systemctl start nginx.service", "after-units with one", "docker run"]);
  });

  test("bound to a file run when it differs from what they last saw", () => {
    const step: Fragment = { steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] };
    for (const content of ["one", "one", "two", "two"]) machine.apply(config(content), step);
    expect(count()).toBe(2);
  });

  test("that failed run again, even with an unchanged file", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] });
    expect(machine.apply(config("one"), step("false")).code).toBe(1);
    machine.apply(config("one"), step(command));
    expect(count()).toBe(1);
  });

  test("that failed halfway run again, even if their file was reverted", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] });
    machine.apply(config("one"), step(command));
    expect(machine.apply(config("two"), step("false")).code).toBe(1);
    machine.apply(config("one"), step(command));
    expect(count()).toBe(2);
    expect(machine.apply(config("one"), step(command)).lines).toEqual(["unchanged"]);
  });

  test("that may fail are reported as a warning, everything else continues, and they run again", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "tell", command, onChange: ["/etc/nginx/nginx.conf"], mayFail: true }] });
    const applied = machine.apply(config("one"), step("echo nobody answers; false"), { checks: [{ name: "all else", command }] });
    expect([applied.code, applied.lines.join("\n"), count()]).toEqual([0, expect.stringMatching(/^warning: step 'tell' \(exit 1\)\n +nobody answers/m), 1]);
    expect(machine.apply(config("one"), step(command)).lines).toContain("step 'tell' done");
  });

  test("have their warnings printed", () => {
    const { lines } = machine.apply({ steps: [{ name: "restore", command: "echo fine; echo warning: all but one; echo warnings: none" }] });
    expect(lines.filter((line) => line.includes("warning"))).toEqual(["warning: all but one"]);
  });

  test("with both conditions run for either", () => {
    const step: Fragment = { steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"], unless: 'test -e "$FAKE/count"' }] };
    machine.apply(config("one"), step);
    machine.apply(config("one"), step);
    expect(count()).toBe(1);
    machine.apply(config("two"), step);
    expect(count()).toBe(2);
    unlinkSync(machine.path(".fake/count"));
    machine.apply(config("two"), step);
    expect(count()).toBe(1);
  });

  test("stop at the first command that fails", () => {
    const applied = machine.apply({ steps: [{ name: "two", command: 'echo gone wrong; false\ntouch "$FAKE/after"' }] });
    expect(applied.errors).toMatch(/step 'two' \(exit 1\)[^]*gone wrong/);
    expect(machine.exists(".fake/after")).toBe(false);
  });
});
