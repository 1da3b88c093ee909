import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as random from "@pulumi/random";
import { providers } from "../../../local/providers";
import { officialPlugins } from "../../../local/providers/official";
import { projectDir } from "../../../local/paths";

/** The switch to official plugins under the real engine. The plugin is a small program of the tests': no registry has the official ones. */
jest.setTimeout(120_000);

let directory: string;
let started: string;

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-official-"));
  started = path.join(directory, "started");
  const folder = path.join(directory, "plugins", "resource-random-v4.21.1");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "pulumi-resource-random"), [
    "#!/bin/sh", `echo $$ "$0" >>${started}`,
    `exec ${projectDir}/node_modules/.bin/tsx ${path.join(__dirname, "plugin.ts")}`, "",
  ].join("\n"), { mode: 0o755 });
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

test("the engine starts the chosen plugin from where it is installed, uses it instead of a stand-in, and stops it", async () => {
  // Before anything that reads it once is loaded: else this works on the stack that runs on this machine.
  process.env.RINGO_LOCAL_DIR = path.join(directory, "state");
  jest.resetModules();
  const { stateDir } = await import("../../../local/paths");
  expect(stateDir).toBe(path.join(directory, "state"));
  const { openStack } = await import("../../../local/workspace");

  const plugins = officialPlugins("random", providers, path.join(directory, "plugins"));
  const stack = await openStack({
    providers: "", // no stand-in at all: whatever answers is the plugin
    program: async () => ({ password: new random.RandomPassword("password", { length: 20 }).result }),
    facts: { plain: {}, secrets: {}, plugins },
  });
  const { outputs } = await stack.up();
  expect(outputs.password).toEqual({ value: expect.stringMatching(/^.{20}$/), secret: true });
  const starts = fs.readFileSync(started, "utf8").trim().split("\n").map((line) => line.split(" "));
  expect(starts.length).toBeGreaterThan(0);
  for (const [pid, program] of starts) {
    expect(program).toBe(path.join(directory, "plugins", "resource-random-v4.21.1", "pulumi-resource-random"));
    expect(fs.existsSync(`/proc/${pid}`)).toBe(false);
  }
});
