import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Release, Settings } from "../../../local/services/sentry/server";
import { releaseBegins, releaseDeployed, sentryRelease, sentryReporter } from "../../../machine/sentry";

const root = path.resolve(__dirname, "../../..");
const hex = "0123456789abcdef".repeat(4);

describe("a release", () => {
  test.each([
    ["by digest", `ghcr.io/ringo-uchet/backend@sha256:${hex}`, `backend@${hex}`],
    ["by digest, whatever its tag, which can move", `ghcr.io/ringo-uchet/backend:v1@sha256:${hex}`, `backend@${hex}`],
    ["by tag, if there is nothing else", "registry.ringo.dev:5000/ringo/backend:develop", "backend@develop"],
    ["without either", "registry.ringo.dev:5000/backend", "backend@latest"],
  ])("is named %s", (_, image, name) => expect(sentryRelease(image)).toBe(name));
});

describe("the reporter to Sentry", () => {
  const token = "sntrys_not-a-token-0123456789";
  let folder: string;
  let server: ChildProcess | undefined;
  let port = 0;
  const at = (name: string) => path.join(folder, name);
  const releases = (): Record<string, Release> => (fs.existsSync(at("releases.json")) ? JSON.parse(fs.readFileSync(at("releases.json"), "utf8")) : {});
  const moment = (seconds: number) => new Date(seconds * 1000).toISOString().replace("Z", "000Z");

  async function start(): Promise<void> {
    const settings: Settings = { address: "127.0.0.1", port, organization: "ringo", project: "backend", token, recordsPath: at("releases.json") };
    fs.writeFileSync(at("server.json"), JSON.stringify(settings));
    const child = spawn(process.execPath, ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", path.join(root, "local/services/sentry/server.ts"), at("server.json")], { stdio: ["ignore", "pipe", "inherit"] });
    server = child;
    port = await new Promise<number>((resolve) => child.stdout!.once("data", (line: Buffer) => resolve((JSON.parse(line.toString()) as { port: number }).port)));
  }
  const stop = () => new Promise<void>((resolve) => {
    server!.once("exit", () => resolve());
    server!.kill("SIGKILL");
  });

  /** What the apply writes: an event is a file that holds a version since a time. */
  function note(event: "release" | "deploy", version: string, seconds: number): void {
    fs.writeFileSync(at(event), `${version}\n`);
    fs.utimesSync(at(event), seconds, seconds);
  }

  interface Changes { url?: string; project?: string; token?: string; environment?: string }
  function settle(changes: Changes): void {
    const settings = { url: `http://127.0.0.1:${port}`, organization: "ringo", project: "backend", environment: "production", ...changes };
    fs.writeFileSync(at("settings.json"), JSON.stringify(settings));
    fs.writeFileSync(at("token"), `${changes.token ?? token}\n`);
  }
  const reporter = (): string[] => ["-IB", path.join(root, "machine/sentry/report.py"), at("settings.json"), folder, at("told.json"), at("token")];
  function report(changes: Changes = {}) {
    settle(changes);
    const { status, stderr } = spawnSync("/usr/bin/python3", reporter(), { encoding: "utf8" });
    return { status, stderr };
  }
  const heard = { status: 0, stderr: "" };

  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(tmpdir(), "ringo-sentry-"));
    port = 0;
    await start();
  });
  afterEach(async () => {
    await stop();
    fs.rmSync(folder, { recursive: true });
  });

  test("reports nothing before the first roll-out", () => {
    expect([report(), releases()]).toEqual([heard, {}]);
  });

  test("reports the release when a roll-out begins, and the deploy when it is complete, each once", () => {
    note("release", "backend@1", 1_000);
    expect(report()).toEqual(heard);
    expect(releases()).toEqual({ "backend@1": { version: "backend@1", projects: ["backend"], dateCreated: expect.any(String), dateReleased: null, deploys: [] } });
    note("deploy", "backend@1", 1_060);
    for (let i = 0; i < 3; i++) expect(report()).toEqual(heard);
    expect(releases()["backend@1"]).toMatchObject({
      dateReleased: moment(1_060), deploys: [{ environment: "production", dateStarted: moment(1_000), dateFinished: moment(1_060) }],
    });
  });

  test("an abandoned roll-out is not a deploy, nor is going back to a release that was still running; going back to an old release is", () => {
    note("release", "backend@1", 1_000);
    note("deploy", "backend@1", 1_060);
    report();
    note("release", "backend@2", 2_000);
    report();
    note("release", "backend@1", 2_100);
    report();
    expect(Object.values(releases()).map(({ deploys }) => deploys.length)).toEqual([1, 0]);
    note("release", "backend@2", 3_000);
    note("deploy", "backend@2", 3_060);
    report();
    note("release", "backend@1", 4_000);
    note("deploy", "backend@1", 4_060);
    report();
    expect(Object.values(releases()).map(({ deploys, dateReleased }) => [deploys.length, dateReleased])).toEqual([[2, moment(1_060)], [1, moment(3_060)]]);
  });

  test("a release that another environment has finalized keeps its date", () => {
    note("release", "backend@1", 1_000);
    note("deploy", "backend@1", 1_060);
    report({ environment: "staging" });
    fs.rmSync(at("told.json")); // another machine
    note("release", "backend@1", 5_000);
    note("deploy", "backend@1", 5_060);
    report();
    expect(releases()["backend@1"]).toMatchObject({ dateReleased: moment(1_060), deploys: [{ environment: "staging" }, { environment: "production" }] });
  });

  test("what Sentry missed is reported later, with its original times, and not twice if its answer was lost", async () => {
    note("release", "backend@1", 1_000);
    note("deploy", "backend@1", 1_060);
    await stop();
    expect(report()).toEqual({ status: 1, stderr: expect.stringMatching(/^Sentry was not told of backend@1.*refused/) });
    await start();
    expect(report()).toEqual(heard);
    fs.rmSync(at("told.json"));
    expect(report()).toEqual(heard);
    expect(releases()["backend@1"]!.deploys).toEqual([{ id: "1", environment: "production", dateStarted: moment(1_000), dateFinished: moment(1_060) }]);
  });

  test("a redirect to another host does not get the token", async () => {
    const heardBy: Record<string, (string | undefined)[]> = { first: [], other: [] };
    const listen = async (name: string, answer: (response: ServerResponse) => void): Promise<[Server, string]> => {
      const made = createServer((request, response) => {
        heardBy[name]!.push(request.headers.authorization);
        answer(response);
      });
      await new Promise<void>((ready) => void made.listen(0, "127.0.0.1", ready));
      return [made, `http://127.0.0.1:${(made.address() as AddressInfo).port}`];
    };
    const [other, elsewhere] = await listen("other", (response) => response.end("{}"));
    const [first, url] = await listen("first", (response) => response.writeHead(302, { location: elsewhere }).end());
    note("release", "backend@1", 1_000);
    settle({ url });
    const child = spawn("/usr/bin/python3", reporter());
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(1);
    for (const each of [first, other]) each.close();
    expect(heardBy).toEqual({ first: [`Bearer ${token}`], other: [] });
  });

  test("Sentry's reason for a refusal is printed, but never the token", () => {
    note("release", "backend@1", 1_000);
    expect(report({ token: "sntrys_another-token-012345" })).toEqual({ status: 1, stderr: expect.stringMatching(/: 401 .*Invalid token/) });
    expect(report({ project: "frontend" }).stderr).toMatch(/: 400 .*Invalid project/);
    expect(report({ token: "sntrys_another-token-012345" }).stderr).not.toContain("another-token");
    note("release", "a/b", 2_000);
    expect(report().stderr).toMatch(/: 400 .*not allowed/);
  });
});

