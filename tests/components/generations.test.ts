import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { beginGenerations, keepGenerations, refuseOutOfTurn } from "../../components/generations";
import { doneBefore, hooks, requested, short, type Request } from "./program";

test("a generation lower than the recorded one is refused, and one that skips a number, and no other", () => {
  const change = (former: object, now: object) => () => refuseOutOfTurn("production")({ oldInputs: { input: former }, newInputs: { input: now } });
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 1 })).toThrow(/to fix: pulumi config set --stack production passwordGeneration 2/);
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 4 })).toThrow(/to fix: pulumi config set --stack production passwordGeneration 3/);
  expect(change({ passwordGeneration: 2 }, { passwordGeneration: 3 })).not.toThrow();
});

test("a preview compares both records; an update only the first, since everything is done by the time of the last", async () => {
  const registered = jest.spyOn(MockMonitor.prototype, "registerResource");
  const bound = (): string[] => registered.mock.lastCall![0].getHooks()?.getBeforeUpdateList() ?? [];
  const asked: Record<string, string[][]> = {};
  for (const [when, preview] of [["preview", true], ["update", false]] as const) {
    for (const note of [() => beginGenerations({ passwordGeneration: 2 }), () => keepGenerations({ passwordGeneration: 2 }, [])]) {
      hooks.length = 0;
      await pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) }, "ringo-infra", "production", preview);
      note();
      await pulumi.runtime.disconnect();
      expect(hooks.map((hook) => [hook.getName(), hook.getOnDryRun()])).toEqual(bound().map((name) => [name, true]));
      (asked[when] ??= []).push(bound());
    }
  }
  registered.mockRestore();
  expect(asked).toEqual({
    preview: [["generations-begun-in-turn"], ["generations-in-turn"]],
    update: [["generations-begun-in-turn"], []],
  });
});

describe("the records", () => {
  let requests: Request[];
  const noted = (name: string): unknown => requests.find((request) => request.getName() === name)!.getObject()!.toJavaScript();
  beforeAll(async () => {
    ({ requests } = await requested({ deployerKeyGeneration: 2, machineGenerations: { "api-1": 3, "api-7": 2 } }));
  }, 60_000);

  test("contain in the end the generations in force, of every key and every existing machine", () => {
    const machines = ["edge", "data", "api-0", "api-1", "worker-0", "monitor"].map((name) => [`machineGenerations.${name}`, name === "api-1" ? 3 : 1]);
    expect(noted("generations")).toEqual({
      input: { passwordGeneration: 1, mediaKeyGeneration: 1, "backups.keyGeneration": 1, deployerKeyGeneration: 2, ...Object.fromEntries(machines) },
    });
  });

  test("contain in the beginning those of the deployer key and passwords", () => {
    expect(noted("generations-begun")).toEqual({ input: { passwordGeneration: 1, deployerKeyGeneration: 2 } });
  });

  const states = (): string[] => requests.filter((request) => request.getType() === "command:remote:Command").map((request) => short(request.getName()));

  test("are written in the end once every machine has them", () => {
    const before = doneBefore(requests).get("generations")!;
    expect(states().length).toBeGreaterThan(15);
    expect(states().filter((name) => !before.has(name))).toEqual(["monitor-logs"]); // which has nothing that is counted
  });

  test("are written in the beginning before any machine is contacted and any password created", () => {
    const before = doneBefore(requests);
    const passwords = requests.map((request) => request.getName()).filter((name) => name.startsWith("data-password-"));
    expect(passwords).toHaveLength(6);
    expect([...states(), ...passwords].filter((name) => !before.get(name)!.has("generations-begun"))).toEqual([]);
  });
});
