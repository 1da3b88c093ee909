import { backup, discard, list, point, restoreTest } from "../../ops/backups";
import type { OperatedStack } from "../../ops/stack";

const given = { ...process.env };
afterEach(() => void (process.env = { ...given }));

/** What the data machine is told, by a command that is given these variables. */
async function told(command: (stack: OperatedStack) => Promise<number>, variables: NodeJS.ProcessEnv): Promise<string[]> {
  Object.assign(process.env, { TYPE: "", NAME: "", WHAT: "", JSON: "" }, variables);
  const done: string[][] = [];
  const run = async (host: string, argv: string[]) => (done.push([host, ...argv]), { code: 5 });
  expect(await command({ run } as unknown as OperatedStack)).toBe(5); // what it comes to there
  expect(done).toHaveLength(1);
  expect(done[0]!.slice(0, 2)).toEqual(["data", "ringo-backup"]);
  return done[0]!.slice(2);
}

test.each([
  ["backups", list, {}, ["list"]],
  ["backups", list, { JSON: "1" }, ["list", "--json"]],
  ["backup", backup, {}, ["backup", "incr"]],
  ["backup", backup, { TYPE: "full" }, ["backup", "full"]],
  ["restore-point", point, { NAME: "before the import" }, ["point", "before the import"]],
  ["restore-test", restoreTest, {}, ["test"]],
  ["discard", discard, { WHAT: "/srv/data/postgresql/17/main.before-1" }, ["discard", "/srv/data/postgresql/17/main.before-1", "--yes"]],
  ["discard", discard, { WHAT: "all" }, ["discard", "--all", "--yes"]],
  ["discard", discard, {}, ["discard", "", "--yes"]], // which is no path there
] as const)("make %s", async (_, command, variables, words) => expect(await told(command, variables)).toEqual(words));
