import { ask } from "./ask";
import type { OperatedStack } from "./stack";
import { red } from "../cli/terminal";
import { ofAll, pageSize, type Update } from "../cli/outputs";

/** Lists which images of the backend were rolled out, when and from which commit; then which of them each machine runs. Gives 1 when a machine does not say. */
export async function releases(stack: OperatedStack): Promise<number> {
  const machines = stack.outputs().machines.filter(({ role }) => role === "api" || role === "worker");
  const running = await Promise.all(machines.map(({ name }) => runs(stack, name)));
  process.stdout.write(`${[...known(stack).map(line), "", ...running.flat().map(({ said }) => said)].join("\n")}\n`);
  return running.flat().every(({ known }) => known) ? 0 : 1;
}

const imageOf = ({ config }: Update): string | undefined => config["ringo-infra:image"]?.value;

/** How many are enough to choose from. */
const enough = 5;

/** What was rolled out, as far back as it takes to know enough of that. Whether the oldest update of those looked at brought its image is known where there is none before it. */
function known(stack: OperatedStack): Update[] {
  const history: Update[] = [];
  for (let page = 1; ; page++) {
    const more = stack.history(page);
    history.push(...more);
    if (more.length < pageSize) return rolledOut(history);
    const found = rolledOut(history).slice(1);
    if (found.length >= enough) return found;
  }
}

/** The updates that brought another image, and those that went on with one when that had failed, or had been of some resources alone; the oldest first. */
const rolledOut = (history: Update[]): Update[] => history.filter((each) => each.kind === "update" && imageOf(each)).toReversed().reduce<Update[]>((found, each) => {
  const last = found.at(-1);
  return last && imageOf(last) === imageOf(each) && last.result === "succeeded" && ofAll(last) ? found : [...found, each];
}, []);

function line(update: Update): string {
  const { "git.head": head, "git.author": author, "git.dirty": dirty } = update.environment;
  const commit = head ? [`${head.slice(0, 7)} ${author}: ${update.message.split("\n")[0]}${dirty === "true" ? " (and what was not committed)" : ""}`] : [];
  return [toTheSecond(update.startTime), update.result.padEnd("succeeded".length), imageOf(update), ...commit].join("  ");
}

/** As a restore's TIME takes it. */
const toTheSecond = (time: string): string => time.replace(/\.\d+Z$/, "Z");

// `docker ps` leaves the digest out.
const containers = "docker ps --quiet --filter name=^ringo- | xargs --no-run-if-empty docker inspect --format '{{.Name}} {{.Config.Image}} {{.Created}}'";

/** A line for each container of the backend on a machine. */
async function runs(stack: OperatedStack, host: string): Promise<{ said: string; known: boolean }[]> {
  const says = (text: string, isKnown: boolean) => ({ said: `${host.padEnd(8)}  ${text}`, known: isKnown });
  const asked = await ask(stack, host, [containers]);
  const lines = "unasked" in asked ? [] : asked.answers[0]!.stdout.split("\n").filter(Boolean);
  const trouble = "unasked" in asked ? asked.unasked : asked.errors;
  if (lines.length === 0) return [trouble ? says(red(`unknown: ${trouble}`), false) : says("runs none", true)];
  return lines.map((each) => {
    const [name, image, created] = each.split(" ");
    return says(`${name!.slice(1).padEnd("ringo-worker".length)}  since ${toTheSecond(created!)}  ${image}`, true);
  });
}
