/** The pack as the engine starts it: a process that says its port, and answers there. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { credentials, status } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { AnalyzeRequest, AnalyzerResource, AnalyzerResourceOptions, AnalyzeStackRequest, EnforcementLevel, type AnalyzerInfo, type AnalyzeResponse, type RemediateResponse } from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { rules } from "../../policies/rules";

const directory = path.resolve(__dirname, "../../policies");
const environment = { ...process.env, PULUMI_NODEJS_STACK: "production", PULUMI_CONFIG: JSON.stringify({ "ringo-infra:allowedRegions": '["fra1"]' }) };

let pack: ChildProcess;
let engine: AnalyzerClient;
beforeAll(async () => {
  pack = spawn(process.execPath, ["index.js"], { cwd: directory, env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(pack.stdout!, "data") as [Buffer];
  engine = new AnalyzerClient(`127.0.0.1:${String(port).trim()}`, credentials.createInsecure());
});
afterAll(() => {
  engine.close();
  pack.kill();
});

const answer = <T>(ask: (done: (error: Error | null, answer: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))));

test("it lists every rule with its level", async () => {
  const info = await answer<AnalyzerInfo>((done) => engine.getAnalyzerInfo(new Empty(), done));
  const levels = new Map(info.getPoliciesList().map((each) => [each.getName(), each.getEnforcementlevel()]));
  expect([...levels.keys()]).toEqual(expect.arrayContaining(rules.map(({ name }) => name)));
  expect([levels.get("droplet-ssh-key"), levels.get("dns-ttl")]).toEqual([EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY]);
});

/** A volume that breaks one rule by itself. */
function volume<T extends AnalyzeRequest | AnalyzerResource>(request: T): T {
  request.setType("digitalocean:index/volume:Volume");
  request.setName("one");
  request.setUrn("urn:pulumi:production::ringo-infra::digitalocean:index/volume:Volume::one");
  request.setProperties(Struct.fromJavaScript({ region: "ams3", tags: ["project:ringo", "stack:ringo-production"] }));
  request.setOptions(new AnalyzerResourceOptions().setProtect(true));
  return request;
}
const found = (response: AnalyzeResponse) => response.toObject().diagnosticsList.map(({ policyname, message }) => [policyname, message.split("\n")[1]]);

test("it refuses violations, according to the stack's configuration, on every call", async () => {
  for (const time of [1, 2]) {
    const response = await answer<AnalyzeResponse>((done) => engine.analyze(volume(new AnalyzeRequest()), done));
    expect([time, found(response)]).toEqual([time, [["allowed-region", "it is in ams3"]]]);
  }
});

test("it checks providers as well, whose inputs are text", async () => {
  const provider = volume(new AnalyzeRequest());
  provider.setType("pulumi:providers:aws");
  provider.setProperties(Struct.fromJavaScript({ region: "eu-central-1", insecure: "true" }));
  expect(found(await answer<AnalyzeResponse>((done) => engine.analyze(provider, done)))).toEqual([["provider-tls", "insecure is on"]]);
});

test("it checks the whole stack with several rules", async () => {
  const droplet = volume(new AnalyzerResource());
  droplet.setType("digitalocean:index/droplet:Droplet");
  droplet.setUrn("urn:pulumi:production::ringo-infra::digitalocean:index/droplet:Droplet::one");
  const request = new AnalyzeStackRequest().setResourcesList([volume(new AnalyzerResource()), droplet]);
  const response = await answer<AnalyzeResponse>((done) => engine.analyzeStack(request, done));
  expect(found(response)).toEqual([["droplet-firewalled", "no firewall of the stack selects one"], ["droplet-own-vpc", "one is in no VPC of this stack"], ["droplet-backups", "without the cloud's backups: one"]]);
});

test("a violation without a resource is attributed to the stack, as `pulumi policy analyze` fails otherwise", async () => {
  const stack = volume(new AnalyzerResource()).setType("pulumi:pulumi:Stack").setUrn("urn:pulumi:production::ringo-infra::pulumi:pulumi:Stack::ringo-infra-production");
  const droplet = volume(new AnalyzerResource()).setType("digitalocean:index/droplet:Droplet").setUrn("urn:pulumi:production::ringo-infra::digitalocean:index/droplet:Droplet::one");
  const response = await answer<AnalyzeResponse>((done) => engine.analyzeStack(new AnalyzeStackRequest().setResourcesList([stack, droplet]), done));
  const named = new Map(response.getDiagnosticsList().map((each) => [each.getPolicyname(), each.getUrn()]));
  expect([named.get("droplet-backups"), named.get("droplet-firewalled")]).toEqual([stack.getUrn(), droplet.getUrn()]);
});

test("it has no remediation, and answers Unimplemented", async () => {
  const asked = answer<RemediateResponse>((done) => engine.remediate(volume(new AnalyzeRequest()), done));
  await expect(asked).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
});

describe("what it loads before a preview can start", () => {
  let loaded: string[];
  beforeAll(async () => {
    const script = `require("./index.js"); require("fs").writeFileSync(3, JSON.stringify(Object.keys(require.cache))); process.exit()`;
    const started = spawn(process.execPath, ["-e", script], { cwd: directory, env: environment, stdio: ["ignore", "ignore", "inherit", "pipe"] });
    const chunks: Buffer[] = [];
    for await (const chunk of started.stdio[3] as NodeJS.ReadableStream) chunks.push(chunk as Buffer);
    loaded = JSON.parse(Buffer.concat(chunks).toString()) as string[];
    expect(loaded.length).toBeGreaterThan(100);
  });

  test("excludes npm's code, TypeScript and zod's other languages", () => {
    expect(loaded.filter((file) => /node_modules\/(@npmcli\/|typescript\/|zod\/v4\/locales\/(?!en\.|index\.))/.test(file))).toEqual([]);
  });

  test("has large libraries before tsx, which slows all later loading", () => {
    const tsx = loaded.findIndex((file) => file.includes("/node_modules/tsx/"));
    const late = loaded.slice(tsx).filter((file) => /node_modules\/(@pulumi|@grpc|zod)\//.test(file));
    expect([tsx > 0, late]).toEqual([true, []]);
  });
});
