import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as YAML from "yaml";
import { rotateBackupKey, rotateDeployerKey, rotateMediaKeys, rotatePasswords } from "../../ops/rotate";
import type { OperatedStack } from "../../ops/stack";

const mockDirectory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-rotate-"));
jest.mock("../../cli/project", () => ({ ...jest.requireActual("../../cli/project"), get projectDir() { return mockDirectory; } }));
afterAll(() => fs.rmSync(mockDirectory, { recursive: true }));

const file = path.join(mockDirectory, "Pulumi.staging.yaml");
const counters = ["passwordGeneration", "mediaKeyGeneration", "deployerKeyGeneration"];
/** Each counter with another number in force, so that none passes for another. */
const inForce = { backups: { keyGeneration: 11, lockDays: 30 }, passwordGeneration: "21", mediaKeyGeneration: "31", deployerKeyGeneration: "41" };
const written = { "ringo-infra:backups": { keyGeneration: 11, lockDays: 30 }, ...Object.fromEntries(counters.map((name) => [`ringo-infra:${name}`, Number(inForce[name as "passwordGeneration"])])) };

let done: string[];
let said: string;
const stack = (up = 0) => ({
  name: "staging", inForce: () => inForce,
  engine: (operation: string) => (done.push(operation), up),
  engineCommand: () => ["pulumi", "up", "--stack", "staging"],
  run: async (host: string, argv: string[]) => (done.push(`${host}: ${argv.join(" ")}`), { code: 0, stdout: "" }),
}) as unknown as OperatedStack;
beforeEach(() => {
  fs.writeFileSync(file, YAML.stringify({ config: written }));
  [done, said] = [[], ""];
  process.env.LATER = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += text), true));
});
afterEach(() => jest.restoreAllMocks());
const config = (): unknown => YAML.parse(fs.readFileSync(file, "utf8")).config;

const commands: [string, (of: OperatedStack) => Promise<number>, object, string[]][] = [
  ["backup-key", rotateBackupKey, { "ringo-infra:backups": { keyGeneration: 12, lockDays: 30 } }, ["up", "data: ringo-backup prepare"]],
  ["deployer-key", rotateDeployerKey, { "ringo-infra:deployerKeyGeneration": 42 }, ["up"]],
  ["passwords", rotatePasswords, { "ringo-infra:passwordGeneration": 22 }, ["up"]],
  ["media-keys", rotateMediaKeys, { "ringo-infra:mediaKeyGeneration": 32 }, ["up"]],
];

test.each(commands)("rotate-%s raises its own generation and runs the update", async (_, rotate, counted, does) => {
  expect(await rotate(stack())).toBe(0);
  expect(config()).toEqual({ ...written, ...counted });
  expect(done).toEqual(does);
});

test.each(commands)("rotate-%s LATER=1 only raises the generation, once however often it is run, and names the update's command", async (_, rotate, counted) => {
  process.env.LATER = "1";
  for (const each of [stack(), stack()]) expect(await rotate(each)).toBe(0);
  expect(config()).toEqual({ ...written, ...counted });
  expect(done).toEqual([]);
  expect(said).toContain("pulumi up --stack staging");
});

test("a file with a duplicate key is reported and left unchanged", async () => {
  const twice = `${fs.readFileSync(file, "utf8")}  ringo-infra:passwordGeneration: 2\n`;
  fs.writeFileSync(file, twice);
  await expect(rotatePasswords(stack())).rejects.toThrow(/^Pulumi.staging.yaml: Map keys must be unique/);
  expect(fs.readFileSync(file, "utf8")).toBe(twice);
  expect(done).toEqual([]);
});

test("a failed update is reported, and nothing is done after it", async () => {
  expect(await rotateBackupKey(stack(3))).toBe(3);
  expect(done).toEqual(["up"]);
});
