import { find, setCommand } from "./commands";
import { docOf, kindOf, membersOf } from "./doc";
import type { Fault } from "./fault";
import { pathText, valueAt } from "./path";
import { schema, type Validated } from "./schema";

/** What a stack's generations are, by their keys as `pulumi config set --path` takes them. */
export type Generations = Record<string, number>;

/** Where the configuration has a generation, or one of each machine. */
export const generationPaths = (): string[][] =>
  membersOf(schema).filter((member) => docOf(member.schema)?.lowered !== undefined).map(({ path }) => path);

/** All generations of a configuration. @param machines those that there are: what is counted of others stands for nothing */
export function generationsOf(config: Partial<Validated>, machines: readonly string[]): Generations {
  const paths = generationPaths().flatMap((path) => (kindOf(find(schema, path)!.schema) === "map" ? machines.map((machine) => [...path, machine]) : [path]));
  return Object.fromEntries(paths.map((path) => [pathText(path), Number(valueAt(config, path) ?? 1)]));
}

/** Those of which no two apart may be in use at once. */
export const handedOver = (generations: Generations): Generations =>
  Object.fromEntries(Object.entries(generations).filter(([key]) => find(schema, key.split("."))!.doc.skipped !== undefined));

/** Which generations do not follow those in use. What is counted no more, as of a machine that goes, has none to follow. */
export const outOfTurn = (stack: string, inUse: Generations, now: Generations): Fault[] => Object.entries(inUse).flatMap(([key, number]) => {
  const path = key.split(".");
  const { schema: counter, doc } = find(schema, path)!;
  const fault = (reason: string, meant: number): Fault[] =>
    [{ key, given: String(now[key]), reason, allowed: doc.allowed, command: setCommand(stack, path, counter, doc, String(meant)) }];
  if (now[key]! < number) return fault(`is lower than ${number}, which is in use: ${doc.lowered}`, number);
  if (now[key]! > number + 1 && doc.skipped !== undefined) return fault(`leaves out ${number + 1}: ${doc.skipped}`, number + 1);
  return [];
});
