import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backedUp, certificate, complaints, doctor, firing, forPeople, judged, type Finding } from "../../ops/doctor";
import type { OperatedStack } from "../../ops/stack";

const production = { name: "production" } as OperatedStack;
const local = { name: "local" } as OperatedStack;
const days = (count: number): number => count * 86_400_000;

test("a machine without complaints is fine", () => expect(judged(local, "data", "")).toEqual([expect.objectContaining({ about: "data", ok: true })]));

test("each complaint comes with a command for a closer look, for the given stack", () => {
  const printed = "unit ringo-logs.service failed\ncontainer ringo-api   Exited (137) 2 minutes ago\ndisk /srv/data 93%\nfirewall\nreboot\n";
  expect(judged(production, "api-1", printed).map(({ said, ok, fix }) => [said, ok, fix])).toEqual([
    ["unit ringo-logs.service is failed", false, ["make ssh STACK=production HOST=api-1 CMD='journalctl --no-pager --lines 50 --unit ringo-logs.service'"]],
    ["container ringo-api is Exited (137) 2 minutes ago", false, ["make ssh STACK=production HOST=api-1 CMD='docker logs --tail 50 ringo-api'"]],
    ["/srv/data is 93% full", false, ["make ssh STACK=production HOST=api-1 CMD='du -xh --max-depth 3 /srv/data | sort -h | tail -n 20'"]],
    ["its firewall does not drop unsolicited traffic", false, ["make ssh STACK=production HOST=api-1 CMD='systemctl restart nftables.service'"]],
    ["an update waits for a reboot", false, ["make ssh STACK=production HOST=api-1 CMD='systemctl reboot'"]],
  ]);
  expect(judged(local, "api-1", "reboot")[0]!.fix).toEqual(["make ssh HOST=api-1 CMD='systemctl reboot'"]);
});

