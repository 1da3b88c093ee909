import { run } from "../../../local/cli/destroy";
import type { Found } from "../../../local/cloud/owner";

/** What of the local cloud is there, in place of what is on this machine. */
let machines: Found[] = [];
let namespaces: string[] = [];
let services: string[] = [];
const done: string[] = [];
jest.mock("../../../local/paths", () => ({ ...jest.requireActual("../../../local/paths"), stateDir: "/nonexistent/ringo" }));
jest.mock("../../../local/cloud", () => ({ destroyCloud: async () => void done.push("cloud"), standing: () => ({ machines, namespaces }) }));
jest.mock("../../../local/services", () => ({ stopServices: async () => void done.push("services"), runningServices: () => services }));

let said = "";
beforeEach(() => {
  [machines, namespaces, services, said] = [[], [], [], ""];
  done.length = 0;
  process.env.YES = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += text), true));
});
afterEach(() => jest.restoreAllMocks());

test("if there is nothing, it does not ask", async () => expect(await run()).toBe(0));

test.each([
  ["machines", () => (machines = [{ id: "7", name: "ringo-local-data" }])],
  ["networks", () => (namespaces = ["ringo-cloud"])],
  ["services", () => (services = ["s3"])],
])("%s that the state directory no longer lists are asked about, too, and removed with YES=1", async (_, are) => {
  are();
  await expect(run()).rejects.toThrow(/Nothing was done: there is no terminal/);
  expect(done).toEqual([]);
  process.env.YES = "1";
  expect(await run()).toBe(0);
  expect(done).toEqual(["services", "cloud"]);
});

test("machines of another state directory are named, with the command that would remove them", async () => {
  machines = [{ id: "7", name: "ringo-local-data", owner: "/srv/other" }, { id: "8", name: "ringo-local-edge", owner: "/srv/other" }];
  process.env.YES = "1";
  expect(await run()).toBe(0);
  expect(said).toMatch(/ringo-local-data, ringo-local-edge.*\n.*RINGO_LOCAL_DIR=\/srv\/other make destroy/);
});
