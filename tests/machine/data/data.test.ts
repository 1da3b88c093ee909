import { spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { postgres } from "../../../machine/data/postgres";
import { endFormer, roles } from "../../../machine/data/postgres/roles";
import { scramVerifier } from "../../../machine/data/postgres/scram";
import { tuning } from "../../../machine/data/postgres/tuning";
import { redis } from "../../../machine/data/redis";
import type { Fragment } from "../../../machine/state";
import { content } from "../fragment";
import { options, redisOptions } from "./servers";

/** All that a process list, a journal or another user could see. */
const visible = (fragment: Fragment): string => JSON.stringify({
  ...fragment, secrets: [], files: fragment.files!.filter((f) => !(f.secret && /^06[04]0$/.test(f.mode!))),
});

describe("PostgreSQL", () => {
  test("the verifier is SCRAM's (the example of RFC 7677)", () => {
    const message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const verifier = scramVerifier("user", "pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"));
    const [, salt, stored, server] = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(verifier)!;
    expect(salt).toBe("W22ZaJ0SNY7soEsUEjb6gQ==");
    expect(createHmac("sha256", Buffer.from(server, "base64")).update(message).digest("base64")).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    // The client's proof of the example, undone with the stored key, must be a client key that hashes to it.
    const signature = createHmac("sha256", Buffer.from(stored, "base64")).update(message).digest();
    const clientKey = Buffer.from("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "base64").map((byte, i) => byte ^ signature[i]);
    expect(createHash("sha256").update(clientKey).digest("base64")).toBe(stored);
  });

  test("the same password renders the same; two roles with the same password look different", () => {
    expect(postgres(options())).toEqual(postgres(options()));
    expect(scramVerifier("a", "same")).not.toBe(scramVerifier("b", "same"));
  });

  test("no secret is outside files for root and the server", () => {
    const fragment = postgres(options());
    expect(visible(fragment)).not.toMatch(/made-up|SCRAM-SHA-256\$/);
    expect(fragment.secrets).toEqual(expect.arrayContaining(["made-up-password", "made-up-key"]));
    expect(content(fragment, "/etc/ringo/postgresql/roles.sql")).not.toContain("made-up-password");
  });

  test("each role reaches only its own database, over TLS, from its network, the operator only from this machine, and nobody else anything", () => {
    const peers = [{ role: "monitor", database: "orders", systemUser: "prometheus-postgres-exporter" }];
    expect(content(postgres({ ...options(), peers }), "/etc/postgresql/17/main/pg_ident.conf")).toBe("peers prometheus-postgres-exporter monitor\npeers postgres operator\n");
    expect(content(postgres(options()), "/etc/postgresql/17/main/pg_hba.conf")).toBe(
      'local all postgres peer\nlocal "orders" "operator" peer map=peers\nhostssl "orders" "ringo" 10.0.0.0/24 scram-sha-256\nhostssl "orders" "ringo_b" 10.0.0.0/24 scram-sha-256\n',
    );
  });

  test("two roles alternate, and only the step for the former one touches it", () => {
    const of = (generation: number) => {
      const { files } = roles([{ name: "ringo", database: "orders", password: "made-up-password", generation }], "10.0.0.5");
      const [pgpass, sql] = files.map((file) => file.content);
      const [former] = endFormer({ name: "ringo", generation }).files!;
      return { in: /^10\.0\.0\.5:5432:orders:(\w+):/.exec(pgpass)![1], may: sql.match(/(?<=ALTER ROLE ")ringo\w*(?=" LOGIN)/g), mayNot: former.content.match(/(?<=ALTER ROLE ")\w+(?=" NOLOGIN)/g), former: former.content };
    };
    expect(of(1)).toMatchObject({ in: "ringo", may: ["ringo"], mayNot: ["ringo_b"] });
    expect(of(2).former).toMatch(/pg_terminate_backend\(pid\).* usename = 'ringo'/); // who is in with the former password goes, too
    expect(of(2)).toMatchObject({ in: "ringo_b", may: ["ringo_b"], mayNot: ["ringo"] });
    expect(of(3)).toMatchObject({ in: "ringo", may: ["ringo"], mayNot: ["ringo_b"] });
    // It is done anew each time: the machine goes by what has changed.
    expect(of(3).former).not.toBe(of(1).former);
  });

  test.each(["with space", "quote'", "back\\slash", "a:b", "", "new\nline"])("a password %j is refused, and not shown", (password) => {
    expect(() => postgres(options(password))).toThrow(/password of role ringo/);
    expect(() => redis({ ...redisOptions, password, operatorPassword: "x" })).toThrow(/password may contain only/);
  });

  test.each(["Ringo", 'a"b', "a;b", "1a", ""])("a role named %j is refused", (name) => {
    expect(() => postgres({ ...options(), roles: [{ name, database: "orders", password: "p" }] })).toThrow("not a valid name");
  });

  test("none of its files is world-readable", () => {
    const files = postgres(options()).files!.filter(({ path }) => path.startsWith("/etc/postgresql/"));
    expect(files.map(({ path }) => path)).toContain("/etc/postgresql/17/main/start.conf");
    expect(files.filter(({ mode }) => mode !== "0640").map(({ path }) => path)).toEqual([]);
  });

  test("given settings take precedence, and values are quoted", () => {
    const conf = content(postgres({ ...options(), settings: { archive_mode: "on", archive_command: "cp '%p' x", work_mem: "1MB" } }), "/etc/postgresql/17/main/postgresql.conf");
    expect(conf).toContain("archive_command = 'cp ''%p'' x'\n");
    expect(conf.match(/^work_mem = .*$/gm)).toEqual(["work_mem = '1MB'"]);
  });

  test("customers' data is not logged: neither parameters, nor failing statements, nor rows in error messages", () => {
    const conf = content(postgres(options()), "/etc/postgresql/17/main/postgresql.conf").split("\n");
    expect(conf).toEqual(expect.arrayContaining(["log_parameter_max_length = '0'", "log_parameter_max_length_on_error = '0'", "log_min_error_statement = 'panic'", "log_error_verbosity = 'terse'", "log_statement = 'none'"]));
  });

  test("a statement is cancelled when its client is gone, and so are its locks", () => {
    expect(content(postgres(options()), "/etc/postgresql/17/main/postgresql.conf")).toMatch(/^client_connection_check_interval = '10s'$/m);
  });

  test("settings that a recovery compares with the former server's are the same for every size and number of clients", () => {
    const sizes = [{ memoryMiB: 1024, vcpus: 1, clients: 10 }, { memoryMiB: 262144, vcpus: 64, clients: 900 }].map(tuning);
    const compared = ["max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction"];
    for (const name of compared) expect([name, sizes[0][name]]).toEqual([name, sizes[1][name]]);
    // No fewer than run at once.
    expect(Number(sizes[1].max_worker_processes)).toBeGreaterThanOrEqual(Number(sizes[1].max_parallel_workers));
  });

  test("allocated memory fits every machine", () => {
    const sizes = fc.record({ memoryMiB: fc.integer({ min: 512, max: 262144 }), vcpus: fc.integer({ min: 1, max: 64 }), clients: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(fc.property(sizes, (size) => {
      const megabytes = (name: string) => Number(/^(\d+)MB$/.exec(tuning(size)[name])![1]);
      expect(megabytes("shared_buffers")).toBeLessThanOrEqual(size.memoryMiB / 4);
      expect(megabytes("shared_buffers")).toBeGreaterThanOrEqual(Math.min(16384, Math.floor(size.memoryMiB / 4)));
      // The floor of 2 MB is below PostgreSQL's own default.
      expect(megabytes("work_mem") === 2 || megabytes("work_mem") * size.clients <= size.memoryMiB / 3).toBe(true);
      expect(Number(tuning(size).max_parallel_workers_per_gather)).toBeLessThanOrEqual(size.vcpus);
      expect(megabytes("min_wal_size")).toBeLessThan(megabytes("max_wal_size"));
    }));
  });
});

describe("Redis", () => {
  const fragment = redis({ ...redisOptions, password: "made-up-one", operatorPassword: "made-up-two" });

  test("has users for the application and the operator, and a default user that nobody can log in as", () => {
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    // Redis takes neither comments nor anything but users in this file.
    expect(content(fragment, "/etc/redis/users.acl").trim().split("\n")).toEqual([
      // All rights, for the replay of transactions, and no way to log in until that is done.
      "user default off resetpass ~* &* +@all",
      `user ringo on #${hash("made-up-one")} ~* &* +@all -@dangerous +info`,
      `user operator on #${hash("made-up-two")} ~* &* +@all`,
    ]);
  });

  test("once Redis is up, clients without credentials may only ping and authenticate", () => {
    expect(content(fragment, "/etc/systemd/system/redis-server.service.d/ringo.conf")).toContain("ExecStartPost=+/usr/local/lib/ringo/redis-users\n");
    expect(content(fragment, "/usr/local/lib/ringo/redis-users")).toContain("ACL SETUSER default on nopass resetkeys resetchannels -@all +ping +hello +client|setinfo +client|setname'");
  });

  test("queued data is never evicted, and a failed snapshot stops no work, since everything is in the append-only file", () => {
    const conf = content(fragment, "/etc/redis/redis.conf").split("\n");
    expect(conf).toEqual(expect.arrayContaining(["appendonly yes", "maxmemory-policy noeviction", "stop-writes-on-bgsave-error no", "shutdown-on-sigterm nosave"]));
  });

  describe("new users are loaded", () => {
    const directory = mkdtempSync(join(tmpdir(), "ringo-redis-"));
    afterAll(() => rmSync(directory, { recursive: true }));
    const place = (name: string, text: string) => writeFileSync(join(directory, name), text, { mode: 0o755 });
    const users = (password: string, ...names: string[]) =>
      place("users.acl", ["user default off resetpass", ...names.map((name) => `user ${name} on #${password} ~* +@all`), "user operator on #b ~* +@all"].map((line) => `${line}\n`).join(""));
    users("1", "ringo");
    place("operator.password", "made-up-new\n");
    place("operator.in-force", "made-up-old\n");
    // Redis, as far as the script speaks with it: it writes down what it hears, and says what it was told to say.
    place("redis-cli", `#!/bin/sh\ncat >>${directory}/heard\ncat ${directory}/answers\n`);
    place("script", content(fragment, "/usr/local/lib/ringo/redis-users").replaceAll("/etc/redis/", `${directory}/`).replaceAll("/etc/ringo/redis/", `${directory}/`));
    const read = (argument: string[], answers: string) => {
      place("heard", "");
      place("answers", answers);
      const { status } = spawnSync(join(directory, "script"), argument, { env: { ...process.env, PATH: `${directory}:${process.env.PATH}` } });
      return { status, heard: readFileSync(join(directory, "heard"), "utf8").split("\n").filter((line) => line.startsWith("ACL")) };
    };
    const everybody = expect.stringMatching(/^ACL SETUSER default on nopass /);
    const mayEnterWith = (...passwords: string[]) => passwords.map((each) => `ACL SETUSER ${each}`);
    const [start, load, forget] = [[], ["--load"], ["--forget"]];

    test("while Redis runs: present clients keep the former password beside the new one", () => {
      users("1", "gone", "ringo");
      expect(read(start, "OK\n")).toEqual({ status: 0, heard: [everybody, ...mayEnterWith("gone #1", "operator #b", "ringo #1")] });
      users("2", "ringo");
      expect(read(load, "WRONGPASS\nOK\nOK\nOK\n")).toEqual({ status: 0, heard: ["ACL LOAD", everybody, ...mayEnterWith("operator #b", "ringo #1", "ringo #2")] });
      expect(readFileSync(join(directory, "operator.in-force"), "utf8")).toBe("made-up-new\n");
    });

    test("also when Redis starts, even if the new passwords have just arrived", () => {
      users("3", "ringo");
      expect(read(start, "OK\n").heard).toEqual([everybody, ...mayEnterWith("operator #b", "ringo #1", "ringo #2", "ringo #3")]);
      expect(statSync(join(directory, "known")).mode & 0o777).toBe(0o600);
    });

    test("and the former one is removed permanently when all clients have the new one", () => {
      expect(read(forget, "OK\nOK\n")).toEqual({ status: 0, heard: ["ACL LOAD", everybody, ...mayEnterWith("operator #b", "ringo #3")] });
      expect(read(start, "OK\n").heard).toEqual([everybody, ...mayEnterWith("operator #b", "ringo #3")]);
    });

    test("by the running Redis, which is restarted only if that fails: queueing would fail meanwhile", () => {
      const { command } = fragment.steps!.find(({ name }) => name === "Redis users")!;
      for (const [ends, calls] of [["true", ""], ["false", "restart redis-server\n"]] as const) {
        place("reader", `#!/bin/sh\n${ends}\n`);
        place("systemctl", `#!/bin/sh\necho "$*" >>${directory}/calls\n`);
        place("calls", "");
        const here = command.replace("/usr/local/lib/ringo/redis-users", join(directory, "reader"));
        expect(spawnSync("sh", ["-ec", here], { env: { ...process.env, PATH: `${directory}:${process.env.PATH}` } }).status).toBe(0);
        expect(readFileSync(join(directory, "calls"), "utf8")).toBe(calls);
      }
    });

    test.each(["NOAUTH Authentication required.", "ERR /etc/redis/users.acl:2", "NOPERM User default"])("an error from Redis is a failure: %s", (answer) => {
      place("operator.in-force", "made-up-old\n");
      expect(read(load, `WRONGPASS\n${answer}\n`).status).toBe(1);
      expect(readFileSync(join(directory, "operator.in-force"), "utf8")).toBe("made-up-old\n");
    });
  });

  test("Redis keeps within its memory and the volume, loses at most a second, and listens only on the stack's network", () => {
    const settings = new Map(content(fragment, "/etc/redis/redis.conf").split("\n").filter((line) => /^[a-z]/.test(line)).map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]));
    expect(Object.fromEntries(settings)).toMatchObject({ maxmemory: "256mb", dir: "/srv/data/redis", appendfsync: "everysec", bind: "127.0.0.1 10.0.0.5" });
    // With the first on, it would refuse the workers; with the others, it would run what somebody gives it.
    expect(["protected-mode", "enable-debug-command", "enable-module-command"].map((name) => settings.get(name))).toEqual(["no", "no", "no"]);
    expect(Number(settings.get("tcp-keepalive"))).toBeGreaterThan(0);
    // A fork of all its memory, for a snapshot, is refused by no kernel.
    expect(content(fragment, "/etc/sysctl.d/60-ringo-redis.conf")).toMatch(/^-vm\.overcommit_memory = 1$/m);
  });

  test("no password is outside root's files", () => {
    expect(visible(fragment)).not.toContain("made-up");
    expect(content(fragment, "/etc/redis/redis.conf")).not.toContain("made-up");
  });
});