describe("on a machine the doctor finds", () => {
  /** What it says of a machine on which these programs answer so; all else is well there. */
  const said = (changes: { failed?: string; drops?: number; containers?: string[]; full?: string; reboot?: boolean }): string[] => {
    const { failed = "", drops = 3, containers = ["ringo-api running Up 2 hours (healthy)"], full = "7% /srv/data", reboot = false } = changes;
    const folder = mkdtempSync(join(tmpdir(), "ringo-doctor-"));
    const programs = {
      // Without a question for the failed ones it names all.
      systemctl: `case "$*" in *--failed*) printf '%s' '${failed}' ;; *) echo 'ssh.service loaded active running OpenSSH' ;; esac`,
      nft: `for _ in $(seq ${drops}); do echo 'type filter hook input priority filter; policy drop;'; done`,
      docker: `case "$*" in *--all*) cat ;; *) grep ' running ' ;; esac <<'LIST'\n${containers.join("\n")}\nLIST`,
      df: `printf 'Use%% Mounted on\\n 89%% /\\n100%% /run/credentials\\n%s\\n' '${full}'`,
    };
    try {
      for (const [name, body] of Object.entries(programs)) writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      if (reboot) writeFileSync(join(folder, "reboot-required"), "");
      const { status, stdout } = spawnSync("sh", ["-c", complaints.replaceAll("/run/reboot-required", join(folder, "reboot-required"))], { encoding: "utf8", env: { PATH: `${folder}:/usr/bin:/bin` } });
      expect(status).toBe(0);
      return judged(local, "api-1", stdout).map((finding) => finding.said);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("nothing if all is well", () => expect(said({})).toEqual([expect.stringContaining("are fine")]));

  test.each<[string, Parameters<typeof said>[0], string]>([
    ["a unit that has failed", { failed: "ringo-logs.service loaded failed failed Carries" }, "unit ringo-logs.service is failed"],
    ["a firewall that is only partly in force", { drops: 2 }, "its firewall does not drop unsolicited traffic"],
    ["a container that has ended", { containers: ["ringo-api exited Exited (137) 2 minutes ago"] }, "container ringo-api is Exited (137) 2 minutes ago"],
    ["a container that runs but is unhealthy", { containers: ["ringo-api running Up 2 hours (unhealthy)"] }, "container ringo-api is Up 2 hours (unhealthy)"],
    ["a disk that is nearly full", { full: "90% /srv/data" }, "/srv/data is 90% full"],
    ["an update that waits", { reboot: true }, "an update waits for a reboot"],
  ])("%s", (_, changes, finding) => expect(said(changes)).toEqual([finding]));
});

test("a certificate that certbot should have renewed is reported", () => {
  expect(certificate(local, days(60)).ok).toBe(true);
  expect(certificate(local, days(14)).ok).toBe(true); // of 45
  expect(certificate(local, days(9))).toMatchObject({ ok: false, said: "expires in 9 days" });
  expect(certificate(local, -days(1)).ok).toBe(false);
});

test("firing alerts are reported with their page; if even the watchdog is silent, that is reported", () => {
  const alert = (alertname: string, state: string) => ({ state, labels: { alertname }, annotations: { summary: `${alertname} it is`, runbook_url: `docs/alerts.md#${alertname.toLowerCase()}` } });
  const alive = alert("Watchdog", "firing");
  expect(firing(local, [alive, alert("ApiSlow", "pending")])).toEqual([{ about: "alerts", said: "none fires", ok: true }]);
  expect(firing(local, [alive, alert("RedisDown", "firing")])).toEqual([{ about: "alerts", said: "RedisDown: RedisDown it is", ok: false, fix: ["docs/alerts.md#redisdown"] }]);
  expect(firing(local, []).map(({ ok }) => ok)).toEqual([false]);
});

describe("backups", () => {
  const made = "2026-11-24T02:01:12Z";
  const hours = (count: number): number => Date.parse(made) + count * 3_600_000;
  const well = { window: { from: made, to: null }, warning: null, backups: [{ stop: "2026-11-20T02:01:12Z" }, { stop: made }], wal: { waiting: 0, waitingSeconds: 0 } };

  test("that are recent, with WAL that has just begun to wait, are fine", () => {
    expect(backedUp(local, { ...well, wal: { waiting: 2, waitingSeconds: 300 } }, hours(25))).toEqual([expect.objectContaining({ ok: true, said: expect.stringContaining(`any time from ${made} to the newest WAL in S3`) })]);
  });

  test("are reported if there are none, or if WAL is missing", () => {
    expect(backedUp(local, { ...well, warning: "WAL x is missing" }, hours(1))).toMatchObject([{ ok: false, said: "WAL x is missing", fix: ["make ssh HOST=data CMD='systemctl start ringo-backup@incr'", "docs/alerts.md#walmissing"] }]);
    expect(backedUp(local, { ...well, window: null, backups: [] }, hours(1))).toMatchObject([{ ok: false, said: "there are none" }]);
  });

  test("are reported as soon as they are older than the alert's limit, with the alert's page", () => {
    expect(backedUp(production, well, hours(26))).toMatchObject([{ ok: false, said: `the newest ended at ${made}, more than 25 hours ago`, fix: ["make ssh STACK=production HOST=data CMD='systemctl start ringo-backup@incr'", "docs/alerts.md#backupold"] }]);
  });

  test("are reported if WAL waits longer than the alert's limit, each fault separately", () => {
    const stuck = { ...well, wal: { waiting: 4711, waitingSeconds: 301 } };
    expect(backedUp(local, stuck, hours(1))).toMatchObject([{ ok: false, said: "4711 WAL segments wait, the oldest for 5 minutes", fix: ["make ssh HOST=data CMD='ringo-backup status'", "docs/alerts.md#walnotarchived"] }]);
    expect(backedUp(local, stuck, hours(240)).map(({ ok }) => ok)).toEqual([false, false]);
  });
});

test("the text lists everything that was checked, then the number of faults", () => {
  expect(forPeople(judged(local, "edge", "")).split("\n").slice(-2)).toEqual(["all 1 are fine", ""]);
  expect(forPeople(judged(local, "edge", "reboot"))).toBe("WRONG edge: an update waits for a reboot\n      make ssh HOST=edge CMD='systemctl reboot'\n1 of 1 wrong\n");
});

describe("each machine is asked over one connection", () => {
  /** What the machines have, in the place of the programs that are asked there. */
  const listed = { window: { from: "x", to: null }, warning: null, backups: [{ stop: new Date().toISOString() }], wal: { waiting: 0, waitingSeconds: 0 } };
  const alive = { data: { alerts: [{ state: "firing", labels: { alertname: "Watchdog" }, annotations: {} }] } };
  const there = { systemctl: "true", df: "true", docker: "true", nft: "for _ in input forward output; do echo 'policy drop;'; done", "ringo-backup": `echo '${JSON.stringify(listed)}'`, curl: `echo '${JSON.stringify(alive)}'`, ps: "echo 4711", sleep: "true" };

  /** What is found wrong where a host, at one of its connections, is `away`, and its programs do something `else`. */
  async function wrong(away: string[], otherwise: Partial<typeof there> = {}): Promise<Pick<Finding, "about" | "said">[]> {
    const programs = Object.entries({ ...there, ...otherwise }).map(([name, body]) => `${name}() { ${body}; }`).join("\n");
    const stack = {
      name: "staging",
      outputs: () => ({ apiUrl: "https://127.0.0.1:1", machines: ["edge", "data", "monitor"].map((name) => ({ name })) }),
      run: async (host: string, [, , script]: string[]) => {
        if (away.includes(host)) {
          away.splice(away.indexOf(host), 1);
          return { code: 255, stdout: "", stderr: "ssh: connect to host 10.0.0.2 port 22: Connection timed out\nConnection closed by UNKNOWN port 65535\n" };
        }
        const { status, stdout, stderr } = spawnSync("sh", ["-c", `${programs.replaceAll("ringo-backup()", "backup()")}\n${script!.replaceAll("ringo-backup", "backup")}`], { encoding: "utf8" });
        return { code: status, stdout, stderr };
      },
    } as unknown as OperatedStack;
    let printed = "";
    const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => ((printed += text), true));
    process.env.JSON = "1";
    try {
      expect(await doctor(stack)).toBe(1); // the API does not answer here
    } finally {
      write.mockRestore();
      delete process.env.JSON;
    }
    return (JSON.parse(printed) as Finding[]).filter(({ about, ok }) => !ok && about !== "the API").map(({ about, said }) => ({ about, said }));
  }

  test("and is fine if it says so", async () => expect(await wrong([])).toEqual([]));

  test.each([["data", "backups"], ["monitor", "alerts"]])("if %s does not answer, it is not called gone, and its %s are unknown", async (host, about) => {
    expect(await wrong([host])).toEqual([
      { about: host, said: "cannot be reached: ssh: connect to host 10.0.0.2 port 22: Connection timed out; Connection closed by UNKNOWN port 65535" },
      { about, said: `unknown, since ${host} cannot be reached` },
    ]);
  });

  test("a failed command is reported with its own message, and the machine still counts as reachable", async () => {
    expect(await wrong([], { "ringo-backup": "echo 'S3 is away' >&2; exit 1", curl: "echo 'curl: (22) 503' >&2; exit 22" })).toEqual([
      { about: "backups", said: "cannot be listed: S3 is away" },
      { about: "alerts", said: "Prometheus does not answer, so no alert is sent: curl: (22) 503" },
    ]);
  });

  test("a stopped Prometheus is not waited for, and reported with its own message", async () => {
    expect(await wrong([], { ps: "false", curl: "echo 'curl: (7) refused' >&2; exit 7" })).toEqual([
      { about: "alerts", said: "Prometheus does not answer, so no alert is sent: curl: (7) refused" },
    ]);
  });

  describe("a Prometheus that has just started", () => {
    const directory = mkdtempSync(join(tmpdir(), "ringo-doctor-"));
    afterAll(() => rmSync(directory, { recursive: true }));
    /** Its age: ten seconds more at each look. */
    const aging = (name: string) => (writeFileSync(join(directory, name), ""), `echo x >>${directory}/${name}; echo $(($(wc -l <${directory}/${name}) * 10))`);
    const none = "echo '{\"data\":{\"alerts\":[]}}'";

    test("is waited for until its first evaluation", async () => {
      expect(await wrong([], { ps: aging("waits"), curl: `if test $(wc -l <${directory}/waits) -lt 4; then ${none}; else ${there.curl}; fi` })).toEqual([]);
    });

    test("is reported as broken if its first evaluation takes too long", async () => {
      expect(await wrong([], { ps: aging("looks"), curl: none })).toEqual([{ about: "alerts", said: "Prometheus stores no metrics, or evaluates no rules" }]);
      expect(readFileSync(join(directory, "looks"), "utf8").split("\n")).toHaveLength(10);
    });
  });
});
