import { deflateSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
// Loaded before the stack is known, as by the local stack's command: it must not be used yet.
import program from "../../index";
import { secrets } from "../../config/secrets";
import { stateIn } from "../../machine/payload";
import type { MachineState } from "../../machine/state";

// What is packed here is not deployed, so it need not be identical everywhere: Node's own zlib takes a fifth of the time.
jest.mock("../../machine/packing", () => ({
  ...jest.requireActual<object>("../../machine/packing"),
  pack: (text: string) => deflateSync(text, { level: 1 }).toString("base64"),
}));

export interface Registered {
  type: string;
  name: string;
  inputs: any;
}

const image = `registry.ringo.dev/backend@sha256:${"ab".repeat(32)}`;

/** A complete configuration; each test changes the part that it tests. */
export const configuration: Record<string, unknown> = {
  environment: "test",
  throwaway: true,
  domain: "api.ringo.test",
  manageDns: true,
  dnsZone: "ringo.test",
  sshAllowedCidrs: ["198.18.0.254/32"],
  adminAllowedCidrs: ["198.18.0.254/32"],
  acme: { email: "operator@ringo.test" },
  image,
  logs: { image: `registry.ringo.dev/loki@sha256:${"cd".repeat(32)}` },
  djangoSecretKey: "not-a-real-key-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
  backupPassphrase: "not-a-real-passphrase-0123456789-abcdefghij",
  alerts: { runbook: "https://wiki.ringo.dev/alerts" },
  alertWebhookUrl: "https://hooks.ringo.test/not-a-hook",
  deadMansSwitchUrl: "https://switch.ringo.test/not-a-switch",
};

/** Computed outputs that the program reads, as the cloud would return them. */
export function outputsOf(type: string, name: string, inputs: any): Record<string, unknown> {
  const number = 1 + [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 200, 7);
  switch (type) {
    case "digitalocean:index/droplet:Droplet":
      return { ipv4AddressPrivate: `10.20.0.${number}`, ipv4Address: inputs.publicNetworking ? `198.18.0.${number}` : "" };
    case "digitalocean:index/reservedIp:ReservedIp":
      return { ipAddress: "198.18.0.200" };
    case "tls:index/privateKey:PrivateKey":
      return {
        privateKeyOpenssh: `private key of ${name}\n`,
        privateKeyPem: `private pem of ${name}\n`,
        publicKeyOpenssh: `ssh-ed25519 AAAA${name.replace(/[^A-Za-z0-9]/g, "")}\n`,
      };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: `certificate of ${name}\n` };
    case "random:index/randomPassword:RandomPassword":
      // None is the beginning of another.
      return { result: `passwordOf${name.replace(/[^A-Za-z0-9]/g, "")}End` };
    case "aws:kms/key:Key":
      return { arn: "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" };
    case "aws:s3/bucket:Bucket":
      return { arn: `arn:aws:s3:::${inputs.bucket}` };
    case "aws:iam/accessKey:AccessKey":
      return { secret: `secretOf${name.replace(/[^A-Za-z0-9]/g, "")}` };
    default:
      return {};
  }
}

/** A number like a droplet's id, which depends only on the resource itself. */
export const idOf = (name: string): string => String([...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 1_000_003, 7));

/**
 * Each resource and promise of the SDK keeps a stack trace. jest looks every frame up in its source maps, which takes half of
 * a test's time: here traces are V8's own, whose lines are those of the compiled text.
 */
Error.prepareStackTrace = (error, frames) => [String(error), ...frames.map((frame) => `    at ${frame.toString()}`)].join("\n");

/** Runs the whole program against mocks; returns every registered resource and the outputs. */
export async function deploy(changes: Record<string, unknown> = {}): Promise<{ resources: Registered[]; outputs: any }> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      resources.push({ type: args.type, name: args.name, inputs: args.inputs });
      return { id: idOf(args.name), state: { ...args.inputs, ...outputsOf(args.type, args.name, args.inputs) } };
    },
    call: (args) => args.inputs,
  }, "ringo-infra", "test", false);
  const values = { ...configuration, ...changes };
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined).map(([key, value]) => [`ringo-infra:${key}`, text(value)])),
    Object.keys(secrets.shape).map((key) => `ringo-infra:${key}`),
  );
  const outputs = await new Promise<any>((resolve, reject) => {
    program().then((result) => pulumi.output(result).apply(resolve), reject);
  });
  await pulumi.runtime.disconnect();
  return { resources, outputs };
}

/** Hooks registered with the engine. */
export const hooks: { getName(): string; getOnDryRun(): boolean }[] = [];
// The SDK's mock engine claims to support hooks, but does not.
Object.assign(MockMonitor.prototype, { registerResourceHook: (hook: (typeof hooks)[number], done: (error: null) => void) => (hooks.push(hook), done(null)) });

/** The engine's request for a resource. */
export type Request = Parameters<MockMonitor["registerResource"]>[0];

/** The same, with the requests to the engine: dependencies and options of resources. */
export async function requested(changes: Record<string, unknown> = {}): Promise<Awaited<ReturnType<typeof deploy>> & { requests: Request[] }> {
  const asked = jest.spyOn(MockMonitor.prototype, "registerResource");
  try {
    return { ...await deploy(changes), requests: asked.mock.calls.map(([request]) => request) };
  } finally {
    asked.mockRestore();
  }
}

const deployed = new Map<string, ReturnType<typeof deploy>>();

/** The same, run once per test file and change, for tests that only read the result. */
export function stackWith(changes: Record<string, unknown> = {}): ReturnType<typeof deploy> {
  const key = JSON.stringify(changes);
  if (!deployed.has(key)) deployed.set(key, deploy(changes));
  return deployed.get(key)!;
}

/** Inputs as plain values: secrets unwrapped. */
export function plain(value: any): any {
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    if (value["4dabf18193072939515e22adb298388d"]) return plain(value.value);
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  }
  return value;
}

/** The state that a machine's command applies. */
export const stateOf = (command: Registered): MachineState => stateIn(plain(command.inputs.stdin));

/** A resource's name without the hash of a machine's region, range and image. */
export const short = (name: string): string => name.replace(/-[0-9a-f]{4}(?=(-\d+)?$)/, "");

/** The resource of a name, which may be short. @throws if there is none, with the existing ones */
export function named(resources: Registered[], name: string): Registered {
  const found = resources.find((r) => r.name === name || short(r.name) === name);
  if (!found) throw new Error(`no ${name} among ${resources.map((r) => r.name).join(", ")}`);
  return found;
}

/** Transitive dependencies of each resource, by name. */
export function doneBefore(requests: Request[]): Map<string, Set<string>> {
  const direct = new Map(requests.map((request) => [short(request.getName()), request.getDependenciesList().map((urn: string) => short(urn.slice(urn.lastIndexOf("::") + 2)))]));
  const before = new Map<string, Set<string>>();
  const reach = (name: string): Set<string> => {
    if (!before.has(name)) {
      before.set(name, new Set());
      before.set(name, new Set((direct.get(name) ?? []).flatMap((each: string) => [each, ...reach(each)])));
    }
    return before.get(name)!;
  };
  for (const name of direct.keys()) reach(name);
  return before;
}
