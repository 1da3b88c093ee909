import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { keepGenerations, refuseOutOfTurn } from "../../components/generations";
import { doneBefore, requested, short, type Request } from "./program";

test("a generation that is lower than the one noted is refused, and one that leaves out another, and no other", () => {
  const change = (former: object, now: object) => () => refuseOutOfTurn("production")({ oldInputs: { input: former }, newInputs: { input: now } });
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 1 })).toThrow(/to mend: pulumi config set --stack production passwordGeneration 2/);
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 4 })).toThrow(/to mend: pulumi config set --stack production passwordGeneration 3/);
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 3 })).not.toThrow();
});

test("a preview asks before it would note them anew; an update, which has done all by then, does not", async () => {
  const asked: { getName(): string; getOnDryRun(): boolean }[] = [];
  // The SDK's stand-in for the engine says that it takes hooks, and cannot.
  Object.assign(MockMonitor.prototype, { registerResourceHook: (hook: (typeof asked)[number], done: (error: null) => void) => (asked.push(hook), done(null)) });
  const bound: string[][] = [];
  const registered = jest.spyOn(MockMonitor.prototype, "registerResource");
  for (const preview of [true, false]) {
    await pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) }, "ringo-infra", "production", preview);
    keepGenerations({ passwordGeneration: 2 }, []);
    await pulumi.runtime.disconnect();
    bound.push(registered.mock.lastCall![0].getHooks()?.getBeforeUpdateList() ?? []);
  }
  registered.mockRestore();
  expect(asked.map((hook) => [hook.getName(), hook.getOnDryRun()])).toEqual(bound[0]!.map((name) => [name, true]));
  expect(bound.map(({ length }) => length)).toEqual([1, 0]);
});

describe("what is in force", () => {
  let requests: Request[];
  let noted: Request;
  beforeAll(async () => {
    ({ requests } = await requested({ deployerKeyGeneration: 2, machineGenerations: { "api-1": 3, "api-7": 2 } }));
    noted = requests.find((request) => request.getName() === "generations")!;
  }, 60_000);

  test("is noted of every key, and of every machine that there is", () => {
    const machines = ["edge", "data", "api-0", "api-1", "worker-0", "monitor"].map((name) => [`machineGenerations.${name}`, name === "api-1" ? 3 : 1]);
    expect(noted.getObject()!.toJavaScript()).toEqual({
      input: { passwordGeneration: 1, mediaKeyGeneration: 1, "backups.keyGeneration": 1, deployerKeyGeneration: 2, ...Object.fromEntries(machines) },
    });
  });

  test("is noted when every machine has it", () => {
    const before = doneBefore(requests).get("generations")!;
    const states = requests.filter((request) => request.getType() === "command:remote:Command").map((request) => short(request.getName()));
    expect(states.length).toBeGreaterThan(15);
    expect(states.filter((name) => !before.has(name))).toEqual(["monitor-logs"]); // which has nothing that is counted
  });
});
