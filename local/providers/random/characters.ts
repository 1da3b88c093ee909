import { randomInt } from "node:crypto";
import { Fault, Properties, UNKNOWN } from "../resource";

/** The recipe of a password or string: its character classes, and the minimum of each. */
export interface Recipe {
  length: number;
  lower: boolean;
  minLower: number;
  upper: boolean;
  minUpper: number;
  numeric: boolean;
  minNumeric: number;
  special: boolean;
  minSpecial: number;
  overrideSpecial?: string;
}

/** The official provider's defaults; `number` is the old name of `numeric`. */
export function recipe(inputs: Properties): Recipe {
  return {
    length: inputs.length,
    lower: inputs.lower ?? true,
    minLower: inputs.minLower ?? 0,
    upper: inputs.upper ?? true,
    minUpper: inputs.minUpper ?? 0,
    numeric: inputs.numeric ?? inputs.number ?? true,
    minNumeric: inputs.minNumeric ?? 0,
    special: inputs.special ?? true,
    minSpecial: inputs.minSpecial ?? 0,
    ...(inputs.overrideSpecial === undefined ? {} : { overrideSpecial: inputs.overrideSpecial }),
  };
}

const classes = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

/** A random string by the recipe. A class's minimum applies even if the class is off, as in the official provider. */
export function randomCharacters(wanted: Recipe): string {
  const special = [...(wanted.overrideSpecial || classes.special)];
  const sets: [boolean, number, string[]][] = [
    [wanted.lower, wanted.minLower, [...classes.lower]],
    [wanted.upper, wanted.minUpper, [...classes.upper]],
    [wanted.numeric, wanted.minNumeric, [...classes.numeric]],
    [wanted.special, wanted.minSpecial, special],
  ];
  const all = sets.flatMap(([on, , set]) => (on ? set : []));
  const result = sets.flatMap(([, least, set]) => pick(set, least));
  result.push(...pick(all, wanted.length - result.length));
  return shuffled(result, randomInt).join("");
}

const pick = (set: string[], count: number): string[] => Array.from({ length: count }, () => set[randomInt(set.length)]!);

/** Fisher–Yates shuffle. `below` returns a whole number from 0 up to, but not including, its argument. */
export function shuffled<T>(items: readonly T[], below: (limit: number) => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Refuses recipes that cannot be followed. */
export function checkRecipe(inputs: Properties): Fault[] {
  if (Object.values(inputs).includes(UNKNOWN)) return [];
  const wanted = recipe(inputs);
  const least = wanted.minLower + wanted.minUpper + wanted.minNumeric + wanted.minSpecial;
  const faults: Fault[] = [];
  if (wanted.length < 1) faults.push({ property: "length", reason: `must be at least 1, got ${wanted.length}` });
  if (wanted.length < least) {
    faults.push({
      property: "length",
      reason: `must be at least the sum of minLower, minUpper, minNumeric and minSpecial (${least}), got ${wanted.length}`,
    });
  }
  for (const property of ["minLower", "minUpper", "minNumeric", "minSpecial"]) {
    if (inputs[property] < 0) faults.push({ property, reason: `must be at least 0, got ${inputs[property]}` });
  }
  if (inputs.number !== undefined && inputs.numeric !== undefined && inputs.number !== inputs.numeric) {
    faults.push({ property: "number", reason: "is the old name of numeric, and must not contradict it" });
  }
  if (!wanted.lower && !wanted.upper && !wanted.numeric && !wanted.special) {
    faults.push({ property: "special", reason: "at least one of special, upper, lower and numeric must be true" });
  }
  return faults;
}
