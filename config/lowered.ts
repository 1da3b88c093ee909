import * as z from "zod";
import { find, setCommand } from "./commands";
import { bare, docOf, kindOf } from "./doc";
import type { Fault } from "./fault";
import { pathText, valueAt } from "./path";
import { schema, type Validated } from "./schema";

/** What a stack's generations are, by their keys as `pulumi config set --path` takes them. */
export type Generations = Record<string, number>;

/** Where the configuration has a generation, or one of each machine. */
function counters(group: z.ZodType, path: string[] = []): string[][] {
  return Object.entries((bare(group) as z.ZodObject).shape).flatMap(([name, member]) => {
    const at = [...path, name];
    if (docOf(member as z.ZodType)?.lowered !== undefined) return [at];
    return kindOf(member as z.ZodType) === "group" ? counters(member as z.ZodType, at) : [];
  });
}

/** Where the whole configuration has them. */
export const generationPaths = (): string[][] => counters(schema);

/** All generations of a configuration. @param machines those that there are: what is counted of others stands for nothing */
export function generationsOf(config: Partial<Validated>, machines: readonly string[]): Generations {
  const paths = generationPaths().flatMap((path) => (kindOf(find(schema, path)!.schema) === "map" ? machines.map((machine) => [...path, machine]) : [path]));
  return Object.fromEntries(paths.map((path) => [pathText(path), Number(valueAt(config, path) ?? 1)]));
}

/** Which generations are lower than those in force. What is counted no more, as of a machine that goes, is not lower. */
export const lowered = (stack: string, inForce: Generations, now: Generations): Fault[] =>
  Object.entries(inForce).filter(([key, number]) => now[key]! < number).map(([key, number]) => {
    const path = key.split(".");
    const { schema: counter, doc } = find(schema, path)!;
    return {
      key,
      given: String(now[key]),
      reason: `is lower than ${number}, which is in force: ${doc.lowered}`,
      allowed: doc.allowed,
      command: setCommand(stack, path, counter, doc, String(number)),
    };
  });
