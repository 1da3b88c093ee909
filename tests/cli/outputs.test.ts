import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHistory, readInForce, readOutputs } from "../../cli/outputs";

const directory = mkdtempSync(join(tmpdir(), "ringo-engine-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** An engine's command that does this. */
function does(script: string) {
  const command = join(directory, "pulumi");
  writeFileSync(command, script);
  chmodSync(command, 0o755);
  return { command, cwd: directory, env: process.env, fix: { install: "https://www.pulumi.com/docs/install/", read: "pulumi login", up: "pulumi up --stack staging" } };
}

/** One that prints this for any arguments; or fails with it. */
function engine(printed: unknown, fails = false) {
  const out = join(directory, "out");
  writeFileSync(out, typeof printed === "string" ? printed : JSON.stringify(printed));
  return does(`#!/bin/sh\ncat ${out} ${fails ? ">&2; exit 1" : ""}\n`);
}

/** One that prints the requested page of a history, and records which page that was. */
const paged = (history: unknown[]) => does(`#!${process.execPath}
const after = (flag) => Number(process.argv[process.argv.indexOf(flag) + 1]);
const [size, page] = [after("--page-size"), after("--page")];
require("node:fs").appendFileSync(${JSON.stringify(join(directory, "asked"))}, page + "\\n");
process.stdout.write(JSON.stringify(${JSON.stringify(history)}.slice((page - 1) * size, page * size)));
`);

const update = (kind: string, result: string, generation: number, ...flags: string[]) => ({
  version: 0, kind, result, environment: Object.fromEntries(["yes", ...flags].map((flag) => [`pulumi.flag.${flag}`, "set"])), config: {
    "ringo-infra:deployerKeyGeneration": { value: String(generation), secret: false },
    "ringo-infra:backups": { value: `{"keyGeneration":${generation}}`, objectValue: { keyGeneration: generation }, secret: false },
    "ringo-infra:djangoSecretKey": { secret: true },
  },
});

test("the configuration in force is that of the last successful update", () => {
  const history = [update("update", "failed", 3), update("update", "in-progress", 3), update("refresh", "succeeded", 3), update("update", "succeeded", 2), update("update", "succeeded", 1)];
  expect(readInForce(engine(history), "staging")).toEqual({ deployerKeyGeneration: "2", backups: { keyGeneration: 2 }, djangoSecretKey: undefined });
});

test("it is searched as far back as needed, and the history is read no further", () => {
  const asked = (): string[] => readFileSync(join(directory, "asked"), "utf8").split("\n").filter(Boolean);
  const history = [...Array.from({ length: 250 }, () => update("refresh", "succeeded", 3)), update("update", "succeeded", 2), ...Array.from({ length: 149 }, () => update("update", "succeeded", 1))];
  expect(readInForce(paged(history), "staging").deployerKeyGeneration).toBe("2");
  expect(asked()).toEqual(["1", "2", "3"]);
  expect([...readHistory(paged(history), "staging")]).toEqual(history);
  expect(() => readInForce(paged(history.slice(0, 250)), "staging")).toThrow(/no update of stack staging has completed/);
});

test("an update of some machines only does not count", () => {
  for (const flag of ["target", "target-replace", "exclude"]) {
    expect(readInForce(engine([update("update", "succeeded", 3, flag), update("update", "succeeded", 2)]), "staging").deployerKeyGeneration).toBe("2");
  }
});

test("without a successful update there is none, and the error says to run one", () => {
  for (const history of [[], [update("update", "failed", 1)]]) expect(() => readInForce(engine(history), "staging")).toThrow(/no update of stack staging has completed successfully yet: run pulumi up --stack staging/);
});

test("if the CLI cannot read the stack, the error contains its own message", () => {
  expect(() => readInForce(engine("passphrase must be set", true), "staging")).toThrow(/the history of stack staging cannot be read: passphrase must be set\nTry: pulumi login/);
  expect(() => readOutputs(engine("passphrase must be set", true), "staging")).toThrow(/the outputs of stack staging cannot be read: passphrase must be set/);
});

test("if the CLI is not installed, the error says where to get it", () => {
  const missing = { ...engine({}), command: "pulumi-that-is-nowhere" };
  expect(() => readOutputs(missing, "staging")).toThrow(/pulumi-that-is-nowhere is not installed.*https:\/\/www.pulumi.com\/docs\/install\//);
  expect(() => readOutputs(missing, "staging")).not.toThrow(/pulumi login/);
});

test("a stack without outputs is not up", () => expect(() => readOutputs(engine({}), "staging")).toThrow(/is not up, or its last update did not complete: run pulumi up --stack staging/));
