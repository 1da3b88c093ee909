import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { listMachines } from "../local/cloud";
import { inState } from "../local/paths";

/** On a machine: memory (proportional, so that what is shared counts once) and processor time by systemd unit, over a while. */
const script = `
import glob, json, os, sys, time
def look():
    found = {}
    for path in glob.glob("/proc/[0-9]*"):
        try:
            unit = [part for part in open(path + "/cgroup").read().split("/") if part.strip().endswith((".service", ".scope"))]
            memory = [int(line.split()[1]) for line in open(path + "/smaps_rollup") if line.startswith("Pss:")]
            fields = open(path + "/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[path] = (unit[-1].strip() if unit else "other", memory[0] if memory else 0, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return found
before, seconds = look(), float(sys.argv[1])
time.sleep(seconds)
units = {}
for path, (unit, memory, time_) in look().items():
    figures = units.setdefault(unit, [0, 0])
    figures[0] += memory / 1024
    figures[1] += 100 * max(0, time_ - before.get(path, (0, 0, time_))[2]) / seconds
print(json.dumps(units))
`;

/** Units that are there for the sake of monitoring. On API machines nginx is one of them: nothing else uses it there. */
const watches = (machine: string, unit: string): boolean =>
  /^(prometheus|mtail|ringo-facts|ringo-celery-exporter)/.test(unit) || (machine.startsWith("api-") && unit === "nginx.service");

/** The rows of the table that the bench prints. */
export async function* monitoring(): AsyncGenerator<string> {
  const measured = await Promise.all(listMachines().map(async ({ name }) => {
    const machine = name.replace("ringo-local-", "");
    const { stdout } = await promisify(execFile)("ssh", ["-F", inState("ssh", "config"), machine, "python3 - 120 <<'PYTHON'\n" + script + "\nPYTHON"]);
    return { machine, units: Object.entries(JSON.parse(stdout) as Record<string, [number, number]>) };
  }));
  for (const { machine, units } of measured.sort((a, b) => a.machine.localeCompare(b.machine))) {
    const sum = (own: boolean) => units.filter(([unit]) => watches(machine, unit) === own).reduce(([m, c], [, [memory, cpu]]) => [m + memory, c + cpu], [0, 0]);
    const [[memory, cpu], [plainMemory, plainCpu]] = [sum(true), sum(false)];
    const parts = units.filter(([unit]) => watches(machine, unit)).map(([unit, [own, time]]) => `${unit.replace(".service", "")} ${own.toFixed(0)} MB ${time.toFixed(2)} %`);
    yield `| monitoring on ${machine} | ${memory.toFixed(0)} MB, ${cpu.toFixed(1)} % of a core; the plain machine ${plainMemory.toFixed(0)} MB, ${plainCpu.toFixed(1)} % (${parts.sort().join(", ")}) |`;
  }
}
