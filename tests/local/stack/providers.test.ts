import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type Stack } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { forgottenFirst } from "../../../components/host";
import { engineHome } from "../../../local/engine";
import { cacheDir } from "../../../local/paths";
import { command as commandModel } from "../../../local/providers/command";
import { random as randomModel } from "../../../local/providers/random";
import { serve, type Served } from "../../../local/providers/server";
import { tls as tlsModel } from "../../../local/providers/tls";
import { Sshd } from "../providers/sshd";

/** The stand-ins under the real engine, with a program of their own. */
jest.setTimeout(180_000);

let served: Served;
let sshd: Sshd;
let stack: Stack;
let directory: string;
let program: () => Promise<Record<string, unknown>>;

/** What changes from one `up` to the next. */
const settings = { length: 20, message: "first", trigger: "1" };

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-providers-"));
  served = await serve([randomModel, tlsModel, commandModel]);
  sshd = await Sshd.start();
  fs.mkdirSync(path.join(directory, "state"));
  program = standard;
  stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "test", projectName: "providers", program: () => program() },
    {
      workDir: directory,
      pulumiCommand: await PulumiCommand.get({ root: cacheDir }),
      envVars: {
        PULUMI_BACKEND_URL: `file://${directory}/state`, PULUMI_HOME: engineHome(path.join(directory, "home")),
        PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_DEBUG_PROVIDERS: served.environment,
        PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
});
afterAll(async () => {
  sshd?.stop();
  await served?.close();
  fs.rmSync(directory, { recursive: true, force: true });
});
afterEach(() => { program = standard; });

async function standard(): Promise<Record<string, unknown>> {
  const password = new random.RandomPassword("password", { length: settings.length, special: false });
  const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
  const authority = new tls.SelfSignedCert("authority", {
    privateKeyPem: key.privateKeyPem, validityPeriodHours: 24, isCaCertificate: true, allowedUses: ["cert_signing"],
    subject: { commonName: "Test CA" },
  });
  const greeting = new command.remote.Command("greeting", {
    connection: sshd.connection() as command.types.input.remote.ConnectionArgs,
    create: `echo ${settings.message}; cat >> ${directory}/received`,
    delete: `echo deleted >> ${directory}/received`,
    stdin: password.result,
    triggers: [settings.trigger],
  });
  return { password: password.result, certificate: authority.certPem, greeting: greeting.stdout };
}

/** The state as it is on disk: the Automation API's export shows secrets in clear. */
const stateFile = () => fs.readFileSync(path.join(directory, "state", ".pulumi", "stacks", "providers", "test.json"), "utf8");

/** Each resource's operation, by name; the steps that a replacement is made of count as that. */
function operations(events: EngineEvent[]): Record<string, string> {
  return Object.fromEntries(events
    .flatMap((event) => (event.resOutputsEvent ?? event.resourcePreEvent)?.metadata ?? [])
    .filter((one) => !one.type.startsWith("pulumi:") && !["create-replacement", "delete-replaced"].includes(one.op))
    .map((one) => [one.urn.split("::").at(-1)!, one.op]));
}

async function up(): Promise<{ operations: Record<string, string>; events: EngineEvent[]; outputs: Record<string, unknown> }> {
  const events: EngineEvent[] = [];
  const { outputs } = await stack.up({ onEvent: (event) => events.push(event) });
  return { operations: operations(events), events, outputs: Object.fromEntries(Object.entries(outputs).map(([key, one]) => [key, one.value])) };
}

const everything = (op: string) => ({ password: op, key: op, authority: op, greeting: op });
const received = () => fs.readFileSync(path.join(directory, "received"), "utf8");
let first: Record<string, unknown>;

test("preview, then up, creates everything; a command's output is attached to its resource", async () => {
  const events: EngineEvent[] = [];
  await stack.preview({ onEvent: (event) => events.push(event) });
  expect(operations(events)).toEqual(everything("create"));
  expect(fs.existsSync(path.join(directory, "received"))).toBe(false);

  const result = await up();
  first = result.outputs;
  expect(result.operations).toEqual(everything("create"));
  expect(first.greeting).toBe("first");
  expect(received()).toBe(first.password);
  const said = result.events.flatMap((event) => event.diagnosticEvent ?? []);
  expect(said.map((one) => ({ message: one.message.trim(), urn: one.urn, ephemeral: one.ephemeral })))
    .toContainEqual({ message: "first", urn: expect.stringContaining("::greeting"), ephemeral: true });
});

