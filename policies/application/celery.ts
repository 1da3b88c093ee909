import { celeryChildrenThatFit } from "../../config/capacity";
import { sizes } from "../../config/sizes";
import { beatContainer } from "../../machine/backend/beat";
import { workerContainer } from "../../machine/backend/worker";
import { command, stateOf } from "../machines/state";
import type { Rule } from "../rule";

/** Children of a worker at least and at most, as its command line says. */
function childrenOf(words: string[]): { min: number; max: number } | undefined {
  const line = words.join(" ");
  const [, max, min] = /--autoscale[= ](\d+),(\d+)/.exec(line) ?? [];
  if (max !== undefined) return { min: Number(min), max: Number(max) };
  const [, fixed] = /(?:--concurrency[= ]|-c ?)(\d+)/.exec(line) ?? [];
  return fixed === undefined ? undefined : { min: Number(fixed), max: Number(fixed) };
}

export const celeryRules: Rule[] = [
  {
    name: "celery-bounds",
    types: [command],
    chapter: "Application",
    severity: "medium",
    demands: "A worker's number of processes is bounded: 1 ≤ min ≤ max ≤ what the largest machine's memory holds. The configuration checks the bound of the actual size.",
    wrong: "Without bounds a worker starts one process per CPU; with too many processes it runs out of memory and is killed during a task.",
    fix: "set autoscaler.min and autoscaler.max, or concurrency.",
    answers: [],
    *check(inputs) {
      for (const { name, command: words } of stateOf(inputs).containers.filter((each) => each.name === workerContainer)) {
        const children = childrenOf(words);
        const most = Math.max(...Object.keys(sizes).map(celeryChildrenThatFit));
        if (!children) yield `container ${name} has no bounds`;
        else if (!(children.min >= 1 && children.min <= children.max && children.max <= most)) yield `container ${name} has ${children.min} to ${children.max} children`;
      }
    },
  },
  {
    name: "one-beat",
    of: [command],
    chapter: "Application",
    severity: "high",
    demands: "Beat runs on exactly one machine, wherever there is a worker.",
    wrong: "Two beats send every periodic task twice; without beat none is sent.",
    fix: "let WorkerTier place it: no other component runs beat.",
    answers: [],
    *check(resources) {
      const containers = resources.filter(({ type }) => type === command).flatMap(({ props }) => stateOf(props).containers).map(({ name }) => name);
      const beats = containers.filter((name) => name === beatContainer).length;
      if (beats > 1 || (beats === 0 && containers.includes(workerContainer))) yield { found: `beat runs on ${beats} machines` };
    },
  },
];
