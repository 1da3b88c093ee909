import { loopback } from "../egress";
import { combine, type Fragment } from "../state";
import { exporter } from "./exporter";
import { ports } from "./ports";

const passwords = "/etc/ringo/redis-exporter.json";
/** The exporter's Redis user: it may read statistics, but no key. */
export const redisUser = "exporter";

/** The exporter's Redis ACL: read statistics, and change nothing. */
export const readsFigures = "+ping +info +select +slowlog|len +slowlog|get +latency|latest +latency|histogram +config|get";
/** The same for the Celery exporter, with these queues. */
export const readsQueues = (queues: string[]): string =>
  `${[...queues, "unacked"].map((name) => `%R~${name}*`).join(" ")} &/0.celeryev/* +ping +select +client|setinfo +client|setname +hello +llen +lindex +lpos +hlen +psubscribe +punsubscribe`;

/** Memory, clients, persistence and commands of Redis; queues are the Celery exporter's. */
export const redisExporter = (address: string, password: string): Fragment => combine(exporter({
  name: "prometheus-redis-exporter",
  listen: `${address}:${ports.redis}`,
  command: [
    "/usr/bin/prometheus-redis-exporter", `-web.listen-address=${address}:${ports.redis}`, "-redis.addr=redis://127.0.0.1:6379", `-redis.user=${redisUser}`,
    "-redis.password-file=/run/credentials/prometheus-redis-exporter.service/passwords", "-include-system-metrics=true", "-exclude-latency-histogram-metrics",
    "-set-client-name=false",
  ],
  reaches: [{ name: "figures of redis", port: 6379, to: [loopback] }],
  service: [`LoadCredential=passwords:${passwords}`],
  files: [{ path: passwords, content: `${JSON.stringify({ [`redis://${redisUser}@127.0.0.1:6379`]: password })}\n`, mode: "0600", secret: true }],
}), { secrets: [password] });
