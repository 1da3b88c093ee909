import type { Outputs } from "../../../cli/outputs";
import { UserError } from "../../../cli/terminal";
import { run } from "../../../local/cli/up";

const outputs = { apiUrl: "https://api.ringo.test", machines: [], reachable: [{ name: "edge", address: "198.18.0.200", hostKey: "ssh-ed25519 AAAAedge" }], deployerKey: "the next key" };
const mockUp = jest.fn<Promise<void>, []>();
const mockOutputs = jest.fn<Partial<Outputs>, []>();
const mockWrite = jest.fn();
jest.mock("../../../local/cli/backend", () => ({ backendDirectory: () => "examples/backend", rememberBackend: () => undefined }));
jest.mock("../../../local/cli/session", () => ({
  prepare: async () => ({}),
  withStack: (_: object, work: (stack: object) => Promise<number>) => work({ preview: async () => ({ changeSummary: { update: 1 } }), up: mockUp }),
}));
jest.mock("../../../local/cli/settled", () => ({ isSettled: () => false, settle: () => undefined, unsettle: () => undefined }));
jest.mock("../../../local/engine", () => ({ localEngine: () => ({}) }));
jest.mock("../../../local/paths", () => ({ acmeRootsFile: "", stackName: "local", inState: (...names: string[]) => names.join("/") }));
jest.mock("../../../local/workspace", () => ({ policyPack: "policies" }));
jest.mock("../../../cli/outputs", () => ({ readOutputs: () => mockOutputs() }));
jest.mock("../../../cli/ssh", () => ({ writeSshFiles: (...given: unknown[]) => mockWrite(...given) }));

beforeEach(() => {
  jest.clearAllMocks();
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  mockOutputs.mockReturnValue(outputs);
});
afterEach(() => jest.restoreAllMocks());

test("the SSH configuration is updated after an update", async () => {
  mockUp.mockResolvedValue();
  expect(await run()).toBe(0);
  expect(mockWrite.mock.calls).toEqual([["ssh", outputs.reachable, "the next key"]]);
});

test("also after a failed or interrupted update, which may have changed keys", async () => {
  mockUp.mockRejectedValue(new Error("update failed"));
  await expect(run()).rejects.toThrow("update failed");
  expect(mockWrite.mock.calls).toEqual([["ssh", outputs.reachable, "the next key"]]);
});

test("if it failed before any machine existed, the update's failure is reported", async () => {
  mockUp.mockRejectedValue(new Error("update failed"));
  mockOutputs.mockImplementation(() => { throw new UserError("stack local is not up"); });
  await expect(run()).rejects.toThrow("update failed");
  expect(mockWrite).not.toHaveBeenCalled();
});
