import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scrubber } from "../../machine/logs/scrubber";
import type { Container, Fragment } from "../../machine/state";
import { FakeMachine } from "./machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

const config = (content: string): Fragment => ({ files: [{ path: "/etc/nginx/nginx.conf", content }] });
const nginx: Fragment = { units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf"] }] };

describe("an apply", () => {
  const state: Fragment = {
    packages: ["nginx", "redis-server"],
    directories: [{ path: "/srv/data", mode: "0750" }],
    files: [{ path: "/etc/nginx/nginx.conf", content: "one\n" }],
    units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf"] }],
    steps: [{ name: "once", command: 'touch "$RINGO_ROOT/done"', unless: 'test -e "$RINGO_ROOT/done"' }],
    checks: [{ name: "it is done", command: 'test -e "$RINGO_ROOT/done"' }],
  };

  test("says each thing it does, and a second one nothing", () => {
    expect(machine.apply(state)).toEqual({
      code: 0,
      errors: "",
      lines: [
        "packages: nginx, redis-server", "directory /srv/data made", "file /etc/nginx/nginx.conf changed", "step 'once' done",
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

  test("fails when a check does not hold, and names it with what it said", () => {
    const applied = machine.apply({ checks: [{ name: "port 443 answers", command: "echo refused; false", timeoutSeconds: 1 }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toMatch(/check 'port 443 answers'.*\n.*refused/);
  });

  test("waits for a check that holds a little later", () => {
    const command = 'echo >> "$FAKE/tries"; [ "$(wc -l < "$FAKE/tries")" -ge 2 ]';
    expect(machine.apply({ checks: [{ name: "slow", command, timeoutSeconds: 10 }] }).code).toBe(0);
  });

  test("cuts off what takes too long", () => {
    const applied = machine.apply({ steps: [{ name: "hangs", command: "sleep 60", timeoutSeconds: 1 }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toMatch(/step 'hangs'[^]*timed out after 1 s/);
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

  test("goes on to its end when nobody listens any more", async () => {
    const child = machine.start(
      { steps: [{ name: "first", command: 'touch "$FAKE/begun"; sleep 0.3' }] },
      { steps: [{ name: "last", command: 'touch "$FAKE/last"', when: "after-units" }] },
    );
    child.stdout.destroy();
    child.stderr.destroy();
    await once(child, "exit");
    expect(machine.exists(".fake/last")).toBe(true);
  });
});

describe("files", () => {
  const secret: Fragment = { files: [{ path: "/etc/app/key", content: "k3y\n", mode: "0600", secret: true }] };

  test("have exactly the declared content and mode, and leave nothing beside them", () => {
    machine.apply(secret);
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
    expect(statSync(machine.path("/etc/app/key")).mode & 0o7777).toBe(0o600);
    expect(readdirSync(machine.path("/etc/app"))).toEqual(["key"]);
  });

  test("are mended when someone changed content or mode", () => {
    machine.apply(secret);
    chmodSync(machine.path("/etc/app/key"), 0o644);
    expect(machine.apply(secret).lines).toEqual(["file /etc/app/key changed", "1 changes"]);
    writeFileSync(machine.path("/etc/app/key"), "k3x\n");
    expect(machine.apply(secret).lines).toEqual(["file /etc/app/key changed", "1 changes"]);
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
  });

  test("replace a link and not what it points to", () => {
    mkdirSync(machine.path("/etc/app"), { recursive: true });
    writeFileSync(machine.path("/etc/other"), "other's");
    symlinkSync("../other", machine.path("/etc/app/key"));
    machine.apply(secret);
    expect(machine.read("/etc/other")).toBe("other's");
    expect(machine.read("/etc/app/key")).toBe("k3y\n");
  });

  test("that must not be there are removed, a dangling link too", () => {
    mkdirSync(machine.path("/etc"));
    symlinkSync("nowhere", machine.path("/etc/link"));
    expect(machine.apply({ absent: ["/etc/link", "/etc/never"] }).lines).toEqual(["file /etc/link removed", "1 changes"]);
  });

  test("of an unknown owner fail before anything is written", () => {
    const applied = machine.apply({ files: [{ path: "/etc/x", content: "", owner: "no-such-user" }] });
    expect(applied.errors).toContain("/etc/x: no such owner: no-such-user");
    expect(machine.exists("/etc/x")).toBe(false);
  });
});

describe("units", () => {
  test("are restarted by their own files and no others'", () => {
    const redis: Fragment = { files: [{ path: "/etc/redis.conf", content: "x" }], units: [{ name: "redis.service", restartOn: ["/etc/redis.conf"] }] };
    machine.apply(config("one"), nginx, redis);
    expect(machine.apply(config("two"), nginx, redis).lines).toEqual(
      ["file /etc/nginx/nginx.conf changed", "unit nginx.service restarted", "2 changes"]);
  });

  test("that a package started before their files were there are restarted", () => {
    machine.set("units/nginx.service/active", "");
    expect(machine.apply(config("one"), nginx).lines).toContain("unit nginx.service restarted");
  });

  test("reload where a reload is enough", () => {
    const reloading: Fragment = { units: [{ name: "nginx.service", reloadOn: ["/etc/nginx/nginx.conf"] }] };
    machine.apply(config("one"), reloading);
    expect(machine.apply(config("two"), reloading).lines).toContain("unit nginx.service reloaded");
  });

  test("are restarted by the next apply when this one failed after it wrote the file", () => {
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

  test("whose restart was cut off are restarted, though their files are again those of before", () => {
    machine.apply(config("one"), nginx);
    machine.failing("restart nginx.service");
    expect(machine.apply(config("two"), nginx).code).toBe(1);
    machine.failing();
    expect(machine.apply(config("one"), nginx).lines).toContain("unit nginx.service restarted");
    expect(machine.apply(config("one"), nginx).lines).toEqual(["unchanged"]);
  });

  test("whose files another state of the machine applied are left alone by it", () => {
    machine.apply(config("one"), nginx);
    machine.applyAs("another", { files: [{ path: "/etc/redis.conf", content: "x" }], units: [{ name: "redis.service", restartOn: ["/etc/redis.conf"] }] });
    expect(machine.apply(config("one"), nginx).lines).toEqual(["unchanged"]);
  });

  test("whose condition does not hold here are passed over, every time", () => {
    machine.set("units/redis.service/unmet", "");
    const clock: Fragment = { units: [{ name: "redis.service" }] };
    expect(machine.apply(clock).lines).toEqual(["unit redis.service enabled", "1 changes"]);
    expect(machine.apply(clock).lines).toEqual(["unchanged"]);
  });

  test("changed on disk are read again before they are restarted", () => {
    const unit = "/etc/systemd/system/nginx.service";
    const state = (content: string): Fragment => ({ files: [{ path: unit, content }], units: [{ name: "nginx.service", restartOn: [unit] }] });
    machine.apply(state("one"));
    machine.calls(/./);
    machine.apply(state("two"));
    expect(machine.calls(/daemon-reload|restart/)).toEqual(["systemctl daemon-reload", "systemctl restart nginx.service"]);
  });

  test("that do not exist are named", () => {
    expect(machine.apply({ units: [{ name: "ngnix.service" }] }).errors).toContain("unit ngnix.service: no such unit");
  });

  test("that begin at a boot from now on are read anew once, before any of them starts", () => {
    machine.apply({ units: [{ name: "nginx.service" }, { name: "redis.service" }] });
    expect(machine.calls(/ enable|daemon-reload|start/)).toEqual([
      "systemctl enable --quiet --no-reload nginx.service", "systemctl enable --quiet --no-reload redis.service", "systemctl daemon-reload",
      "systemctl start nginx.service", "systemctl start redis.service",
    ]);
  });

  test("that must be off are stopped and disabled", () => {
    machine.apply({ units: [{ name: "nginx.service" }] });
    expect(machine.apply({ units: [{ name: "nginx.service", enabled: false, running: false }] }).lines).toEqual(
      ["unit nginx.service disabled", "unit nginx.service stopped", "2 changes"]);
  });
});

describe("steps", () => {
  const count = () => (machine.exists(".fake/count") ? machine.read(".fake/count").length : 0);
  const command = 'printf x >> "$FAKE/count"';

  test("bound to a file run when it differs from what they last saw", () => {
    const step: Fragment = { steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] };
    for (const content of ["one", "one", "two", "two"]) machine.apply(config(content), step);
    expect(count()).toBe(2);
  });

  test("that failed run again, though their file is as it was", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] });
    expect(machine.apply(config("one"), step("false")).code).toBe(1);
    machine.apply(config("one"), step(command));
    expect(count()).toBe(1);
  });

  test("that failed half-way run again, though their file is again that of before", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "load", command, onChange: ["/etc/nginx/nginx.conf"] }] });
    machine.apply(config("one"), step(command));
    expect(machine.apply(config("two"), step("false")).code).toBe(1);
    machine.apply(config("one"), step(command));
    expect(count()).toBe(2);
    expect(machine.apply(config("one"), step(command)).lines).toEqual(["unchanged"]);
  });

  test("that may fail are told of as a warning, all else goes on, and they run again", () => {
    const step = (command: string): Fragment => ({ steps: [{ name: "tell", command, onChange: ["/etc/nginx/nginx.conf"], mayFail: true }] });
    const applied = machine.apply(config("one"), step("echo nobody answers; false"), { checks: [{ name: "all else", command }] });
    expect([applied.code, applied.lines.join("\n"), count()]).toEqual([0, expect.stringMatching(/^warning: step 'tell' \(exit 1\)\n +nobody answers/m), 1]);
    expect(machine.apply(config("one"), step(command)).lines).toContain("step 'tell' done");
  });

  test("are heard where they warn of something", () => {
    const { lines } = machine.apply({ steps: [{ name: "restore", command: "echo fine; echo warning: all but one; echo warnings: none" }] });
    expect(lines.filter((line) => line.includes("warning"))).toEqual(["warning: all but one"]);
  });

  test("with both reasons run for either", () => {
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

describe("containers", () => {
  const container = (changed: Partial<Container> = {}): Fragment => ({
    containers: [{
      name: "ringo-api", image: "registry.test/backend@sha256:1", command: ["gunicorn"], environment: { KEY: "s3cret-value" },
      publish: ["10.0.0.2:8000:8000"], volumes: ["/srv/media:/app/media"], user: "10001:33", tmpfs: ["/tmp"], stopTimeoutSeconds: 40, ...changed,
    }],
    secrets: ["s3cret-value"],
  });
  const folder = () => machine.path(".fake/containers/ringo-api");
  /** The container that runs, by what it was made of. */
  const running = () => ({
    spec: readFileSync(join(folder(), "spec"), "utf8"),
    environment: readFileSync(join(folder(), "environment"), "utf8"),
    running: existsSync(join(folder(), "running")),
  });

  test("run closed up, and no value of their environment is in an argument", () => {
    expect(machine.apply(container()).lines).toContain("container ringo-api started");
    const [call] = machine.calls(/^docker run/);
    for (const part of [
      "--init", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--restart unless-stopped", "--stop-timeout 40",
      "--user 10001:33", "--tmpfs /tmp", "--volume /srv/media:/app/media", "--publish 10.0.0.2:8000:8000",
    ]) expect(call).toContain(part);
    expect(call).toMatch(/registry.test\/backend@sha256:1 gunicorn$/);
    expect(call).not.toContain("s3cret-value");
    expect(statSync(machine.path("/etc/ringo/containers/ringo-api.env")).mode & 0o7777).toBe(0o600);
    expect(running().environment).toBe("KEY=s3cret-value\n");
  });

  test("that are as declared are left alone; one stopped by hand is started", () => {
    machine.apply(container());
    expect(machine.apply(container()).lines).toEqual(["unchanged"]);
    unlinkSync(join(folder(), "running"));
    expect(machine.apply(container()).lines).toEqual(["container ringo-api started", "1 changes"]);
  });

  test("are replaced when anything of them changes: pulled, then the old one stopped, then the new one run", () => {
    machine.apply(container());
    const changes: Partial<Container>[] = [
      { image: "registry.test/backend@sha256:2" }, { command: ["gunicorn", "-w", "3"] }, { environment: { KEY: "s3cret-value", MORE: "1" } },
      { publish: [] }, { stopTimeoutSeconds: 60 },
    ];
    for (const changed of changes) {
      machine.calls(/./);
      expect(machine.apply(container(changed)).lines).toContain("container ringo-api replaced");
      expect(machine.calls(/^docker (pull|stop|run)/).map((call) => call.split(" ")[1])).toEqual(["pull", "stop", "run"]);
    }
    expect(readdirSync(machine.path(".fake/containers"))).toEqual(["ringo-api"]);
  });

  test("turn other machines away before they are stopped, wait until who has come is taken up, and let in when in health", () => {
    machine.apply(container());
    machine.calls(/./);
    machine.set("waiting", "LISTEN 2 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 1 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 0 2048 0.0.0.0:8000 0.0.0.0:*\n");
    machine.apply(container({ image: "registry.test/backend@sha256:2" }));
    const calls = machine.calls(/^(nft|nsenter|docker (stop|run))/);
    expect(calls.map((call) => call.split(" ").slice(0, call.startsWith("docker") ? 2 : 1).join(" "))).toEqual(
      ["nft", "nsenter", "nsenter", "nsenter", "docker stop", "docker run", "nft"]);
    expect(calls[0]).toMatch(/input .*ip daddr 10.0.0.2 ct original proto-dst 8000 reject/);
    expect(calls[1]).toBe("nsenter --target 4711 --net ss -Hltn ( sport = :8000 )");
    expect(calls.at(-1)).toBe("nft add table inet ringo_away_ringo_api; delete table inet ringo_away_ringo_api");
    for (const rules of [calls[0]!, calls.at(-1)!].map((call) => call.slice("nft ".length))) {
      const checked = spawnSync("unshare", ["--map-root-user", "--net", "nft", "--check", rules], { encoding: "utf8", env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" } });
      expect([checked.status, checked.stderr]).toEqual([0, ""]);
    }
  });

  test.each([
    ["in the old one's place, when the new one is not in health", () => {
      machine.apply(container());
      machine.calls(/./);
      machine.apply(container({ command: ["other"], health: { command: "false", timeoutSeconds: 1 } }));
    }],
    ["after an apply that was cut off before it stopped anything", () => {
      machine.apply(container());
      machine.calls(/./);
      machine.apply(container());
    }],
  ])("let others in %s", (_, happens) => {
    happens();
    expect(machine.calls(/^nft/).at(-1)).toMatch(/delete table inet ringo_away_ringo_api$/);
  });

  test("turn nobody away where only their own machine reaches them", () => {
    machine.apply(container({ publish: ["127.0.0.1:3100:3100"] }));
    machine.calls(/./);
    machine.apply(container({ publish: ["127.0.0.1:3100:3100"], image: "registry.test/backend@sha256:2" }));
    expect(machine.calls(/^nft.* reject|^nsenter/)).toEqual([]);
  });

  test("are given the time in which others notice that they are back, when they were replaced, and only then", () => {
    const took = (changed: Partial<Container>) => {
      const began = Date.now();
      const { lines } = machine.apply(container({ passedBySeconds: 2, ...changed }));
      return [lines.find((line) => /^container|^unchanged/.test(line)), Date.now() - began >= 2000];
    };
    expect([took({}), took({}), took({ image: "registry.test/backend@sha256:2" })]).toEqual([
      ["container ringo-api started", false], ["unchanged", false], ["container ringo-api replaced", true],
    ]);
  });

  describe("bound to where their work ends", () => {
    const bound = (changed: Partial<Container> = {}): Fragment =>
      container({ boundTo: ["DATABASE"], passedBySeconds: 3, environment: { DATABASE: "10.0.0.5", PASSWORD: "one" }, ...changed });
    const said = (...fragments: Fragment[]) => machine.apply(...fragments).lines.filter((line) => !/^file|changes$/.test(line));
    const ended = () => machine.calls(/^(nft .* reject|nsenter|docker stop)/).map((call) => call.startsWith("docker") ? call : call.split(" ")[0]);
    beforeEach(() => {
      machine.apply(bound());
      machine.calls(/./);
      machine.set("waiting", "LISTEN 2 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 0 2048 0.0.0.0:8000 0.0.0.0:*\n");
    });

    test("are ended at once when that is another place now: nobody is waited for, before or after", () => {
      const began = Date.now();
      expect(said(bound({ environment: { DATABASE: "10.0.0.9", PASSWORD: "one" } }))).toEqual([
        "warning: container ringo-api was made for another DATABASE and is ended at once: what it was doing is lost, and its log says what that was",
        "container ringo-api replaced",
      ]);
      expect(Date.now() - began).toBeLessThan(3000);
      expect(ended()).toEqual(["nft", "docker stop -t 0 ringo-api"]);
    });

    test.each<[string, Partial<Container>]>([
      ["another image", { image: "registry.test/backend@sha256:2" }],
      ["another password", { environment: { DATABASE: "10.0.0.5", PASSWORD: "two" } }],
      ["a place that they were not told of", { boundTo: ["DATABASE", "BROKER"], environment: { DATABASE: "10.0.0.5", PASSWORD: "one", BROKER: "10.0.0.5" } }],
    ])("have their whole time for %s", (_, changed) => {
      const began = Date.now();
      expect(said(bound(changed))).toEqual(["container ringo-api replaced"]);
      expect(Date.now() - began).toBeGreaterThan(3000);
      expect(ended()).toEqual(["nft", "nsenter", "nsenter", "docker stop -t 40 ringo-api"]);
    });

    test("are not ended for being told so", () => {
      expect(machine.apply(bound({ boundTo: [] })).lines).toEqual(["unchanged"]);
    });
  });

  test("that do not end in their time are told of, without what they wrote", () => {
    const warning = "warning: container ringo-api did not end within 40 s and was killed: what it was doing is lost, and its log says what that was";
    machine.apply(container({ image: "stubborn@sha256:1" }));
    expect(machine.apply(container()).lines).toEqual([warning, "container ringo-api replaced", "1 changes"]);
    expect(machine.apply(container({ command: ["gunicorn", "-w", "3"] })).lines).not.toContain(warning);
  });

  test("whose new image cannot be pulled go on running", () => {
    machine.apply(container());
    expect(machine.apply(container({ image: "unreachable@sha256:2" })).errors).toContain("no route to registry");
    expect(running().running).toBe(true);
  });

  test.each<[string, Partial<Container>]>([
    ["does not start", { image: "broken@sha256:2" }],
    ["stays unhealthy", { image: "registry.test/backend@sha256:2", health: { command: "echo health answers 503; false", timeoutSeconds: 1 } }],
  ])("come back as they were when the new one %s, and the apply says why without a secret", (_, changed) => {
    machine.apply(container());
    const before = running();
    const applied = machine.apply(container(changed));
    expect(applied.code).toBe(1);
    expect(applied.lines).toContain("container ringo-api put back as it was");
    expect(applied.errors).toMatch(/container ringo-api: (start|health)[^]*KEY=\[secret\]/);
    expect(applied.errors).not.toContain("s3cret-value");
    expect(running()).toEqual(before);
    expect(machine.apply(container()).lines.at(-1)).not.toMatch(/failed/);
    expect(running().running).toBe(true);
  });

  test("say of their failure nothing about customers", () => {
    machine.apply(scrubber, container());
    const unhealthy = { environment: { NOTE: "order of +7 916 123-45-67, ivan@example.test" }, health: { command: "false", timeoutSeconds: 1 } };
    expect(machine.apply(scrubber, container(unhealthy)).errors).toMatch(/its last lines:\n +NOTE=order of <phone>, <e-mail>$/m);
    const broken: Fragment = { files: [{ ...scrubber.files![0], content: "die\n" }] };
    expect(machine.apply(broken, container(unhealthy)).errors).toMatch(/its last lines:\n +\(not shown: [^\n]+ CalledProcessError\)$/m);
  });

  test("of a first, unhealthy release are not left crashing", () => {
    expect(machine.apply(container({ health: { command: "false", timeoutSeconds: 1 } })).code).toBe(1);
    expect(readdirSync(machine.path(".fake/containers"))).toEqual([]);
  });

  test("that an apply started and was then cut off are held to their health by the next", () => {
    machine.apply(container());
    const next = { image: "registry.test/backend@sha256:2" };
    // As after a crash between start and health: the new one runs, the old one is set aside, nothing is on record.
    const record = readFileSync(machine.path("/var/lib/ringo/seen.json"));
    const before = running();
    cpSync(folder(), `${folder()}-kept`, { recursive: true });
    machine.apply(container(next));
    writeFileSync(machine.path("/var/lib/ringo/seen.json"), record);
    renameSync(`${folder()}-kept`, `${folder()}-previous`);
    unlinkSync(join(`${folder()}-previous`, "running"));
    const applied = machine.apply(container({ ...next, health: { command: "false", timeoutSeconds: 1 } }));
    expect(applied.lines).toContain("container ringo-api put back as it was");
    expect(running()).toEqual(before);
  });

  test("that moved away are stopped and removed before others start", () => {
    machine.apply(container());
    machine.calls(/./);
    machine.apply({ absentContainers: ["ringo-api"] }, { containers: [{ ...container().containers![0], name: "ringo-beat" }] });
    expect(machine.calls(/^docker (stop|rm|run)/).map((call) => call.split(" ")[1])).toEqual(["stop", "rm", "run"]);
  });

  test("are not asked for where Docker itself was wanted no more, and ended", () => {
    machine.apply(container());
    mkdirSync(machine.path(".fake/units/docker.service"));
    machine.calls(/./);
    expect(machine.apply({ absentContainers: ["ringo-api"] }).code).toBe(0);
    expect(machine.calls(/^docker/)).toEqual([]);
  });
});

describe("what a state no longer declares", () => {
  const unit = "/etc/systemd/system/redis.service";
  const file = (path: string, whenGone?: string): Fragment => ({ files: [{ path, content: `${path}\n`, ...(whenGone ? { whenGone } : {}) }] });
  const once = { image: "registry.test/backend@sha256:1", command: [], environment: { KEY: "k3y" }, stopTimeoutSeconds: 1 };

  test("is taken away: files, units of ours and containers, with what they knew", () => {
    machine.apply(file("/etc/app/key"), file("/etc/app/rest"), file(unit), { units: [{ name: "redis.service" }], containers: [{ name: "ringo-app", ...once }] });
    expect(machine.exists("/etc/ringo/containers/ringo-app.env")).toBe(true);
    expect(machine.apply(file("/etc/app/rest")).lines).toEqual([
      "file /etc/app/key removed: nothing declares it any more", `file ${unit} removed: nothing declares it any more`, "container ringo-app removed", "3 changes",
    ]);
    expect(["/etc/app/key", unit, "/etc/ringo/containers/ringo-app.env", ".fake/units/redis.service/active", ".fake/units/redis.service/enabled"].filter(machine.exists)).toEqual([]);
    expect(machine.calls(/daemon-reload/)).toHaveLength(2); // what is new and begins at a boot, what is gone
    expect(machine.apply(file("/etc/app/rest")).lines).toEqual(["unchanged"]);
  });

  test("stays where another state has it, and goes with the last of them", () => {
    machine.applyAs("base", file("/etc/app/key"));
    machine.applyAs("role", file("/etc/app/key"));
    expect(machine.applyAs("base").lines).toEqual(["unchanged"]);
    expect(machine.applyAs("role").lines).toContain("file /etc/app/key removed: nothing declares it any more");
  });

  test("is known of an apply that failed or was cut off, too", () => {
    expect(machine.apply(file("/etc/app/key"), { steps: [{ name: "fails", command: "false" }] }).code).toBe(1);
    machine.apply();
    expect(machine.exists("/etc/app/key")).toBe(false);
  });

  test("is still to be taken away when that failed", () => {
    machine.apply(file(unit), { units: [{ name: "redis.service" }] });
    machine.failing("disable redis.service");
    expect(machine.apply().code).toBe(1);
    machine.failing();
    machine.apply();
    expect(machine.exists(unit)).toBe(false);
  });

  test("leaves units of the distribution as they are", () => {
    machine.apply(nginx, config("one\n"));
    machine.apply();
    expect(machine.exists(".fake/units/nginx.service/active")).toBe(true);
    expect(machine.exists("/etc/nginx/nginx.conf")).toBe(false);
  });

  test("is noticed by who has read it, though it is no longer asked for", () => {
    machine.apply(nginx, config("one\n"), file("/etc/nginx/more"), { steps: [{ name: "test", command: "true", onChange: ["/etc/nginx/more", "/etc/nginx/nginx.conf"] }] });
    machine.apply({ units: [{ name: "nginx.service", restartOn: ["/etc/nginx/nginx.conf", "/etc/nginx/more"] }] }, config("one\n"), file("/etc/nginx/more"));
    const steps = [{ name: "test", command: "true", onChange: ["/etc/nginx/nginx.conf"] }];
    expect(machine.apply(nginx, config("one\n"), { steps }).lines).toEqual([
      "file /etc/nginx/more removed: nothing declares it any more", "step 'test' done", "unit nginx.service restarted", "3 changes",
    ]);
    expect(machine.apply(nginx, config("one\n"), { steps }).lines).toEqual(["unchanged"]);
  });

  test("is followed by what its file says, once", () => {
    const load = 'echo loaded >> "$FAKE/loads"';
    machine.apply(file("/etc/rules/one", load), file("/etc/rules/two", load));
    machine.apply();
    expect(machine.read(".fake/loads")).toBe("loaded\n");
  });
});

describe("secrets", () => {
  const pem = "-----BEGIN KEY-----\nQUJDREVGR0hJSktMTU5P\nUFFSU1RVVldYWVo=\n-----END KEY-----\n";

  test.each([
    ["as they are", "p4ss/w+rd", 'echo "using p4ss/w+rd"'],
    ["in a URL", "p4ss/w+rd", 'echo "redis://u:p4ss%2Fw%2Brd@host"'],
    ["by one of their lines", pem, 'echo "bad line UFFSU1RVVldYWVo="'],
    ["of two, the longer", "p4ss", "echo p4ss-more"],
  ])("are struck out %s", (_, secret, command) => {
    const applied = machine.apply({
      secrets: [secret, "p4ss-more"],
      steps: [{ name: "talks", command: `${command}; false` }],
    });
    expect(applied.errors).toContain("[secret]");
    expect(applied.errors).not.toMatch(/p4ss|-more|UFFSU1/);
  });

  test("are struck out of a fault of the program itself", () => {
    const applied = machine.apply({ secrets: ["p4ss"], files: [{ path: "/etc/x", content: "", mode: "p4ss" }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toContain("[secret]");
    expect(applied.errors).not.toContain("p4ss");
  });
});
