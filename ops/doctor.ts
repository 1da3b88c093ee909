import { dropsByDefault } from "../machine/base/nftables";
import { renewedWithDays } from "../machine/edge/certbot";
import { bounds } from "../machine/monitoring/alerts/backups";
import { watchdog } from "../machine/monitoring/alerts/monitor";
import { local } from "../machine/monitoring/ports";
import { ask, type Answer } from "./ask";
import { isGiven } from "../cli/flag";
import { askHealth } from "./health";
import { makeCommand } from "./host";
import type { OperatedStack } from "./stack";
import { dim, green, red, seconds } from "../cli/terminal";

/** The result of one check. */
export interface Finding {
  about: string;
  said: string;
  ok: boolean;
  /** Commands or a page that help to fix what is wrong. */
  fix?: string[];
}

const fine = (about: string, said: string): Finding => ({ about, said, ok: true });
const wrong = (about: string, said: string, ...fix: string[]): Finding => ({ about, said, ok: false, fix });

/** Checks the whole stack, and lists what is wrong, with a command that helps to fix it; JSON=1 for scripts. Returns 1 if anything is wrong. */
export async function doctor(stack: OperatedStack): Promise<number> {
  const looks = [api(stack), ...stack.outputs().machines.map(({ name }) => machine(stack, name))];
  const findings = (await Promise.all(looks)).flat();
  process.stdout.write(isGiven("JSON") ? `${JSON.stringify(findings, null, 2)}\n` : forPeople(findings));
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

/** The findings as lines for a terminal. */
export function forPeople(findings: Finding[]): string {
  const lines = findings.flatMap(({ about, said, ok, fix = [] }) =>
    [`${ok ? green("ok   ") : red("WRONG")} ${about}: ${said}`, ...fix.map((each) => `      ${dim(each)}`)]);
  const bad = findings.filter(({ ok }) => !ok).length;
  return `${lines.join("\n")}\n${bad === 0 ? green(`all ${findings.length} are fine`) : red(`${bad} of ${findings.length} wrong`)}\n`;
}

const ssh = (stack: OperatedStack, host: string, command: string): string => `${makeCommand(stack, "ssh", host)} CMD='${command}'`;

async function api(stack: OperatedStack): Promise<Finding[]> {
  const { url, status, took, certificateEnds } = await askHealth(stack);
  const said = `${url}: ${status} after ${seconds(took)}`;
  const answer = status === 200 ? fine("the API", said)
    : wrong("the API", said, ssh(stack, "edge", "tail -n 20 /var/log/nginx/error.log"), ssh(stack, "api-0", "docker logs --tail 50 ringo-api"));
  return certificateEnds === undefined ? [answer] : [answer, certificate(stack, certificateEnds - Date.now())];
}

/** @param left milliseconds until the API's certificate expires */
export function certificate(stack: OperatedStack, left: number): Finding {
  const days = Math.floor(left / 86_400_000);
  const said = `expires in ${days} days`;
  return days >= renewedWithDays ? fine("its certificate", said)
    : wrong("its certificate", said, ssh(stack, "edge", "certbot renew --dry-run"), ssh(stack, "edge", "journalctl --no-pager --lines 50 --unit certbot"));
}

/** What is wrong with a machine, one line each: kind, name and state. */
export const complaints = `systemctl list-units --failed --plain --no-legend | awk '{ print "unit", $1, $3 }'
{ ${dropsByDefault}; } 2>/dev/null || echo firewall
if command -v docker >/dev/null; then docker ps --all --format '{{.Names}} {{.State}} {{.Status}}' | awk '$2 != "running" || /unhealthy/ { name = $1; $1 = $2 = ""; print "container", name, $0 }'; fi
df --local --output=pcent,target --exclude-type=tmpfs --exclude-type=devtmpfs | awk '$1 + 0 >= 90 && $2 !~ "^/(run|var/lib/docker)/" { print "disk", $2, $1 }'
if [ -e /run/reboot-required ]; then echo reboot; fi`;

/** A command to run on a machine, and how to judge its result. */
interface Look {
  about: string;
  command: string;
  judge(answer: Answer, errors: string): Finding[];
}

/** All checks of a machine. */
function looksAt(stack: OperatedStack, host: string): Look[] {
  const condition: Look = {
    about: host, command: complaints,
    judge: ({ code, stdout }, errors) => (code === 0 ? judged(stack, host, stdout) : [wrong(host, `could not run its checks: ${errors}`, ssh(stack, host, "systemctl status"))]),
  };
  return [condition, ...(host === "data" ? [backups(stack)] : []), ...(host === "monitor" ? [alerts(stack)] : [])];
}

async function machine(stack: OperatedStack, host: string): Promise<Finding[]> {
  const looks = looksAt(stack, host);
  const asked = await ask(stack, host, looks.map(({ command }) => command));
  if ("answers" in asked) return looks.flatMap(({ judge }, i) => judge(asked.answers[i]!, asked.errors));
  const [, ...others] = looks;
  return [
    wrong(host, `cannot be reached: ${asked.unasked}`, ssh(stack, host, "uptime"), "docs/runbooks/lost-machine.md"),
    ...others.map(({ about }) => wrong(about, `unknown, since ${host} cannot be reached`)),
  ];
}

/** @param printed what `complaints` printed on the machine */
export function judged(stack: OperatedStack, host: string, printed: string): Finding[] {
  const found = printed.split("\n").filter(Boolean).map((line): Finding => {
    const [kind, name = "", ...state] = line.trim().split(/\s+/);
    const said = `${kind} ${name} is ${state.join(" ")}`;
    switch (kind) {
      case "unit": return wrong(host, said, ssh(stack, host, `journalctl --no-pager --lines 50 --unit ${name}`));
      case "container": return wrong(host, said, ssh(stack, host, `docker logs --tail 50 ${name}`));
      case "disk": return wrong(host, `${name} is ${state.join(" ")} full`, ssh(stack, host, `du -xh --max-depth 3 ${name} | sort -h | tail -n 20`));
      case "firewall": return wrong(host, "its firewall does not drop unsolicited traffic", ssh(stack, host, "systemctl restart nftables.service"));
      default: return wrong(host, "an update waits for a reboot", ssh(stack, host, "systemctl reboot"));
    }
  });
  return found.length > 0 ? found : [fine(host, "reachable; units, containers, disks and firewall are fine")];
}

const backups = (stack: OperatedStack): Look => ({
  about: "backups", command: "ringo-backup list --json",
  judge: ({ code, stdout }, errors) => (code === 0 ? backedUp(stack, JSON.parse(stdout) as Backups)
    : [wrong("backups", `cannot be listed: ${errors}`, ssh(stack, "data", "ringo-backup status"), "docs/backups.md")]),
});

/** What `ringo-backup list --json` prints, as far as it is judged here. */
interface Backups {
  window: { from: string; to: string | null } | null;
  warning: string | null;
  backups: { stop: string }[];
  wal: { waiting: number; waitingSeconds: number };
}

/** By the same limits as the alerts about backups, with the usual patience: the monitor itself may be broken. */
export function backedUp(stack: OperatedStack, { window, warning, backups: all, wal }: Backups, now = Date.now()): Finding[] {
  const make = (type: string): string => ssh(stack, "data", `systemctl start ringo-backup@${type}`);
  if (window === null) return [wrong("backups", "there are none", make("full"), "docs/alerts.md#backupmissing")];
  const newest = all.at(-1)!.stop;
  const found: Finding[] = [];
  if (warning !== null) found.push(wrong("backups", warning, make("incr"), "docs/alerts.md#walmissing"));
  if (now - Date.parse(newest) > 1000 * bounds.backupOld) {
    found.push(wrong("backups", `the newest ended at ${newest}, more than ${bounds.backupOld / 3600} hours ago`, make("incr"), "docs/alerts.md#backupold"));
  }
  if (wal.waitingSeconds > bounds.walWaits) {
    const said = `${wal.waiting} WAL segments wait, the oldest for ${Math.floor(wal.waitingSeconds / 60)} minutes`;
    found.push(wrong("backups", said, ssh(stack, "data", "ringo-backup status"), "docs/alerts.md#walnotarchived"));
  }
  if (found.length > 0) return found;
  const until = window.to ?? "the newest WAL in S3";
  return [fine("backups", `any time from ${window.from} to ${until}; the last of ${all.length} ended at ${newest}; ${wal.waiting} WAL segments wait`)];
}

interface Alert {
  state: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * Seconds until a new Prometheus, which answers at once, has scraped itself and evaluated its rules, with the longest scrape interval
 * (`monitoring.scrapeSeconds`): five to find its targets, sixty until the scrape, twelve until the rules, and some to spare.
 */
const firstLook = 90;

/** The alerts that Prometheus knows, once it can know any. If it does not run, it has no age, and the failing comparison ends the wait. */
const asked = `alerts() { curl -sS --fail --max-time 10 http://127.0.0.1:${local.prometheus}/api/v1/alerts; }
while test "$(ps -o etimes= -C prometheus)" -lt ${firstLook} && ! alerts | grep -q '"${watchdog}"'; do sleep 1; done 2>/dev/null
alerts`;

const alerts = (stack: OperatedStack): Look => ({
  about: "alerts", command: asked,
  judge: ({ code, stdout }, errors) => (code === 0 ? firing(stack, (JSON.parse(stdout) as { data: { alerts: Alert[] } }).data.alerts)
    : [wrong("alerts", `Prometheus does not answer, so no alert is sent: ${errors}`, ssh(stack, "monitor", "journalctl --no-pager --lines 50 --unit prometheus"))]),
});

/** @param all the alerts that Prometheus knows, firing or not */
export function firing(stack: OperatedStack, all: Alert[]): Finding[] {
  const now = all.filter(({ state }) => state === "firing");
  if (!now.some(({ labels }) => labels.alertname === watchdog)) {
    return [wrong("alerts", "Prometheus stores no metrics, or evaluates no rules", ssh(stack, "monitor", "df -h /; journalctl --no-pager --lines 50 --unit prometheus"))];
  }
  const found = now.filter(({ labels }) => labels.alertname !== watchdog).map(({ labels, annotations }) =>
    wrong("alerts", `${labels.alertname}: ${annotations.summary}`, annotations.runbook_url ?? "docs/alerts.md"));
  return found.length > 0 ? found : [fine("alerts", "none fires")];
}
