import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "../../../cli/terminal";

const state = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-backend-"));
let backendDirectory: typeof import("../../../local/cli/backend").backendDirectory;
let rememberBackend: typeof import("../../../local/cli/backend").rememberBackend;
beforeAll(async () => {
  process.env.RINGO_LOCAL_DIR = state;
  ({ backendDirectory, rememberBackend } = await import("../../../local/cli/backend"));
});

const example = path.resolve("examples", "backend");
let own: string;
beforeEach(() => (own = fs.mkdtempSync(path.join(state, "own-"))));
afterEach(() => {
  delete process.env.BACKEND;
  rememberBackend(example);
});
afterAll(() => fs.rmSync(state, { recursive: true }));

/** What `make up` does. */
const up = (given?: string): string => {
  if (given === undefined) delete process.env.BACKEND;
  else process.env.BACKEND = given;
  const directory = backendDirectory();
  rememberBackend(directory);
  return directory;
};

test("is the example if none was ever named", () => expect(up()).toBe(example));

test("stays the one named once, wherever make is run, until another is named", () => {
  const relative = path.relative(process.cwd(), own);
  expect([up(relative), up(), up(""), up(example), up()]).toEqual([own, own, own, example, example]);
});

test("is only for one preview the one that it names", () => {
  up(own);
  process.env.BACKEND = example;
  expect([backendDirectory(), up()]).toEqual([example, own]);
});

test("the example is the running checkout's own: it is not remembered", () => {
  up(own);
  expect(fs.existsSync(path.join(state, "backend"))).toBe(true);
  up(example);
  expect(fs.existsSync(path.join(state, "backend"))).toBe(false);
});

test("that no longer exists is not replaced by another: the error says how to fix it", () => {
  up(own);
  fs.rmdirSync(own);
  expect(() => up()).toThrow(UserError);
  expect(() => up()).toThrow(`${own}, from which this stack's backend was built, no longer exists. Give its new path with BACKEND=<dir>, or use the example: BACKEND=examples/backend.`);
  expect(up(example)).toBe(example);
});

test("that is not a directory is refused by its given name", () => {
  const file = path.join(own, "Dockerfile");
  fs.writeFileSync(file, "");
  for (const wrong of [file, path.join(own, "typo")]) expect(() => up(wrong)).toThrow(`BACKEND=${wrong} is not a directory: name the one with the backend's Dockerfile.`);
  expect(up()).toBe(example);
});
