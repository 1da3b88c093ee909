import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const state = fs.mkdtempSync(path.join(tmpdir(), "ringo-settled-"));
const settings = path.join(state, "workspace", "Pulumi.local.yaml");
const write = (text: string): void => fs.writeFileSync(settings, text);
let settled: typeof import("../../../local/cli/settled");

beforeAll(async () => {
  process.env.RINGO_LOCAL_DIR = state;
  settled = await import("../../../local/cli/settled");
  fs.mkdirSync(path.dirname(settings));
  fs.writeFileSync(path.join(path.dirname(settings), "Pulumi.yaml"), "name: ringo-infra\n");
});
beforeEach(() => {
  write("config: {}\n");
  settled.settle();
});
afterAll(() => fs.rmSync(state, { recursive: true }));

test("an update that would change nothing is skipped", () => {
  expect(settled.isSettled({ same: 130 })).toBe(true);
});

test.each<[string, () => void, Record<string, number>]>([
  ["a resource that changes", () => undefined, { same: 129, update: 1 }],
  ["a resource that would be deleted", () => undefined, { same: 129, delete: 1 }],
  ["other settings, even if no resource shows it: protection", () => write("config: { protect: true }\n"), { same: 130 }],
  ["an interrupted update", () => settled.unsettle(), { same: 130 }],
])("%s requires one", (_name, cause, previewed) => {
  cause();
  expect(settled.isSettled(previewed)).toBe(false);
});
