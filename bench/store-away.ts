import { ask } from "../tests/local/stack/inside";
import { eventually, output } from "../tests/local/stack/support";

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const everySeconds = 5;

/** How many lines the store has that were marked by this word, by machine. */
async function kept(word: string): Promise<Record<string, number>> {
  const query = `sum by (machine) (count_over_time({source="system"} |= "${word}" [2h]))`;
  const answer = await ask("monitor", `curl -fsS --get --data-urlencode 'query=${query}' http://127.0.0.1:3100/loki/api/v1/query`);
  const { data } = JSON.parse(answer) as { data: { result: { metric: { machine: string }; value: [number, string] }[] } };
  return Object.fromEntries(data.result.map(({ metric, value }) => [metric.machine, Number(value[1])]));
}

/**
 * The logs' store is away for so many minutes while each machine writes so many lines a second. Then: how much waited, how long until all of it
 * is in the store, and is each line there?
 */
export async function storeAway(minutes: number, linesPerSecond: number): Promise<string> {
  const names = (await output()).machines.map(({ name }) => name);
  const word = `bench-${Date.now().toString(36)}`;
  const batch = linesPerSecond * everySeconds;
  let [written, waiting] = [0, [] as number[]];
  await ask("monitor", "docker stop --time 10 ringo-loki");
  try {
    for (const end = Date.now() + minutes * 60_000; Date.now() < end; written += batch) {
      await Promise.all([pause(everySeconds), ...names.map((name) => ask(name, `seq --format='${word} line %.0f of what a program says when it is busy' ${written + 1} ${written + batch} | systemd-cat --identifier=bench`))]);
    }
    waiting = (await Promise.all(names.map((name) => ask(name, "du --bytes --summarize /var/lib/ringo-logs | cut -f1")))).map(Number);
  } finally {
    await ask("monitor", "docker start ringo-loki");
  }
  const back = Date.now();
  const found = await eventually("all lines", async () => {
    const counts = await kept(word).catch(() => ({}) as Record<string, number>);
    return names.every((name) => (counts[name] ?? 0) >= written) ? counts : undefined;
  }, 900);
  const extra = names.filter((name) => found[name] !== written);
  if (extra.length > 0) throw new Error(`${written} lines were written on each machine; found: ${JSON.stringify(found)}`);
  return `| the logs' store away for ${minutes} min, ${written} lines on each of ${names.length} machines, at most ${(Math.max(...waiting) / 2 ** 20).toFixed(0)} MiB waiting on one `
    + `| all in the store ${((Date.now() - back) / 1000).toFixed(0)} s after it was back; ${written * names.length} of ${written * names.length} |`;
}