test("only its own user may connect to Sentry, and only root can read the token", () => {
  const on = sentryReporter({ url: "https://sentry.ringo.dev:9000", organization: "ringo", project: "backend", environment: "test", token: "not-a-token" });
  const file = (name: string) => on.files!.find(({ path: at }) => at.endsWith(name));
  expect(file("output-sentry.nft")!.content).toBe('meta skuid { "ringo-sentry" } tcp dport 9000 accept comment "sentry"\n');
  expect(file("/token")).toMatchObject({ mode: "0600", secret: true });
  expect(on.secrets).toEqual(["not-a-token"]);
});

test("no roll-out waits long for Sentry, or fails because of it", () => {
  const on = sentryReporter({ url: "https://sentry.ringo.dev", organization: "ringo", project: "backend", environment: "test", token: "not-a-token" });
  const steps = [on, releaseBegins("backend@1"), releaseDeployed("backend@1")].flatMap((each) => each.steps!.filter(({ command }) => command.includes("ringo-sentry.service")));
  expect(steps).toHaveLength(3);
  for (const { mayFail, timeoutSeconds } of steps) expect([mayFail, timeoutSeconds! <= 60]).toEqual([true, true]);
  // The service itself gives up before that: else it would be ended in the middle of its words.
  const [, seconds] = /^TimeoutStartSec=(\d+)$/m.exec(on.files!.find(({ path: at }) => at.endsWith("ringo-sentry.service"))!.content)!;
  expect(Number(seconds)).toBeLessThan(steps[0]!.timeoutSeconds!);
});
