import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scrubber } from "../../../machine/logs/scrubber";
import type { Container, Fragment } from "../../../machine/state";
import { FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("containers", () => {
  const container = (changed: Partial<Container> = {}): Fragment => ({
    containers: [{
      name: "ringo-api", image: "registry.test/backend@sha256:1", command: ["gunicorn"], environment: { KEY: "s3cret-value" },
      publish: ["10.0.0.2:8000:8000"], volumes: ["/srv/media:/app/media"], user: "10001:33", tmpfs: ["/tmp"], stopTimeoutSeconds: 40, ...changed,
    }],
    secrets: ["s3cret-value"],
  });
  const folder = () => machine.path(".fake/containers/ringo-api");
  /** The running container's specification. */
  const running = () => ({
    spec: readFileSync(join(folder(), "spec"), "utf8"),
    environment: readFileSync(join(folder(), "environment"), "utf8"),
    running: existsSync(join(folder(), "running")),
  });

  test("run confined, and no value of their environment is in an argument", () => {
    expect(machine.apply(container()).lines).toContain("container ringo-api started");
    const [call] = machine.calls(/^docker run/);
    for (const part of [
      "--init", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--restart unless-stopped", "--stop-timeout 40",
      "--log-driver journald", "--user 10001:33", "--tmpfs /tmp", "--volume /srv/media:/app/media", "--publish 10.0.0.2:8000:8000",
    ]) expect(call).toContain(part);
    expect(call).toMatch(/registry.test\/backend@sha256:1 gunicorn$/);
    expect(call).not.toContain("s3cret-value");
    // Docker takes 0 and -1 as unlimited: a container that forks endlessly would take its machine with it.
    expect(Number(/ --pids-limit (\S+)/.exec(call)![1])).toBeGreaterThan(0);
    expect(statSync(machine.path("/etc/ringo/containers/ringo-api.env")).mode & 0o7777).toBe(0o600);
    expect(running().environment).toBe("KEY=s3cret-value\n");
  });

  test("that are as declared are left alone; one stopped by hand is started", () => {
    machine.apply(container());
    expect(machine.apply(container()).lines).toEqual(["unchanged"]);
    unlinkSync(join(folder(), "running"));
    expect(machine.apply(container()).lines).toEqual(["container ringo-api started", "1 changes"]);
  });

  test("are replaced when anything about them changes: pulled, then the old one stopped, then the new one started", () => {
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

  test("refuse connections from other machines before they stop, wait until arrived ones are accepted, and allow them again when healthy", () => {
    machine.apply(container());
    machine.calls(/./);
    machine.set("waiting", "LISTEN 2 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 1 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 0 2048 0.0.0.0:8000 0.0.0.0:*\n");
    machine.apply(container({ image: "registry.test/backend@sha256:2" }));
    const calls = machine.calls(/^(nft|nsenter|docker (stop|run))/);
    expect(calls.map((call) => call.split(" ").slice(0, call.startsWith("docker") ? 2 : 1).join(" "))).toEqual(
      ["nft", "nsenter", "nsenter", "nsenter", "docker stop", "docker run", "nft"]);
    // On their way to the container, and where there is none to the machine itself.
    for (const hook of ["forward", "input"]) expect(calls[0]).toMatch(new RegExp(`add rule inet \\w+ ${hook} .*ip daddr 10.0.0.2 ct original proto-dst 8000 reject`));
    expect(calls[1]).toBe("nsenter --target 4711 --net ss -Hltn ( sport = :8000 )");
    expect(calls.at(-1)).toBe("nft add table inet ringo_away_ringo_api; delete table inet ringo_away_ringo_api");
    for (const rules of [calls[0]!, calls.at(-1)!].map((call) => call.slice("nft ".length))) {
      const checked = spawnSync("unshare", ["--map-root-user", "--net", "nft", "--check", rules], { encoding: "utf8", env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" } });
      expect([checked.status, checked.stderr]).toEqual([0, ""]);
    }
  });

  test.each([
    ["to the old one, if the new one is not healthy", () => {
      machine.apply(container());
      machine.calls(/./);
      machine.apply(container({ command: ["other"], health: { command: "false", timeoutSeconds: 1 } }));
    }],
    ["after an apply that was interrupted before it stopped anything", () => {
      machine.apply(container());
      machine.calls(/./);
      machine.apply(container());
    }],
  ])("allow connections %s", (_, happens) => {
    happens();
    expect(machine.calls(/^nft/).at(-1)).toMatch(/delete table inet ringo_away_ringo_api$/);
  });

  test("refuse no connections if only their own machine reaches them", () => {
    machine.apply(container({ publish: ["127.0.0.1:3100:3100"] }));
    machine.calls(/./);
    machine.apply(container({ publish: ["127.0.0.1:3100:3100"], image: "registry.test/backend@sha256:2" }));
    expect(machine.calls(/^nft.* reject|^nsenter/)).toEqual([]);
  });

  test("get time for others to notice that they are back, after a replacement only", () => {
    const took = (changed: Partial<Container>) => {
      const began = Date.now();
      const { lines } = machine.apply(container({ passedBySeconds: 2, ...changed }));
      return [lines.find((line) => /^container|^unchanged/.test(line)), Date.now() - began >= 2000];
    };
    expect([took({}), took({}), took({ image: "registry.test/backend@sha256:2" })]).toEqual([
      ["container ringo-api started", false], ["unchanged", false], ["container ringo-api replaced", true],
    ]);
  });

  describe("bound to an address", () => {
    const bound = (changed: Partial<Container> = {}): Fragment =>
      container({ boundTo: ["DATABASE"], passedBySeconds: 3, environment: { DATABASE: "10.0.0.5", PASSWORD: "one" }, ...changed });
    const said = (...fragments: Fragment[]) => machine.apply(...fragments).lines.filter((line) => !/^file|changes$/.test(line));
    const ended = () => machine.calls(/^(nft .* reject|nsenter|docker stop)/).map((call) => call.startsWith("docker") ? call : call.split(" ")[0]);
    beforeEach(() => {
      machine.apply(bound());
      machine.calls(/./);
      machine.set("waiting", "LISTEN 2 2048 0.0.0.0:8000 0.0.0.0:*\nLISTEN 0 2048 0.0.0.0:8000 0.0.0.0:*\n");
    });

    test("are killed at once if that has changed, without waiting before or after", () => {
      const began = Date.now();
      expect(said(bound({ environment: { DATABASE: "10.0.0.9", PASSWORD: "one" } }))).toEqual([
        "warning: container ringo-api was started with another DATABASE and is killed at once: its unfinished work is lost; see its log",
        "container ringo-api replaced",
      ]);
      expect(Date.now() - began).toBeLessThan(3000);
      expect(ended()).toEqual(["nft", "docker stop -t 0 ringo-api"]);
    });

    test.each<[string, Partial<Container>]>([
      ["another image", { image: "registry.test/backend@sha256:2" }],
      ["another password", { environment: { DATABASE: "10.0.0.5", PASSWORD: "two" } }],
      ["an address that they did not have before", { boundTo: ["DATABASE", "BROKER"], environment: { DATABASE: "10.0.0.5", PASSWORD: "one", BROKER: "10.0.0.5" } }],
    ])("have their full stop timeout for %s", (_, changed) => {
      const began = Date.now();
      expect(said(bound(changed))).toEqual(["container ringo-api replaced"]);
      expect(Date.now() - began).toBeGreaterThan(3000);
      expect(ended()).toEqual(["nft", "nsenter", "nsenter", "docker stop -t 40 ringo-api"]);
    });

    test("are not killed if only the binding is removed", () => {
      expect(machine.apply(bound({ boundTo: [] })).lines).toEqual(["unchanged"]);
    });
  });

  test("that do not stop in time are reported, without their output", () => {
    const warning = "warning: container ringo-api did not stop within 40 s and was killed: its unfinished work is lost; see its log";
    machine.apply(container({ image: "stubborn@sha256:1" }));
    expect(machine.apply(container()).lines).toEqual([warning, "container ringo-api replaced", "1 changes"]);
    expect(machine.apply(container({ command: ["gunicorn", "-w", "3"] })).lines).not.toContain(warning);
  });

  test("whose new image cannot be pulled keep running", () => {
    machine.apply(container());
    expect(machine.apply(container({ image: "unreachable@sha256:2" })).errors).toContain("no route to registry");
    expect(running().running).toBe(true);
  });

  test.each<[string, Partial<Container>]>([
    ["does not start", { image: "broken@sha256:2" }],
    ["stays unhealthy", { image: "registry.test/backend@sha256:2", health: { command: "echo health answers 503; false", timeoutSeconds: 1 } }],
  ])("are restored if the new one %s, and the apply says why without a secret", (_, changed) => {
    machine.apply(container());
    const before = running();
    const applied = machine.apply(container(changed));
    expect(applied.code).toBe(1);
    expect(applied.lines).toContain("container ringo-api restored");
    expect(applied.errors).toMatch(/container ringo-api: (start|health)[^]*KEY=\[secret\]/);
    expect(applied.errors).not.toContain("s3cret-value");
    expect(running()).toEqual(before);
    expect(machine.apply(container()).lines.at(-1)).not.toMatch(/failed/);
    expect(running().running).toBe(true);
  });

  test("fail without personal data in the error", () => {
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

  test("that an interrupted apply started must be healthy for the next one", () => {
    machine.apply(container());
    const next = { image: "registry.test/backend@sha256:2" };
    // As after a crash between start and health check: the new one runs, the old one is kept, nothing is recorded.
    const record = readFileSync(machine.path("/var/lib/ringo/seen.json"));
    const before = running();
    cpSync(folder(), `${folder()}-kept`, { recursive: true });
    machine.apply(container(next));
    writeFileSync(machine.path("/var/lib/ringo/seen.json"), record);
    renameSync(`${folder()}-kept`, `${folder()}-previous`);
    unlinkSync(join(`${folder()}-previous`, "running"));
    const applied = machine.apply(container({ ...next, health: { command: "false", timeoutSeconds: 1 } }));
    expect(applied.lines).toContain("container ringo-api restored");
    expect(running()).toEqual(before);
  });

  test("are removed with their images' volumes", () => {
    machine.apply(container());
    machine.apply(container({ image: "registry.test/backend@sha256:2" }));
    machine.apply(container({ image: "broken@sha256:3" }));
    machine.apply({});
    const removed = machine.calls(/^docker rm/);
    expect(removed.length).toBeGreaterThanOrEqual(3);
    for (const call of removed) expect(call).toMatch(/^docker rm --force --volumes ringo-api/);
  });

  test("that are no longer declared are stopped and removed before others start", () => {
    machine.apply(container());
    machine.calls(/./);
    machine.apply({ containers: [{ ...container().containers![0], name: "ringo-beat" }] });
    const calls = machine.calls(/^(docker (stop|rm|run)|nft)/);
    expect(calls.filter((call) => call.startsWith("docker")).map((call) => call.split(" ")[1])).toEqual(["stop", "rm", "run"]);
    // The other one answers at the same place.
    expect(calls.findLast((call) => call.includes("ringo_away_ringo_api"))).not.toContain("reject");
  });

  test("are not looked up if Docker itself was switched off", () => {
    machine.apply(container());
    mkdirSync(machine.path(".fake/units/docker.service"));
    machine.calls(/./);
    expect(machine.apply({}).code).toBe(0);
    expect(machine.calls(/^docker/)).toEqual([]);
  });
});