test("the second up changes nothing, nor does a preview with refresh", async () => {
  expect((await up()).operations).toEqual(everything("same"));
  expect((await stack.preview({ refresh: true, expectNoChanges: true })).changeSummary).toEqual({ same: 5 });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 5 });
});

test("no secret is in the exported state or in the engine's output", async () => {
  const state = stateFile();
  const { events } = await up();
  // What the SDK tells the engine for debugging is shown to nobody, and is not ours.
  const told = JSON.stringify(events.filter((event) => (event.diagnosticEvent?.severity as string | undefined) !== "debug"));
  const key = sshd.userKey.private.split("\n")[1]!;
  for (const secret of [first.password as string, key]) {
    expect(state).not.toContain(secret);
    expect(told).not.toContain(secret);
  }
  expect(state).not.toContain("PRIVATE KEY");
  expect(state).toContain("BEGIN CERTIFICATE");
});

test("a changed command runs as an update; a changed trigger replaces; a changed password updates its dependents", async () => {
  settings.message = "second";
  let result = await up();
  expect(result.operations).toEqual({ ...everything("same"), greeting: "update" });
  expect(result.outputs.greeting).toBe("second");

  settings.trigger = "2";
  result = await up();
  expect(result.events.filter((event) => event.resourcePreEvent?.metadata.op === "replace")).toHaveLength(1);
  expect(received()).toContain("deleted");

  settings.length = 24;
  const events: EngineEvent[] = [];
  await stack.preview({ onEvent: (event) => events.push(event) });
  expect(operations(events)).toMatchObject({ password: "replace", greeting: "update", key: "same", authority: "same" });
  result = await up();
  expect(result.outputs.password).toHaveLength(24);
  expect(received()).toContain(result.outputs.password);
});

test("a program that uses an unknown type or input is refused before anything is created", async () => {
  program = async () => {
    new PasswordWith("typo", { length: 8, minUper: 2 });
    return {};
  };
  await expect(stack.preview()).rejects.toThrow(/has no input "minUper"; did you mean "minUpper"\?/);
});

/** A resource whose arguments reach the provider as they are: the SDK's own classes drop what they don't know. */
class PasswordWith extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("random:index/randomPassword:RandomPassword", name, args);
  }
}

test("a failing command fails the up with its own output, and is retried", async () => {
  program = async () => {
    await standard();
    new command.remote.Command("broken", { connection: sshd.connection() as command.types.input.remote.ConnectionArgs, create: "echo why; exit 3" });
    return {};
  };
  await expect(up()).rejects.toThrow(/Process exited with status 3: running "echo why; exit 3":\s+why/);
});

test("a command that failed runs again even if its input was reverted, and only then", async () => {
  const told = path.join(directory, "told");
  const upWith = (message: string, end = "true") => {
    fs.writeFileSync(path.join(directory, "end"), end);
    program = async () => {
      await standard();
      new command.remote.Command("told", {
        connection: sshd.connection() as command.types.input.remote.ConnectionArgs, create: `cat >> ${told}; sh ${directory}/end`, stdin: message,
      }, forgottenFirst);
      return {};
    };
    return up();
  };
  await upWith("A");
  await expect(upWith("B", "exit 1")).rejects.toThrow(/Process exited with status 1/);
  expect((await stack.preview()).changeSummary).toEqual({ same: 5, replace: 1 });
  expect((await upWith("A")).operations.told).toBe("replace");
  expect((await upWith("A")).operations.told).toBe("same");
  expect(fs.readFileSync(told, "utf8")).toBe("ABA");
});

test("an existing password is imported by its value", async () => {
  program = async () => {
    await standard();
    new random.RandomPassword("imported", { length: 16 }, { import: "ImportedPassw0rd" });
    return {};
  };
  const { operations: imported } = await up();
  expect(imported.imported).toBe("import");
  expect((await up()).operations.imported).toBe("same");
  const { resources } = JSON.parse(stateFile()).checkpoint.latest;
  const resource = resources.find((one: { urn: string }) => one.urn.endsWith("::imported"));
  expect({ id: resource.id, inputs: resource.inputs }).toEqual({ id: "none", inputs: { length: 16 } });
  expect(JSON.stringify(resource.outputs)).not.toContain("ImportedPassw0rd");
});

test("destroy runs the delete commands, and leaves nothing", async () => {
  fs.rmSync(path.join(directory, "received"));
  await stack.destroy();
  expect(received()).toBe("deleted\n");
  expect((await stack.exportStack()).deployment.resources ?? []).toEqual([]);
});
