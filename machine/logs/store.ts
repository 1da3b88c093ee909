import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json, startedWith } from "../content";
import { addedRules } from "../nft";
import { local } from "../monitoring/ports";
import { textfiles } from "../monitoring/node";
import { prometheusUser } from "../monitoring/prometheus";
import { innerNginx } from "../edge/nginx/inner";
import { sandbox } from "../sandbox";
import { combine, type Fragment } from "../state";

export interface StoreOptions {
  /** Loki's image, by digest. */
  image: string;
  /** The address that the machines' shippers reach. */
  address: string;
  /** PEM. */
  tls: { certificate: string; key: string };
  retentionDays: number;
  /** Disk space for lines; above it the oldest are removed early. */
  retentionGiB: number;
}

/** Where the stack's machines send lines, over TLS. */
export const intakePort = 3101;
/** Where they are queried, only on the store's own machine. */
export const queryPort = local.loki;

const directory = "/srv/ringo/loki";
const settings = `${directory}/loki.json`;
const data = "/var/lib/ringo-loki";
const overrides = `${data}/overrides.json`;
/** Of the image's own user. */
const lokiUser = "10001";

/**
 * Loki, which stores all machines' lines. It has no authentication, so it answers only on loopback; nginx in front of it accepts
 * lines but no queries: an intruder on a machine cannot read other machines' lines.
 */
export const store = (options: StoreOptions): Fragment => combine(loki(options), intake(options), bound(options));

const loki = ({ image, retentionDays }: StoreOptions, configured = json(configuration(retentionDays))): Fragment => combine(
  addedRules("containers", "logs-store", [`meta skuid { "www-data", "${prometheusUser}" } accept comment "the store's container"`]),
  {
    directories: [{ path: directory }, { path: data, mode: "0700", owner: lokiUser, group: lokiUser }],
    files: [{ path: settings, content: configured }],
    steps: [{
      name: "the store's overrides",
      when: "after-files",
      command: `echo '{"overrides": {}}' > ${overrides}\nchown ${lokiUser}:${lokiUser} ${overrides}`,
      unless: `test -e ${overrides}`,
    }],
    containers: [{
      name: "ringo-loki",
      image,
      command: ["-config.file=/etc/loki/loki.json", "-runtime-config.file=/loki/overrides.json"],
      // Garbage collection keeps its memory limited; queries share one core.
      environment: {
        GOMEMLIMIT: "200MiB", GOGC: "50", GOMAXPROCS: "1",
        ...startedWith(configured),
      },
      user: `${lokiUser}:${lokiUser}`,
      volumes: [`${data}:/loki`, `${settings}:/etc/loki/loki.json:ro`],
      tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=64m"],
      publish: [`127.0.0.1:${queryPort}:${queryPort}`],
      stopTimeoutSeconds: 30,
      health: { command: `curl -fsS --max-time 5 -o /dev/null http://127.0.0.1:${queryPort}/ready`, timeoutSeconds: 120 },
    }],
  },
);

/** Times in hours, as Loki counts days. */
const configuration = (retentionDays: number): object => ({
  auth_enabled: false,
  analytics: { reporting_enabled: false },
  server: { http_listen_port: queryPort, grpc_listen_address: "127.0.0.1", log_level: "warn" },
  common: {
    path_prefix: "/loki",
    replication_factor: 1,
    instance_addr: "127.0.0.1",
    ring: { kvstore: { store: "inmemory" } },
    storage: { filesystem: { chunks_directory: "/loki/chunks", rules_directory: "/loki/rules" } },
  },
  schema_config: {
    configs: [{ from: "2026-01-01", store: "tsdb", object_store: "filesystem", schema: "v13", index: { prefix: "index_", period: "24h" } }],
  },
  // Ready as soon as it runs, since there is no other instance to wait for.
  ingester: { lifecycler: { min_ready_duration: "0s" }, chunk_idle_period: "1h", chunk_encoding: "zstd", wal: { dir: "/loki/wal", replay_memory_ceiling: "100MB" } },
  // A machine may send ten minutes of buffered lines at once.
  limits_config: {
    retention_period: `${retentionDays * 24}h`,
    ingestion_rate_mb: 16,
    ingestion_burst_size_mb: 32,
    per_stream_rate_limit: "8MB",
    per_stream_rate_limit_burst: "32MB",
    allow_structured_metadata: true,
    discover_log_levels: false,
    discover_service_name: [],
    max_line_size: "256KB",
    max_line_size_truncate: true,
    volume_enabled: true,
  },
  runtime_config: { period: "1m" },
  compactor: { working_directory: "/loki/compactor", retention_enabled: true, delete_request_store: "filesystem" },
  query_range: { cache_results: false },
  chunk_store_config: { chunk_cache_config: { embedded_cache: { enabled: false } } },
});

const certificate = "/etc/ringo/logs/intake.pem";
const key = "/etc/ringo/logs/intake.key";

const intake = ({ address, tls }: StoreOptions): Fragment => combine(innerNginx({ connections: 128, http: server(address), reads: [certificate, key] }), {
  packages: ["curl"],
  directories: [{ path: "/etc/ringo/logs" }],
  files: [
    { path: certificate, content: tls.certificate },
    { path: key, content: tls.key, mode: "0600", secret: true },
  ],
  secrets: [tls.key],
});

const server = (address: string): string => `    ssl_protocols TLSv1.3;

    upstream store {
        server 127.0.0.1:${queryPort} max_fails=0;
        keepalive 8;
    }

    server {
        listen ${address}:${intakePort} ssl;
        ssl_certificate ${certificate};
        ssl_certificate_key ${key};

        # Lines are accepted here, but no queries.
        location = /loki/api/v1/push {
            limit_except POST { deny all; }
            client_max_body_size 4m;
            client_body_buffer_size 1m;
            proxy_pass http://store;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_connect_timeout 1s;
            proxy_read_timeout 10s;
        }

        location / {
            return 404;
        }
    }
`;

const program = "/usr/local/lib/ringo/logs_bound.py";
const boundSettings = "/etc/ringo/logs/bound.json";
const service = "/etc/systemd/system/ringo-logs-bound.service";
const timer = "/etc/systemd/system/ringo-logs-bound.timer";

/** Loki limits by days, not by bytes: the days are derived from the bytes. */
const bound = ({ retentionDays, retentionGiB }: StoreOptions): Fragment => ({
  packages: ["python3"],
  files: [
    { path: program, content: readFileSync(join(__dirname, "bound.py"), "utf8") },
    { path: boundSettings, content: json({ data: `${data}/chunks`, overrides, metrics: `${textfiles}/logs.prom`, days: retentionDays, bytes: retentionGiB * 1024 ** 3, owner: Number(lokiUser) }) },
    {
      path: service,
      content: `[Unit]
Description=Keeps the logs within their disk

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -IB ${program} ${boundSettings}
${sandbox({ capabilities: ["CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE", "CAP_CHOWN"], writable: [data, textfiles] })}`,
    },
    { path: timer, content: "[Unit]\nDescription=Keeps the logs within their disk\n\n[Timer]\nOnCalendar=hourly\nOnActiveSec=1min\n\n[Install]\nWantedBy=timers.target\n" },
  ],
  units: [{ name: "ringo-logs-bound.timer", restartOn: [timer] }],
});
