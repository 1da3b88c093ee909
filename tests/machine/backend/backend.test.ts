import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { reservedVariables } from "../../../config/variables";
import { api } from "../../../machine/backend/api";
import { beat } from "../../../machine/backend/beat";
import { djangoEnvironment, type Backend, type DjangoInputs } from "../../../machine/backend/django";
import { release, releaseKey } from "../../../machine/backend/release";
import { failTimeoutSeconds } from "../../../machine/edge/nginx/upstreams";
import { combine } from "../../../machine/state";
import { worker, workerCommand } from "../../../machine/backend/worker";

const celery = { concurrency: 4, autoscaler: { min: 2, max: 10 }, maxTasksPerChild: 1000, queues: ["default", "finance", "notifications", "orders"] };
const inputs: DjangoInputs = {
  secretKey: "django-key", allowedHosts: ["api.ringo.test", "10.0.0.2"],
  csrfTrustedOrigins: ["https://api.ringo.test"], corsAllowedOrigins: ["https://app.ringo.test"],
  postgres: { host: "10.0.0.5", database: "ringo", user: "ringo", password: "pg-pass" },
  redis: { host: "10.0.0.5", user: "ringo", password: "redis-pass" },
  celery,
  objectStorage: { endpointUrl: "https://s3.ringo.test", region: "local", bucket: "media", accessKeyId: "access-id", secretAccessKey: "access-secret" },
  sentry: { dsn: "https://sentry-dsn", environment: "staging", release: "1" },
  variables: { COMPANY_NAME: "Ringo" },
  secretVariables: { TELEGRAM_BOT_TOKEN: "bot-token" },
};
const environment = djangoEnvironment(inputs);
const digest = "a".repeat(64);
const backend: Backend = { image: `registry.ringo.test/backend@sha256:${digest}`, environment };

describe("the backend's variables", () => {
  test("are the contract's", () => {
    expect(environment.variables).toEqual({
      DJANGO_SETTINGS_MODULE: "ringo_backend.settings.prod", DJANGO_SECRET_KEY: "django-key", DJANGO_ALLOWED_HOSTS: "api.ringo.test,10.0.0.2",
      CSRF_TRUSTED_ORIGINS: "https://api.ringo.test", CORS_ALLOWED_ORIGINS: "https://app.ringo.test",
      POSTGRES_HOST: "10.0.0.5", POSTGRES_PORT: "5432", POSTGRES_DB: "ringo", POSTGRES_USER: "ringo", POSTGRES_PASSWORD: "pg-pass",
      CELERY_BROKER_URL: "redis://ringo:redis-pass@10.0.0.5:6379/0", CELERY_RESULT_BACKEND: "redis://ringo:redis-pass@10.0.0.5:6379/0",
      CELERY_WORKER_CONCURRENCY: "4", CELERY_WORKER_MAX_TASKS_PER_CHILD: "1000",
      CELERY_WORKER_AUTOSCALER: "true", CELERY_WORKER_AUTOSCALER_MIN: "2", CELERY_WORKER_AUTOSCALER_MAX: "10",
      AWS_S3_ENDPOINT_URL: "https://s3.ringo.test", AWS_S3_REGION_NAME: "local", AWS_BUCKET: "media",
      AWS_ACCESS_KEY_ID: "access-id", AWS_SECRET_ACCESS_KEY: "access-secret",
      SENTRY_DSN: "https://sentry-dsn", SENTRY_ENVIRONMENT: "staging", SENTRY_RELEASE: "1",
      COMPANY_NAME: "Ringo", TELEGRAM_BOT_TOKEN: "bot-token", HOME: "/tmp",
    });
  });

  test("cannot be set by the configuration: the error says what to set instead, before anything is created", () => {
    const own = Object.keys(djangoEnvironment({ ...inputs, secretKeyFallbacks: ["former"], variables: {}, secretVariables: {} }).variables);
    expect(own.filter((name) => !Object.hasOwn(reservedVariables, name))).toEqual([]);
  });

  test("are marked if secret", () => {
    expect(environment.secrets).toEqual(expect.arrayContaining(["django-key", "pg-pass", "redis-pass", "access-id", "access-secret", "https://sentry-dsn", "bot-token"]));
  });

  test.each<[string, Partial<DjangoInputs>, string]>([
    ["no secret key", { secretKey: "" }, "secret key is empty"],
    ["no allowed host", { allowedHosts: [] }, "allowedHosts is empty"],
    ["an origin without scheme", { csrfTrustedOrigins: ["api.ringo.test"] }, "is not an origin"],
    ["a variable that breaks it", { variables: { ADMIN_ALLOWED_IPS: "10.0.0.1" } }, "ADMIN_ALLOWED_IPS must stay unset"],
    ["one of the stack's own variables", { variables: { POSTGRES_HOST: "elsewhere" } }, "POSTGRES_HOST is set twice"],
    ["a variable that is both open and secret", { secretVariables: { COMPANY_NAME: "x" } }, "COMPANY_NAME is set twice"],
    ["a value of several lines", { secretVariables: { FCM_SERVER_KEY: "sec\nret" } }, "FCM_SERVER_KEY contains a line break"],
    ["a variable that Docker cannot read", { secretVariables: { CERTIFICATES: "x".repeat(65_536 - "CERTIFICATES=".length) } }, "CERTIFICATES is longer than 64 KiB"],
    ["a variable without a name", { variables: { "A=B": "x" } }, "is not a variable's name"],
  ])("are refused with %s", (_, changed, message) => {
    expect(() => djangoEnvironment({ ...inputs, ...changed })).toThrow(message);
  });

  test("refuse a password that would break the backend's DSN, and never quote it", () => {
    fc.assert(fc.property(fc.string({ minLength: 6 }).filter((text) => !/^[A-Za-z0-9._~-]+$/.test(text)), (password) => {
      for (const changed of [{ postgres: { ...inputs.postgres, password } }, { redis: { ...inputs.redis, password } }]) {
        let message = "accepted";
        try { djangoEnvironment({ ...inputs, ...changed }); } catch (error) { message = (error as Error).message; }
        expect(message).toMatch(/password may contain only/);
        expect(message).not.toContain(password);
      }
    }));
  });
});

