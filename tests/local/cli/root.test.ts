import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { mustBeRoot } from "../../../local/cli/root";
import { UserError } from "../../../cli/terminal";

const state = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-root-"));
let openOperated: typeof import("../../../ops/stack").openOperated;
beforeAll(async () => {
  process.env.RINGO_LOCAL_DIR = state;
  delete process.env.STACK;
  ({ openOperated } = await import("../../../ops/stack"));
});
afterAll(() => fs.rmSync(state, { recursive: true }));
afterEach(() => jest.restoreAllMocks());

test("other users than root are told to use sudo", () => {
  jest.spyOn(process, "getuid").mockReturnValue(1000);
  expect(() => mustBeRoot("preview")).toThrow(UserError);
  expect(() => mustBeRoot("preview")).toThrow(/Run `sudo make preview`/);
});

test("root passes", () => {
  jest.spyOn(process, "getuid").mockReturnValue(0);
  expect(() => mustBeRoot("up")).not.toThrow();
});

/** Without the rights that root has, whoever runs the tests. */
function asNobody(work: () => void): void {
  const root = process.getuid!() === 0;
  if (root) process.seteuid!(65534);
  try {
    work();
  } finally {
    if (root) process.seteuid!(0);
  }
}

test("a stack that the user may not read is not treated as missing", () => {
  fs.chmodSync(state, 0);
  asNobody(() => expect(() => openOperated()).toThrow(/cannot read [^]*sudo/));
  fs.chmodSync(state, 0o700);
  expect(() => openOperated()).toThrow(/there is no local stack/);
});
