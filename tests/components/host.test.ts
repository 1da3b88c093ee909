import { requested, short, type Registered } from "./program";

describe("a machine's states", () => {
  let commands: { name: string; replaces: string[]; ignores: string[]; deletesFirst: boolean }[];
  let read: string[];
  let resources: Registered[];
  beforeAll(async () => {
    const all = await requested();
    resources = all.resources;
    commands = all.requests.filter((request) => request.getType() === "command:remote:Command").map((request) =>
      ({ name: short(request.getName()), replaces: request.getReplaceonchangesList(), ignores: request.getIgnorechangesList(), deletesFirst: request.getDeletebeforereplace() }));
    read = all.requests.flatMap((request) => [...request.getPropertydependenciesMap().entries()].flatMap(([, from]: any) => from.getUrnsList() as string[]));
  });

  test("are forgotten before a new one is sent, so that the former one is applied again after a failure", () => {
    const states = commands.filter(({ name }) => !name.endsWith("-boot"));
    expect(states.length).toBeGreaterThan(10);
    for (const state of states) expect(state).toMatchObject({ replaces: expect.arrayContaining(["create", "stdin"]), deletesFirst: true });
  });

  test("except the boot state, which is applied once in a machine's life, whatever happens to bastion and keys", () => {
    const boots = commands.filter(({ name }) => name.endsWith("-boot"));
    expect(boots).toHaveLength(6);
    for (const boot of boots) expect(boot).toMatchObject({ replaces: expect.not.arrayContaining(["create", "stdin"]), ignores: expect.arrayContaining(["create", "stdin", "connection.privateKey", "connection.proxy"]), deletesFirst: false });
  });

  test("are applied again after a volume was reattached", () => {
    const triggers = (name: string): unknown[] => resources.find((r) => r.type === "command:remote:Command" && short(r.name) === name)!.inputs.triggers;
    expect(triggers("data-data")).toHaveLength(2);
    expect(triggers("data-base")).toHaveLength(1);
  });

  test("are not an input of another resource, which would be replaced as well", () => {
    expect(read.length).toBeGreaterThan(100);
    expect(read.filter((urn) => urn.includes("command:remote:Command"))).toEqual([]);
  });
});
