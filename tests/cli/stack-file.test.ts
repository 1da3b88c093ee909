import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readStackFile } from "../../cli/stack-file";
import { UserError } from "../../cli/terminal";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-file-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));
const read = (text: string): string => {
  fs.writeFileSync(path.join(directory, "Pulumi.staging.yaml"), text);
  return readStackFile("staging", directory);
};
const twice = "config:\n  ringo-infra:restore: latest\n  ringo-infra:restore: latest\n";

test("a stack's file is read unchanged", () => expect(read("config: {} # all\n")).toBe("config: {} # all\n"));

test("a duplicate key is reported with its line, without a stack trace", () => {
  expect(() => read(twice)).toThrow(UserError);
  expect(() => read(twice)).toThrow(/^Pulumi.staging.yaml: Map keys must be unique at line 3/);
});

test("a missing file is reported without a stack trace", () => {
  expect(() => readStackFile("production", directory)).toThrow(UserError);
  expect(() => readStackFile("production", directory)).toThrow(/^Pulumi.production.yaml, .* no such file/);
});
