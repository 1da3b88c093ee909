import { harmless, personal, scrubbed } from "../../../machine/logs/corpus";
import { ask } from "../inside";
import { login } from "../session";
import { eventually, make, output, request, ssh, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

interface Line { at: string; machine: string; role: string; source: string; level: string; request_id?: string; line: any }

/** Lines of the last minutes, by the command that people use. */
async function find(query: string, variables: Record<string, string> = {}): Promise<Line[]> {
  const { code, stdout, stderr } = await make("logs", { QUERY: query, JSON: "1", SINCE: "10m", LIMIT: "5000", ...variables });
  if (code !== 0) throw new Error(stderr);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Line);
}

/** The lines, once there are some. */
const found = (query: string, seconds = 30, variables: Record<string, string> = {}): Promise<Line[]> => eventually(query, async () => {
  const lines = await find(query, variables);
  return lines.length > 0 ? lines : undefined;
}, seconds);

const mark = (): string => `mark-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
/** Lines of standard input into a machine's journal. */
const write = (host: string, lines: string) => ask(host, "systemd-cat --identifier=corpus", lines);

test("every machine's logs are found on the monitor, with their source", async () => {
  const word = mark();
  await Promise.all(stack.machines.map(({ name }) => ask(name, `logger --tag marker --priority user.err ${word}`)));
  const lines = await eventually("a line of each machine", async () => {
    const some = await find(`{source="system"} |= "${word}"`);
    return some.length >= stack.machines.length ? some : undefined;
  }, 60);
  expect(lines.map(({ machine, role, level, line }) => [machine, role, level, line.message, line.program].join(" ")).sort()).toEqual(
    stack.machines.map(({ name, role }) => `${name} ${role} error ${word} marker`).sort());
}, 90_000);

test("a request can be traced from the edge through Django to Celery by its id, and its user is never logged", async () => {
  const user = await login(stack);
  const title = mark();
  const contact = { email: `${title}@ringo.test`, phone: "+79161234567" };
  const made = await request(stack, "POST", "/api/v1/orders/", { json: { title, amount: "10.00", ...contact }, headers: user.authorization });
  expect(made.status).toBe(201);
  const { id } = made.json() as { id: number };
  // Of this minute: a database that was taken back gives the same numbers again.
  const [processed] = await found(`{source="worker"} |= "order ${id} processed"`, 30, { SINCE: "1m" });
  expect([processed.level, processed.line.message]).toEqual(["info", expect.stringContaining("customer <e-mail> <phone>")]);
  const lines = await eventually("all that was written for the request", async () => {
    const some = await find(`{machine=~".+"} | request_id="${processed.request_id}"`);
    return ["api", "nginx", "worker"].every((source) => some.some((line) => line.source === source)) ? some : undefined;
  }, 30);
  expect(lines.find(({ source }) => source === "nginx")!.line).toMatchObject({ method: "POST", path: "/api/v1/orders/", status: "201", request_id: processed.request_id });
  expect(lines.find(({ source }) => source === "api")!.line).toMatchObject({ method: "POST", path: "/api/v1/orders/", status: "201" });
  expect(JSON.stringify(await find('{machine=~".+"}'))).not.toContain(contact.email);
}, 120_000);

test("what the firewall refuses is found by its rule, without the matched content", async () => {
  const uri = `/api/v1/orders/${mark()}/`; // by which its lines are told from those of other attacks
  const attack = await request(stack, "GET", `${uri}?q=%27%20OR%201%3D1--%20n0thing`);
  expect(attack.status).toBe(403);
  const lines = await found(`{source="waf"} |= "SQL" |= "${uri}"`);
  expect(lines[0].line).toMatchObject({ method: "GET", uri, rule: expect.stringMatching(/^\d+$/), message: expect.stringContaining("SQL"), request_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  const refusals = await found(`{source="waf"} |= "Anomaly Score Exceeded" |= "${uri}"`);
  expect(refusals.map(({ line }) => line)).toEqual([expect.objectContaining({ method: "GET", uri, status: "403", rule: "949110" })]);
  expect(JSON.stringify([lines, refusals])).not.toContain("n0thing");
}, 60_000);

test.each([
  ["PostgreSQL", '{source="postgresql", machine="data"}'],
  ["Redis", '{source="redis", machine="data"}'],
  ["log-ins", '{source="auth"} |= "Accepted publickey"'],
  ["beat", '{source="beat", machine="worker-0"}'],
  ["each API machine", '{source="api", machine="api-1"}'],
])("the logs of %s are found by its name", async (_name, query) => expect((await found(query, 30, { SINCE: "1d", LIMIT: "1" })).length).toBe(1), 60_000);

test("auditd's file is shipped (in a container only a test writes to it)", async () => {
  const word = mark();
  await ask("data", `[ -e /var/log/audit/audit.log ] || install -m 0640 -o root -g adm /dev/null /var/log/audit/audit.log
    echo 'type=USER_LOGIN msg=audit(1764230000.000:1): pid=1 uid=0 auid=0 ses=1 msg='"'"'op=login acct="root" exe="${word}" res=success'"'" >> /var/log/audit/audit.log`);
  expect((await found(`{source="audit", machine="data"} |= "${word}"`)).map(({ machine, role }) => [machine, role])).toEqual([["data", "data"]]);
}, 60_000);

test("the kernel's lines are shipped (in a container from a journal file that a test writes)", async () => {
  const word = mark();
  await ask("worker-0", `apt-get install -qy -o DPkg::Lock::Timeout=60 --no-install-recommends systemd-journal-remote >/dev/null 2>&1
    file=/var/log/journal/$(cat /etc/machine-id)/kernel.journal
    # A reader takes entries in the order of their times: what is older than the last one it has seen it never sees.
    soon=$(awk '{ printf "%d", ($1 + 1) * 1000000 }' /proc/uptime)
    printf '%s\n' "__REALTIME_TIMESTAMP=$(($(date +%s) + 1))000000" "__MONOTONIC_TIMESTAMP=$soon" "_BOOT_ID=$(journalctl --lines=1 --output=export | sed -n 's/^_BOOT_ID=//p')" _TRANSPORT=kernel \
      PRIORITY=2 SYSLOG_FACILITY=0 SYSLOG_IDENTIFIER=kernel 'MESSAGE=Out of memory: Killed process 1 (${word})' '' | /lib/systemd/systemd-journal-remote --output="$file" -
    apt-get purge -qy -o DPkg::Lock::Timeout=60 --autoremove systemd-journal-remote >/dev/null 2>&1`);
  const [line] = await found(`{source="kernel"} |= "${word}"`);
  await ask("worker-0", "rm /var/log/journal/*/kernel.journal");
  expect([line.machine, line.level, line.line]).toEqual(["worker-0", "critical", { message: `Out of memory: Killed process 1 (${word})`, program: "kernel" }]);
}, 90_000);

test("the shipper on a machine applies every rule as intended", async () => {
  const lines = [...personal.map(({ line }) => line), ...harmless];
  const expected = lines.map(scrubbed);
  await write("worker-0", lines.map((line) => `${line}\n`).join(""));
  const there = await eventually("all lines of the corpus", async () => {
    const texts = (await find('{machine="worker-0", source="system"}')).map(({ line }) => (line.program === "corpus" ? line.message : JSON.stringify(line)) as string);
    return texts.includes(expected.at(-1)!) ? texts : undefined;
  }, 30);
  const normal = (text: string): string => (text.startsWith("{") ? JSON.stringify(JSON.parse(text)) : text);
  expect(expected.map(normal).filter((line) => !there.includes(line))).toEqual([]);
}, 90_000);

test("an intruder on a machine can add lines, but read none", async () => {
  const { privateAddress } = stack.machines.find(({ role }) => role === "monitor")!;
  const as = (command: string) => ssh("api-0", `runuser -u ringo-logs -- ${command}`);
  const curl = (options: string) => as(`curl -sS --max-time 5 -o /dev/null -w '%{http_code}' ${options}`);
  const https = `--cacert /etc/ringo/logs/store.pem https://${privateAddress}:3101/loki/api/v1`;
  const line = `{"streams":[{"stream":{"machine":"api-0","source":"test"},"values":[["${Date.now()}000000","a line"]]}]}`;
  expect((await curl(`-X POST -H 'Content-Type: application/json' -d '${line}' ${https}/push`)).stdout).toBe("204");
  expect((await curl(`${https}/push`)).stdout).toBe("403");
  for (const path of ["query_range?query=%7Bmachine%3D~%22.%2B%22%7D", "labels", "delete", "tail"]) expect((await curl(`${https}/${path}`)).stdout).toBe("404");
  expect((await curl(`https://${privateAddress}:3101/`)).code).not.toBe(0); // nobody's certificate but ours
  expect((await ssh("api-0", `curl -sS --max-time 3 http://${privateAddress}:3100/ready`)).code).not.toBe(0);
}, 60_000);

