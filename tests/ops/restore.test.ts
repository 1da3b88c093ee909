import { restore, target } from "../../ops/restore";
import type { OperatedStack } from "../../ops/stack";

const mockStatuses: (number | string)[] = [];
jest.mock("../../ops/health", () => ({ askHealth: async () => ({ url: "https://api.ringo.test/api/health/", status: mockStatuses.length > 1 ? mockStatuses.shift() : mockStatuses[0] }) }));

describe("make's variables", () => {
  test.each([
    [{}, []],
    [{ TIME: "2026-11-24T09:30:00Z" }, ["--time", "2026-11-24T09:30:00Z"]],
    [{ POINT: "before", ASIDE: "1" }, ["--point", "before", "--aside"]],
    [{ BACKUP: "20261124-125942F", REPOSITORY_TIME: "2026-11-24T00:00:00Z" }, ["--backup", "20261124-125942F", "--repository-time", "2026-11-24T00:00:00Z"]],
  ])("%j", (environment, options) => expect(target(environment)).toEqual(options));

  test("that name two moments are an error that names both", () => {
    expect(() => target({ TIME: "2026-11-24T09:30:00Z", POINT: "before" })).toThrow(/TIME and POINT/);
  });

  test("with an invalid ASIDE never restore in place", () => {
    for (const ASIDE of ["yes", "true"]) expect(() => target({ TIME: "2026-11-24T09:30:00Z", ASIDE })).toThrow(/use ASIDE=1/);
  });
});

describe("a restore", () => {
  let done: string[];
  let said: string;
  const given = { ...process.env };
  beforeEach(() => {
    [done, said] = [[], ""];
    mockStatuses.splice(0, Infinity, 200);
    jest.useFakeTimers();
    jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += text), true));
  });
  afterEach(() => {
    process.env = { ...given };
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  /** @param variables as given after make @param codes how the commands on the data machine end */
  const restored = (variables: NodeJS.ProcessEnv, codes: { plan?: number; restore?: number } = {}): Promise<number> => {
    Object.assign(process.env, { YES: "", ...variables });
    return restore({
      name: "staging",
      run: async (host: string, [program, verb, ...words]: string[]) => (done.push([host, program, verb, ...words].join(" ")), { code: codes[verb as "plan"] ?? 0 }),
    } as unknown as OperatedStack);
  };
  const plan = "data ringo-backup plan --point before";
  const inPlace = "data ringo-backup restore --point before --yes";

  test("in place shows its plan and asks first", async () => {
    await expect(restored({ POINT: "before" })).rejects.toThrow(/Type the stack's name to continue:\nNothing was done/);
    expect(done).toEqual([plan]);
  });

  test("that is confirmed restores the planned moment, and ends when the application answers", async () => {
    mockStatuses.splice(0, 1, "socket hang up", 502, 500, 200);
    const ended = restored({ POINT: "before", YES: "1" });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await ended).toBe(0);
    expect(done).toEqual([plan, inPlace]);
    expect(mockStatuses).toEqual([200]);
    expect(said).toContain("the application answers");
  });

  test("beside the running database does not ask, as it changes nothing", async () => {
    expect(await restored({ POINT: "before", ASIDE: "1" })).toBe(0);
    expect(done).toEqual(["data ringo-backup restore --point before --aside"]);
  });

  test("that cannot be planned does not ask", async () => {
    expect(await restored({ POINT: "before", YES: "1" }, { plan: 3 })).toBe(3);
    expect(done).toEqual([plan]);
  });

  test("that fails returns its status, and does not wait for the application", async () => {
    expect(await restored({ POINT: "before", YES: "1" }, { restore: 4 })).toBe(4);
    expect(said).toBe("");
  });

  test("fails if the application still answers with errors after five minutes", async () => {
    mockStatuses.splice(0, 1, 500);
    const ended = restored({ YES: "1" });
    const told = expect(ended).rejects.toThrow("the data is restored, but https://api.ringo.test/api/health/ answers: 500");
    await jest.advanceTimersByTimeAsync(310_000);
    await told;
    expect(said).not.toContain("the application answers");
  });
});
