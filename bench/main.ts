import { spawnSync } from "node:child_process";
import { projectDir } from "../local/paths";
import { archive, backups } from "./backups";
import { monitoring } from "./monitoring";
import { quiet } from "./quiet";
import { machine, median, spread } from "./machine";
import { outage } from "./outage";
import { requests } from "./requests";
import { storeAway } from "./store-away";

/**
 * Measures what the README promises and prints it as Markdown.
 * usage: tsx bench/main.ts [part...]; parts: up, unchanged, preview, policies, requests, backups, archive, outage, monitoring, logs, quiet. All, when none is named.
 */
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function command(program: string, ...args: string[]): { seconds: number; stdout: string; stderr: string } {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: projectDir, encoding: "utf8", maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return { seconds: (Date.now() - started) / 1000, stdout, stderr };
}

/** A preview in a process of its own: `bench/preview.ts`. */
const preview = (...args: (string | number)[]): { seconds: number; resources: number } =>
  JSON.parse(command("tsx", "bench/preview.ts", ...args.map(String)).stdout);

const make = (...args: string[]) => command("make", "--no-print-directory", ...args);

const parts: Record<string, () => Promise<void>> = {
  async up() {
    make("destroy", "YES=1");
    const { seconds, stderr } = make("up");
    print(`| warm \`make up\` | ${seconds.toFixed(0)} s |`);
    // Where the time goes: the moments at which the parts were done.
    for (const name of ["edge-boot", "worker-0-boot", "data-base", "api-0-base", "data-data", "api-0-release", "api-1-api", "edge-edge", "worker-0-worker"]) {
      const at = new RegExp(`^ *([\\d.]+)s \\+ ${name}(-[0-9a-f]{4})? `, "m").exec(stderr)?.[1];
      print(`| – ${name} done at | ${at} s |`);
    }
  },

  async unchanged() {
    make("up");
    print(`| no-change \`make up\` | ${spread([1, 2, 3, 4, 5].map(() => make("up").seconds))} s |`);
  },

  async preview() {
    for (const machines of [5, 30, 300]) {
      const runs = [1, 2, 3].map(() => {
        const whole = preview(machines);
        return { ...whole, bare: preview(5, whole.resources).seconds };
      });
      const ratio = median(runs.map((run) => run.seconds / run.bare));
      print(`| preview of ${machines} machines, ${runs[0].resources} resources | ${spread(runs.map((run) => run.seconds))} s; as many empty resources ${spread(runs.map((run) => run.bare))} s; ratio ${ratio.toFixed(2)} |`);
    }
  },

  async policies() {
    const runs = [1, 2, 3, 4, 5].map(() => ({ without: preview(300).seconds, judged: preview(300, "policies") }));
    const ratio = median(runs.map(({ without, judged }) => judged.seconds / without));
    print(`| preview of 300 machines, ${runs[0].judged.resources} resources | ${spread(runs.map(({ without }) => without))} s; `
      + `with policies ${spread(runs.map(({ judged }) => judged.seconds))} s; ratio ${ratio.toFixed(2)} |`);
  },

  async requests() {
    const cost = (slow: number[], fast: number[]) => `${(100 * (1 - median(slow.map((value, i) => value / fast[i])))).toFixed(0)} %`;
    const { together, apart } = await requests(5);
    for (const [where, { inspected, edge, straight, refused }] of [["all on the same processors", together], ["the API machine on one of its own", apart]] as const) {
      print(`| requests/s straight to gunicorn, ${where} | ${spread(straight, 0)} |`);
      print(`| through the edge without the firewall | ${spread(edge, 0)}; costs ${cost(edge, straight)} |`);
      print(`| through the edge with the firewall | ${spread(inspected, 0)}; costs ${cost(inspected, straight)}, of it the firewall ${cost(inspected, edge)} |`);
      print(`| attacks/s that the firewall refuses | ${spread(refused, 0)} |`);
    }
  },

  async backups() {
    for (const line of backups()) print(line);
  },

  async archive() {
    print(archive());
  },

  async outage() {
    print(await outage(10));
  },

  async monitoring() {
    for await (const line of monitoring()) print(line);
  },

  async logs() {
    print(await storeAway(10, 50));
  },

  async quiet() {
    print(await quiet(10));
  },
};

async function main(names: string[]): Promise<void> {
  print(`Machine: ${machine()}\n\n| what | measured: median (minimum–maximum) |\n| --- | --- |`);
  for (const name of names.length > 0 ? names : Object.keys(parts)) {
    const part = parts[name];
    if (!part) throw new Error(`"${name}" is no part: there are ${Object.keys(parts).join(", ")}`);
    await part();
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)),
);