describe("roles", () => {
  const [apiContainer] = api({ backend, privateAddress: "10.0.0.2", workers: 3, host: "api.ringo.test", timeoutSeconds: 120, stopTimeoutSeconds: 35 }).containers!;
  const [workerContainer] = worker({ backend, machine: "worker-0", celery, stopTimeoutSeconds: 300 }).containers!;
  const [beatContainer] = beat(backend).containers!;

  test("run the contract's commands under the contract's names", () => {
    expect(apiContainer).toMatchObject({
      name: "ringo-api",
      command: [
        ..."gunicorn ringo_backend.wsgi:application --bind 0.0.0.0:8000 --workers 3 --timeout 120 --worker-tmp-dir /dev/shm --config /srv/api/gunicorn.py --limit-request-line 8190 --access-logfile - --access-logformat".split(" "),
        expect.stringContaining('"request_id":"%({x-request-id}i)s"'),
      ],
    });
    expect(workerContainer).toMatchObject({
      name: "ringo-worker",
      stopTimeoutSeconds: 300,
      command: ("celery -A ringo_backend worker -E --loglevel=info --max-tasks-per-child=1000 --autoscale=10,2 " +
        "--queues=default,finance,notifications,orders --hostname=worker@worker-0").split(" "),
    });
    expect(beatContainer).toMatchObject({
      name: "ringo-beat",
      command: ["sh", "-c", expect.stringMatching(/\nexec celery -A ringo_backend beat --schedule=\/srv\/beat\/celerybeat-schedule --pidfile=\/srv\/beat\/celerybeat.pid$/)],
    });
  });

  test("are followed by the next one only when the edge sends them requests again", () => {
    expect(apiContainer.passedBySeconds).toBeGreaterThan(failTimeoutSeconds);
  });

  test("run as the backend's user, with media and a noexec /tmp", () => {
    for (const container of [apiContainer, workerContainer, beatContainer]) {
      expect(container).toMatchObject({ user: "10001:33", tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=512m"] });
      expect(container.volumes![0]).toBe("/srv/ringo/media:/app/media");
      expect(container.environment).toMatchObject(environment.variables);
    }
  });

  test("are bound to the data machine's address in their environment, and to no password", () => {
    for (const { boundTo, environment } of [apiContainer, workerContainer, beatContainer]) {
      expect(boundTo).toEqual(["POSTGRES_HOST"]);
      expect(environment).toHaveProperty("POSTGRES_HOST");
    }
  });

  test("publish only the API, on the private address", () => {
    expect(apiContainer.publish).toEqual(["10.0.0.2:8000:8000"]);
    expect([workerContainer.publish, beatContainer.publish]).toEqual([undefined, undefined]);
  });

  test("without the autoscaler a worker has a fixed number of processes", () => {
    const command = workerCommand({ ...celery, autoscaler: undefined }, "worker@w");
    expect(command).toContain("--concurrency=4");
    expect(command.join(" ")).not.toContain("--autoscale");
  });

  test("a worker's contradictory bounds are refused", () => {
    fc.assert(fc.property(fc.integer({ min: -2, max: 20 }), fc.integer({ min: -2, max: 20 }), (min, max) => {
      const command = () => workerCommand({ ...celery, autoscaler: { min, max } }, "worker@w");
      if (min >= 1 && min <= max) expect(command()).toContain(`--autoscale=${max},${min}`);
      else expect(command).toThrow("1 ≤ min ≤ max");
    }));
  });

  test("beat's schedule survives its container and reboots: it is in a directory of the machine, of its own", () => {
    expect(beat(backend).directories).toEqual([{ path: "/srv/beat", owner: "10001", group: "33" }]);
    expect(beatContainer.volumes).toContain("/srv/beat:/srv/beat");
  });

  test("beat continues its schedule, or starts over if its predecessor was killed", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringo-beat-"));
    const place = (name: string) => writeFileSync(join(folder, name), "");
    const started = () => {
      const { stdout } = spawnSync("sh", ["-c", `celery() { ls ${folder}; }\n${beatContainer.command[2].replaceAll("/srv/beat", folder).replace("exec ", "")}`], { encoding: "utf8" });
      return stdout.split("\n").slice(0, -1);
    };
    try {
      place("celerybeat-schedule.db");
      const ended = started();
      place("celerybeat.pid");
      expect([ended, started(), started()]).toEqual([["celerybeat-schedule.db"], [], []]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("the API's health check sends the edge's headers, and only 200 is healthy", () => {
    const run = (status: number) => spawnSync("sh", ["-c", `curl() { printf '%s\\n' "$@" >&2; printf ${status}; }\n${apiContainer.health!.command}`], { encoding: "utf8" });
    expect(run(200)).toMatchObject({ status: 0 });
    expect(run(200).stderr).toMatch(/\nHost: api.ringo.test\n--header\nX-Forwarded-Proto: https\nhttp:\/\/10.0.0.2:8000\/api\/health\/\n/);
    expect(run(301)).toMatchObject({ status: 1, stdout: "health answers 301\n" });
  });
});

describe("a release", () => {
  const state = combine(release({ backend, volume: "one" }));

  test("has a key that follows the digest and is safe in a path", () => {
    expect(releaseKey(backend.image)).toBe("a".repeat(16));
    expect(releaseKey("registry.ringo.test/../backend:1")).toMatch(/^[0-9a-f]{16}$/);
    expect(releaseKey("backend:1")).not.toBe(releaseKey("backend:2"));
  });

  test("is repeated for another volume, which has neither its migrations nor its static files", () => {
    const unless = (volume: string) => combine(release({ backend, volume })).steps.slice(1).map((step) => step.unless);
    for (const [i, condition] of unless("another").entries()) expect(condition).not.toBe(unless("one")[i]);
    expect(() => release({ backend, volume: "../x" })).toThrow("not a volume's id");
  });

  test("asks the database itself what to migrate: after a restore or a manual change a record would be wrong", () => {
    expect(state.steps.filter(({ unless, onChange }) => !unless && !onChange).map(({ name }) => name)).toEqual(["migrate"]);
  });

  test("lets a migration take hours: cut off, it would have to begin again", () => {
    expect(state.steps.find(({ name }) => name === "migrate")!.timeoutSeconds).toBeGreaterThanOrEqual(3600);
  });

  test("collects static files again if it is reverted to after they were removed with the oldest", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringo-release-"));
    const { unless } = state.steps.find(({ name }) => name === "collect static files")!;
    const collected = () => spawnSync("sh", ["-c", unless!.replaceAll("/srv/", `${folder}/`).replaceAll("/var/lib/", `${folder}/`)]).status === 0;
    const marker = join(folder, `ringo/releases/${"a".repeat(16)}.one.collect-static-files`);
    const files = join(folder, `ringo/static/${"a".repeat(16)}`);
    try {
      const before = collected();
      for (const each of [marker, files]) mkdirSync(dirname(each), { recursive: true });
      writeFileSync(marker, "");
      const marked = collected();
      mkdirSync(files);
      writeFileSync(join(files, "admin.css"), "");
      expect([before, marked, collected()]).toEqual([false, false, true]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("migrates, then collects static files, then tries a worker, both once per image, and all before any container", () => {
    expect(state.steps.map((step) => step.name)).toEqual(["migrate", "collect static files", "try a worker"]);
    for (const step of state.steps) expect(step.when).toBe("after-units");
    for (const step of state.steps.slice(1)) expect(step.unless).toContain(releaseKey(backend.image));
  });

  test("has no secret in a command: they are in a root-only file", () => {
    const commands = state.steps.map((step) => step.command).join("\n");
    for (const secret of environment.secrets) expect(commands).not.toContain(secret);
    const [file] = state.files;
    expect(file).toMatchObject({ mode: "0600", secret: true });
    for (const secret of environment.secrets) expect(file.content).toContain(secret);
  });

  test("runs its image as confined as the roles' containers", () => {
    const runs = state.steps.flatMap(({ command }) => command.match(/docker run (?:[^\n]|\\\n)*/g) ?? []);
    expect(runs).toHaveLength(state.steps.length);
    for (const call of runs) {
      for (const part of [" --read-only ", " --cap-drop ALL ", " --security-opt no-new-privileges ", " --user 10001:33 ", " --tmpfs /tmp:rw,noexec,"]) expect(call).toContain(part);
      expect(Number(/ --pids-limit (\S+)/.exec(call)![1])).toBeGreaterThan(0); // 0 and -1 are no bound
    }
  });

  test("keeps the static files of its predecessors: the edge still serves one of them, and pages just loaded request them", () => {
    const folder = mkdtempSync(join(tmpdir(), "ringo-static-"));
    const { command, unless } = state.steps.find(({ name }) => name === "collect static files")!;
    const [marker, files] = [join(folder, "ringo/releases/marker"), join(folder, "ringo/static")];
    try {
      mkdirSync(dirname(marker), { recursive: true });
      for (const age of [1, 2, 3, 4, 5, 6, 7]) {
        mkdirSync(join(files, `older-${age}`), { recursive: true });
        utimesSync(join(files, `older-${age}`), 0, 1e9 - age);
      }
      // What a collection before, or one that was cut off, has left is none of this one's.
      const [target, part] = [join(files, "a".repeat(16)), join(files, `${"a".repeat(16)}.part`)];
      for (const path of [target, part]) {
        mkdirSync(path);
        writeFileSync(join(path, "left.css"), "");
      }
      const here = command.replaceAll("/srv/ringo/", `${folder}/ringo/`).replaceAll("/var/lib/ringo/", `${folder}/ringo/`);
      const programs = `docker() { [ "$1" != run ] || echo a > ${part}/admin.css; }\ninstall() { mkdir -p ${part}; }\n`;
      expect(spawnSync("sh", ["-ec", programs + here], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
      expect(readdirSync(files).sort()).toEqual(["a".repeat(16), "older-1", "older-2", "older-3", "older-4"]);
      expect(readdirSync(target)).toEqual(["admin.css"]);
      // Done, and not done again.
      const [, mark] = /^test -e (\S+)/.exec(unless!)!;
      expect(existsSync(mark!.replace("/var/lib/ringo/", `${folder}/ringo/`))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("leaves no volume of its image behind", () => {
    const removed = state.steps.flatMap(({ command }) => command.match(/docker rm .*?(?=[;>]|$)/gm) ?? []);
    expect(removed.length).toBeGreaterThan(3);
    for (const call of removed) expect(call).toContain(" --volumes ");
  });

  test("quotes the image, and every command passes shellcheck", () => {
    const scripts = [...state.steps, ...combine(release({ backend: { ...backend, image: "x'; reboot; '" }, volume: "one" })).steps];
    for (const { command, unless } of scripts) {
      for (const script of [command, unless ?? ""]) {
        const checked = spawnSync("shellcheck", ["--shell=sh", "--severity=warning", "-"], { input: script, encoding: "utf8" });
        expect(checked.stdout).toBe("");
      }
      expect(command).not.toMatch(/^ *reboot/m);
    }
  });

  test("whose worker does not start fails with the worker's last lines", () => {
    const docker = `docker() { case "$1" in exec) return 1 ;; inspect) echo false ;; logs) echo 'ImportError: kombu' ;; esac; }\ntouch() { :; }\n`;
    const tried = spawnSync("sh", ["-ec", docker + state.steps[2].command], { encoding: "utf8" });
    expect(tried.status).toBe(1);
    expect(tried.stdout).toMatch(/worker does not start[^]*ImportError: kombu/);
  });
});
