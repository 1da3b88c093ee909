import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres } from "../../../../machine/data/postgres";
import { bin } from "../../cluster";
import { content } from "../../fragment";
import { options } from "../servers";

const database = postgres(options());
const hour = 3600;

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-postgres-")); });
afterEach(() => rmSync(root, { recursive: true }));

describe("by what it makes of its file, it", () => {
  /** A figure is in the setting's own unit. */
  const made = (name: string): string => {
    const file = join(root, "postgresql.conf");
    mkdirSync(join(root, "conf.d"), { recursive: true });
    writeFileSync(file, content(database, "/etc/postgresql/17/main/postgresql.conf"));
    return execFileSync(join(bin, "postgres"), ["-C", name, `--config-file=${file}`], { encoding: "utf8", stdio: "pipe" }).trim();
  };

  test("ends a transaction that its client has forgotten, and whose locks would keep others waiting for ever", () => {
    const milliseconds = Number(made("idle_in_transaction_session_timeout"));
    expect(milliseconds).toBeGreaterThan(0); // 0 is for ever
    expect(milliseconds).toBeLessThan(hour * 1000);
  });

  test("listens to the stack's network alone, speaks no broken TLS, and keeps passwords as SCRAM's verifiers", () => {
    expect(["listen_addresses", "ssl", "password_encryption"].map(made)).toEqual(["10.0.0.5", "on", "scram-sha-256"]);
    expect(["TLSv1.2", "TLSv1.3"]).toContain(made("ssl_min_protocol_version"));
  });

  test("says who waited for a lock and what spilled to the disk, and counts all statements", () => {
    expect(["log_lock_waits", "shared_preload_libraries"].map(made)).toEqual(["on", "pg_stat_statements"]);
    expect(Number(made("log_temp_files"))).toBeGreaterThan(0); // 0 is all, -1 none
  });
});

test("a restore of hours, and a start that has hours of WAL to replay, are cut off by nobody", () => {
  for (const name of ["PostgreSQL cluster", "PostgreSQL has recovered"]) expect([name, database.steps!.find((step) => step.name === name)!.timeoutSeconds]).toEqual([name, 6 * hour]);

  const [, patience] = /--timeout=(\d+)/.exec(content(database, "/etc/postgresql/17/main/pg_ctl.conf"))!;
  expect(Number(patience)).toBeGreaterThan(6 * hour); // so that the apply says it
  expect(content(database, "/etc/systemd/system/postgresql@17-main.service.d/ringo.conf")).toMatch(/^TimeoutStartSec=infinity$/m);
});

test("PostgreSQL is started anew where one of its settings waits for that, and only there", () => {
  const { unless } = database.steps!.find(({ name }) => name.includes("need a restart"))!;
  const waiting = (count: number) => spawnSync("sh", ["-ec", `sleep() { :; }; runuser() { echo ${count}; }\n${unless}`]).status === 1;
  expect([waiting(0), waiting(2)]).toEqual([false, true]);
});

test("a cluster that comes from elsewhere is taken as it is, and none is made over it", () => {
  const { command } = postgres({ ...options(), origin: `install -d ${root}/data; echo 17 > ${root}/data/PG_VERSION`, dataDirectory: join(root, "data") }).steps!.find(({ name }) => name === "PostgreSQL cluster")!;
  const { status } = spawnSync("sh", ["-ec", `runuser() { touch ${root}/initdb; }\n${command}`]);
  expect(status).toBe(0);
  expect(readFileSync(join(root, "data/PG_VERSION"), "utf8")).toBe("17\n");
  expect(existsSync(join(root, "initdb"))).toBe(false);
});
