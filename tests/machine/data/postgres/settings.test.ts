import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres } from "../../../../machine/data/postgres";
import { bin, Cluster } from "../../cluster";
import { content } from "../../fragment";
import { options } from "../servers";

const database = postgres(options());
const hour = 3600;

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-postgres-")); });
afterEach(() => rmSync(root, { recursive: true }));

describe("with the effective settings it", () => {
  /** A figure is in the setting's own unit. */
  const made = (name: string): string => {
    const file = join(root, "postgresql.conf");
    mkdirSync(join(root, "conf.d"), { recursive: true });
    writeFileSync(file, content(database, "/etc/postgresql/17/main/postgresql.conf"));
    return execFileSync(join(bin, "postgres"), ["-C", name, `--config-file=${file}`], { encoding: "utf8", stdio: "pipe" }).trim();
  };

  test("ends a transaction that its client abandoned, and whose locks would block others forever", () => {
    const milliseconds = Number(made("idle_in_transaction_session_timeout"));
    expect(milliseconds).toBeGreaterThan(0); // 0 is for ever
    expect(milliseconds).toBeLessThan(hour * 1000);
  });

  test("listens only on the stack's network, uses no broken TLS, and stores passwords as SCRAM verifiers", () => {
    expect(["listen_addresses", "ssl", "password_encryption"].map(made)).toEqual(["10.0.0.5", "on", "scram-sha-256"]);
    expect(["TLSv1.2", "TLSv1.3"]).toContain(made("ssl_min_protocol_version"));
  });

  test("logs waits for locks and temporary files, and counts all statements", () => {
    expect(["log_lock_waits", "shared_preload_libraries"].map(made)).toEqual(["on", "pg_stat_statements"]);
    expect(Number(made("log_temp_files"))).toBeGreaterThan(0); // 0 is all, -1 none
  });
});

test("neither a restore of hours nor a start that replays hours of WAL times out", () => {
  for (const name of ["PostgreSQL cluster", "PostgreSQL has recovered"]) expect([name, database.steps!.find((step) => step.name === name)!.timeoutSeconds]).toEqual([name, 6 * hour]);

  const [, patience] = /--timeout=(\d+)/.exec(content(database, "/etc/postgresql/17/main/pg_ctl.conf"))!;
  expect(Number(patience)).toBeGreaterThan(6 * hour); // so that the apply says it
  expect(content(database, "/etc/systemd/system/postgresql@17-main.service.d/ringo.conf")).toMatch(/^TimeoutStartSec=infinity$/m);
});

test("PostgreSQL is restarted if a setting requires it, whether or not it has been reloaded, and only then", () => {
  const { unless } = database.steps!.find(({ name }) => name.includes("need a restart"))!;
  const cluster = new Cluster();
  try {
    const waiting = () => spawnSync("sh", ["-ec", unless!.replaceAll("runuser -u postgres -- psql", `psql -U postgres -h ${cluster.socket} -p ${cluster.port}`)]).status === 1;
    cluster.psql("ALTER SYSTEM SET work_mem = '5MB'");
    expect(waiting()).toBe(false); // a reload is enough
    cluster.psql("ALTER SYSTEM SET shared_buffers = '100MB'");
    expect(waiting()).toBe(true); // before any reload
    cluster.psql("SELECT pg_reload_conf()");
    expect(waiting()).toBe(true);
  } finally {
    cluster.end();
  }
}, 60_000);

test("an existing cluster is used as it is, and not overwritten", () => {
  const { command } = postgres({ ...options(), origin: `install -d ${root}/data; echo 17 > ${root}/data/PG_VERSION`, dataDirectory: join(root, "data") }).steps!.find(({ name }) => name === "PostgreSQL cluster")!;
  const { status } = spawnSync("sh", ["-ec", `runuser() { touch ${root}/initdb; }\n${command}`]);
  expect(status).toBe(0);
  expect(readFileSync(join(root, "data/PG_VERSION"), "utf8")).toBe("17\n");
  expect(existsSync(join(root, "initdb"))).toBe(false);
});
