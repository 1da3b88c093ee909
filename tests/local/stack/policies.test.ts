import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as command from "@pulumi/command";
import * as digitalocean from "@pulumi/digitalocean";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type PolicyEvent, type Stack } from "@pulumi/pulumi/automation";
import * as tls from "@pulumi/tls";
import { engineHome } from "../../../local/engine";
import { binDir, cacheDir, projectDir } from "../../../local/paths";
import { command as commandModel } from "../../../local/providers/command";
import { digitalocean as digitaloceanModel } from "../../../local/providers/digitalocean";
import { serve, type Served } from "../../../local/providers/server";
import { tls as tlsModel } from "../../../local/providers/tls";
import { Sshd } from "../providers/sshd";

/** The policy pack under the real engine, as `make preview` and `make up` run it, on programs that break its rules. */
jest.setTimeout(180_000);

const pack = path.join(projectDir, "policies");
const secret = "a-secret-of-the-configuration-0123456789";

let directory: string;
let served: Served;
let sshd: Sshd;
let stack: Stack;
let program: () => Promise<void>;
let environment: Record<string, string>;

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-policies-"));
  fs.mkdirSync(path.join(directory, "state"));
  served = await serve([digitaloceanModel, tlsModel, commandModel]);
  sshd = await Sshd.start();
  environment = {
    PULUMI_BACKEND_URL: `file://${directory}/state`, PULUMI_HOME: engineHome(path.join(directory, "home")), PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_DEBUG_PROVIDERS: served.environment, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PATH: `${path.join(pack, "bin")}:${process.env.PATH}`,
  };
  stack = await LocalWorkspace.createOrSelectStack({ stackName: "test", projectName: "ringo-infra", program: () => program() },
    { workDir: directory, pulumiCommand: await PulumiCommand.get({ root: cacheDir }), envVars: environment });
  execFileSync(path.join(binDir, "pulumi"), ["config", "set", "--secret", "djangoSecretKey", "--stack", "test"],
    { cwd: directory, env: { ...process.env, ...environment }, input: secret });
});
afterAll(async () => {
  sshd?.stop();
  await served?.close();
  fs.rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => fs.rmSync(path.join(directory, "made"), { force: true }));

interface Verdict { passed: boolean; policies: PolicyEvent[]; printed: string }

async function run(operation: "preview" | "up", body: () => void): Promise<Verdict> {
  program = async () => body();
  const policies: PolicyEvent[] = [];
  let printed = "";
  const options = { policyPacks: [pack], onOutput: (text: string) => void (printed += text), onEvent: ({ policyEvent }: EngineEvent) => void (policyEvent && policies.push(policyEvent)) };
  const passed = await stack[operation](options).then(() => true, () => false);
  return { passed, policies, printed };
}
const names = ({ policies }: Verdict, level: string): string[] => [...new Set(policies.filter((each) => (each.enforcementLevel as string) === level).map((each) => each.policyName))].sort();

/** A connection that believes whoever answers. */
const unchecked = (): object => ({ ...sshd.connection(), hostKey: undefined });

const touching = (name: string, connection: object): command.remote.Command =>
  new command.remote.Command(name, { connection: connection as command.types.input.remote.ConnectionArgs, create: `touch ${directory}/made` });

test("a connection without a host key is refused in a preview and in an update, and nothing is run", async () => {
  for (const operation of ["preview", "up"] as const) {
    const verdict = await run(operation, () => void touching("careless", unchecked()));
    expect([verdict.passed, names(verdict, "mandatory")]).toEqual([false, ["connection-host-key"]]);
    expect(verdict.policies[0].message).toMatch(/connection checks no host key\nTo fix: set hostKey/);
  }
  expect(fs.existsSync(path.join(directory, "made"))).toBe(false);
});

test("the same with a host key passes, and is run", async () => {
  const verdict = await run("up", () => void touching("careful", sshd.connection()));
  expect([verdict.passed, names(verdict, "mandatory")]).toEqual([true, []]);
  expect(fs.existsSync(path.join(directory, "made"))).toBe(true);
});

test("a preview reports what it cannot know, and the update refuses it before it is used", async () => {
  const later = () => {
    const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
    touching("later", { ...unchecked(), hostKey: key.publicKeyOpenssh.apply(() => "") });
  };
  const previewed = await run("preview", later);
  expect([previewed.passed, names(previewed, "mandatory")]).toEqual([true, []]);
  expect(previewed.policies.map(({ message }) => message).join()).toMatch(/Cannot be judged yet: connection-host-key: connection of later/);
  const updated = await run("up", later);
  expect([updated.passed, names(updated, "mandatory")]).toEqual([false, ["connection-host-key"]]);
  expect(fs.existsSync(path.join(directory, "made"))).toBe(false);
});

test("a secret in user data is named by kind, never by value; advisory violations are printed and pass", async () => {
  const verdict = await run("preview", () => {
    new digitalocean.Droplet("leaky", { region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64", userData: `#!/bin/sh\nexport X=${secret}\n`, sshKeys: ["1"] });
  });
  expect(verdict.passed).toBe(false);
  expect(names(verdict, "mandatory")).toContain("user-data-secret");
  expect(verdict.policies.map(({ message }) => message).join()).toContain("a secret of the stack's configuration is in its user data");
  const said = verdict.policies.map((each) => JSON.stringify(each)).join() + verdict.printed.split("\n").filter((line) => /policy|mandatory|to fix/i.test(line)).join();
  expect(said).not.toContain(secret);
  const advised = await run("preview", () => {
    new digitalocean.DnsRecord("slow", { domain: "ringo.test", type: "CNAME", name: "www", value: "api.ringo.test.", ttl: 86400 });
  });
  expect([advised.passed, names(advised, "mandatory"), names(advised, "advisory")]).toEqual([true, [], expect.arrayContaining(["dns-ttl"])]);
});

test("existing resources can be checked without the program: pulumi policy analyze", async () => {
  const { passed } = await run("up", () => void touching("careful", sshd.connection()));
  expect(passed).toBe(true);
  const pulumi = (args: string[], input?: string) => spawnSync(path.join(binDir, "pulumi"), [...args, "--stack", "test"],
    { cwd: directory, env: { ...process.env, ...environment }, encoding: "utf8", input });
  const analyze = () => pulumi(["policy", "analyze", "--policy-pack", pack, "--color", "never"]);
  const clean = analyze();
  expect([clean.status, clean.stdout + clean.stderr]).toEqual([0, expect.not.stringContaining("checks no host key")]);

  const state = JSON.parse(pulumi(["stack", "export", "--show-secrets"]).stdout);
  const careful = state.deployment.resources.find(({ type }: { type: string }) => type === "command:remote:Command");
  const { hostKey, ...rest } = JSON.parse(careful.inputs.connection.plaintext);
  expect(hostKey).toMatch(/^ssh-/);
  careful.inputs.connection.plaintext = careful.outputs.connection.plaintext = JSON.stringify(rest);
  pulumi(["stack", "import"], JSON.stringify(state));
  const broken = analyze();
  expect([broken.status === 0, broken.stdout + broken.stderr]).toEqual([false, expect.stringContaining("checks no host key")]);
});