test("of the monitor's own programs the store answers only those that need it", async () => {
  const codes = ["root", "prometheus", "www-data", "prometheus-alertmanager", "ringo-logs", "nobody"].map(async (user) =>
    (await ssh("monitor", `runuser -u ${user} -- curl -sS --max-time 3 -o /dev/null -w '%{http_code}' http://127.0.0.1:3100/ready`)).stdout);
  expect(await Promise.all(codes)).toEqual(["200", "200", "200", "000", "000", "000"]);
}, 30_000);

test("nothing is lost while the store is down, and lines arrive in order when it is back", async () => {
  const word = mark();
  const count = 4000;
  await ask("monitor", "docker stop --time 10 ringo-loki");
  await write("worker-0", Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join(""));
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  await ask("worker-0", "systemctl restart ringo-logs.service"); // what waits is on disk
  await ask("monitor", "docker start ringo-loki");
  const numbers = await eventually("all lines", async () => {
    const lines = await find(`{machine="worker-0"} |= "${word}"`).catch(() => []);
    return lines.length >= count ? lines.map(({ line }) => Number(line.message.split(" ")[1])) : undefined;
  }, 120);
  expect([...new Set(numbers)].length).toBe(count);
  // In order, but for the one line in a thousand at which its nanoseconds begin anew.
  expect(numbers.filter((number, i) => i > 0 && number < numbers[i - 1]).length).toBeLessThan(count / 1000 + 2);
}, 180_000);

test("an invalid query is reported, with an example of a valid one", async () => {
  const { code, stderr } = await make("logs", { QUERY: "{machine=" });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/is not understood.*parse error[^]*\{machine="edge", source="nginx"\}/);
  expect((await make("logs", { SINCE: "tomorrow" })).stderr).toContain("SINCE=30m");
}, 60_000);

test("the lines' disk space is bounded, and measured", async () => {
  await ask("monitor", "systemctl start ringo-logs-bound.service");
  expect(await ask("monitor", "cat /var/lib/prometheus/node-exporter/logs.prom")).toMatch(/^ringo_logs_kept_seconds 7776000\nringo_logs_wanted_seconds 7776000\nringo_logs_bytes \d+$/);
  expect(await ask("monitor", "curl -fsS http://127.0.0.1:3100/config | grep '^  retention_period: [1-9]'")).toBe("retention_period: 90d");
}, 30_000);
