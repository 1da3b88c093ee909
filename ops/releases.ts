import { ask } from "./ask";
import type { OperatedStack } from "./stack";
import { red } from "../cli/terminal";
import { isGiven } from "../cli/flag";
import { configurationOf, ofAll, type Update } from "../cli/outputs";

/** Lists the backend's images: when each was rolled out and from which commit, and which of them each machine runs. JSON=1 for scripts. Returns 1 if a machine cannot be asked. */
export async function releases(stack: OperatedStack): Promise<number> {
  const machines = stack.outputs().machines.filter(({ role }) => role === "api" || role === "worker");
  const running = (await Promise.all(machines.map(({ name }) => runs(stack, name)))).flat();
  const rollOuts = known(stack).map(rollOut);
  process.stdout.write(isGiven("JSON") ? `${JSON.stringify({ rollOuts, running }, null, 2)}\n` : `${[...rollOuts.map(line), "", ...running.map(runningLine)].join("\n")}\n`);
  return running.some(({ unknown }) => unknown !== undefined) ? 1 : 0;
}

const imageOf = (update: Update): string | undefined => configurationOf(update).image as string | undefined;

/** How many roll-outs are listed. */
const enough = 10;

/** The newest roll-outs. The history is read only as far as needed; whether an update brought a new image shows in the one before it. */
function known(stack: OperatedStack): Update[] {
  const history: Update[] = [];
  for (const update of stack.history()) {
    history.push(update);
    // Only a change of image can end the search; checking after each of a thousand updates took eleven seconds.
    if (imageOf(update) === imageOf(history.at(-2) ?? update)) continue;
    const found = rolledOut(history).slice(1);
    if (found.length >= enough) return found;
  }
  return rolledOut(history);
}

/** The updates that rolled out another image, and those that continued one after a failed or partial update; oldest first. */
function rolledOut(history: Update[]): Update[] {
  const found: Update[] = [];
  for (const update of history.filter((each) => each.kind === "update" && imageOf(each)).toReversed()) {
    const last = found.at(-1);
    const isComplete = last?.result === "succeeded" && ofAll(last);
    if (!last || !isComplete || imageOf(last) !== imageOf(update)) found.push(update);
  }
  return found;
}

interface RollOut {
  at: string;
  result: string;
  image: string;
  /** The commit, if the update ran in a checkout. */
  commit?: { id: string; author: string; title: string; dirty: boolean };
}

function rollOut(update: Update): RollOut {
  const { "git.head": id, "git.author": author, "git.dirty": dirty } = update.environment;
  return {
    at: toTheSecond(update.startTime), result: update.result, image: imageOf(update)!,
    ...(id ? { commit: { id, author: author!, title: update.message.split("\n")[0]!, dirty: dirty === "true" } } : {}),
  };
}

const line = ({ at, result, image, commit }: RollOut): string => [
  at, result.padEnd("succeeded".length), image,
  ...(commit ? [`${commit.id.slice(0, 7)} ${commit.author}: ${commit.title}${commit.dirty ? " (plus uncommitted changes)" : ""}`] : []),
].join("  ");

/** A time as a restore's TIME accepts it. */
const toTheSecond = (time: string): string => time.replace(/\.\d+Z$/, "Z");

// `docker ps` leaves the digest out.
const containers = "docker ps --quiet --filter name=^ringo- | xargs --no-run-if-empty docker inspect --format '{{.Name}} {{.Config.Image}} {{.Created}}'";

/** A container of the backend on a machine; without `container` and `unknown` the machine runs none. */
interface Running {
  machine: string;
  container?: { name: string; since: string; image: string };
  /** Why the machine could not be asked. */
  unknown?: string;
}

async function runs(stack: OperatedStack, machine: string): Promise<Running[]> {
  const asked = await ask(stack, machine, [containers]);
  const lines = "unasked" in asked ? [] : asked.answers[0]!.stdout.split("\n").filter(Boolean);
  const trouble = "unasked" in asked ? asked.unasked : asked.errors;
  if (lines.length === 0) return [{ machine, ...(trouble ? { unknown: trouble } : {}) }];
  return lines.map((each) => {
    const [name, image, created] = each.split(" ");
    return { machine, container: { name: name!.slice(1), since: toTheSecond(created!), image: image! } };
  });
}

function runningLine({ machine, container, unknown }: Running): string {
  const named = machine.padEnd(8);
  if (container) return `${named}  ${container.name.padEnd("ringo-worker".length)}  since ${container.since}  ${container.image}`;
  return `${named}  ${unknown ? red(`unknown: ${unknown}`) : "runs none"}`;
}
