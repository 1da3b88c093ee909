import { stopService } from "../../../local/services/supervise";
import { startServices } from "../../../local/services";
import { inside, plugIn, probeSeconds, unplug } from "./alerts";

/** A fault, and the alert that must fire. */
export interface Fault {
  name: string;
  alert: Record<string, string>;
  /** How long its condition must hold in production, in seconds. */
  holds: number;
  cause(): Promise<unknown>;
  fix(): Promise<unknown>;
  /** How often its metric is scraped, in seconds. @default the scrape interval */
  every?: number;
}

const wrongClock = `
import http.server, sys, time
class Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"node_time_seconds %f\\n" % (time.time() + 120))
http.server.HTTPServer((sys.argv[1], 9100), Exporter).serve_forever()
`;

const switchWal = "cd /; runuser -u postgres -- psql -X -q -U operator ringo -c \"INSERT INTO orders_heartbeat (at, worker) VALUES (now(), 'fault')\"; runuser -u postgres -- psql -X -q -c 'SELECT pg_switch_wal()' >/dev/null";
const asOperator = (words: string) => `{ printf 'AUTH operator '; cat /etc/ringo/redis/operator.password; echo '${words}'; } | redis-cli`;
const workersMain = "$(docker inspect --format '{{.State.Pid}}' ringo-worker)"; // its init: Celery is a child of that

/** Faults by when they happen: those of one round at the same time, since none hides another; what is a list in a round, one after the other. */
export const rounds = (addressOf: (name: string) => string): (Fault | Fault[])[][] => [
  [
    {
      name: "API process killed", alert: { alertname: "ApiProcessDown", machine: "api-1" }, holds: 60,
      cause: () => inside("api-1", "docker kill ringo-api"), fix: () => inside("api-1", "docker start ringo-api"),
    },
    {
      name: "disk nearly full", alert: { alertname: "DiskNearlyFull", machine: "data", mountpoint: "/srv/data" }, holds: 60,
      cause: () => inside("data", "set -- $(df -B1 --output=size,avail /srv/data | tail -1); fallocate -l $(($2 - $1 / 20)) /srv/data/filled"),
      fix: () => inside("data", "rm /srv/data/filled"),
    },
    [{
      name: "certificate near expiry", alert: { alertname: "CertificateExpiring", machine: "edge" }, holds: 0, every: probeSeconds,
      cause: () => inside("edge", `cd /etc/nginx/tls
cp -P fullchain.pem kept.pem; cp -P privkey.pem kept.key
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 5 -subj /CN=short -keyout short.key -out short.pem 2>/dev/null
ln -sfn short.pem fullchain.pem; ln -sfn short.key privkey.pem; systemctl reload nginx`),
      fix: () => inside("edge", "cd /etc/nginx/tls; mv -f kept.pem fullchain.pem; mv -f kept.key privkey.pem; rm short.pem short.key; systemctl reload nginx"),
    }, {
      name: "edge gone", alert: { alertname: "MachineDown", machine: "edge" }, holds: 60, cause: () => unplug("edge"), fix: () => plugIn("edge"),
    }],
    [{
      name: "worker hung", alert: { alertname: "NoWorkers" }, holds: 60,
      cause: () => inside("worker-0", `pkill -STOP -P ${workersMain}`), fix: () => inside("worker-0", `pkill -CONT -P ${workersMain}`),
    }, {
      name: "worker gone", alert: { alertname: "NoWorkers" }, holds: 60,
      cause: () => inside("worker-0", "docker kill ringo-worker"), fix: () => inside("worker-0", "docker start ringo-worker"),
    }],
    {
      // The machines share this host's clock: what the monitor reads of one is wrong instead.
      name: "clock off", alert: { alertname: "ClockOff", machine: "api-1" }, holds: 60,
      cause: () => inside("api-1", `systemctl stop prometheus-node-exporter; systemd-run --quiet --collect --unit=wrong-clock python3 -c '${wrongClock}' ${addressOf("api-1")}`),
      fix: () => inside("api-1", "systemctl stop wrong-clock; systemctl start prometheus-node-exporter"),
    },
    {
      name: "archiving broken", alert: { alertname: "WalNotArchived", machine: "data" }, holds: 300,
      cause: async () => {
        await stopService("s3");
        await inside("data", switchWal);
      },
      fix: async () => {
        await startServices();
        await inside("data", switchWal); // or PostgreSQL would try again after a minute
      },
    },
    {
      name: "two beats", alert: { alertname: "BeatTwice" }, holds: 60,
      cause: () => inside("api-0", "docker exec --detach ringo-api celery -A ringo_backend beat --schedule=/tmp/second --pidfile=/tmp/second.pid"),
      fix: () => inside("api-0", "docker exec ringo-api sh -c 'kill $(cat /tmp/second.pid)'"),
    },
    {
      name: "Redis's snapshot fails", alert: { alertname: "RedisNotPersisting", machine: "data" }, holds: 60,
      // And yet it takes a write.
      cause: () => inside("data", `cd /srv/data/redis; rm -f dump.rdb; mkdir dump.rdb; ${asOperator("BGSAVE")}
timeout 10 sh -c "until ${asOperator("INFO persistence")} | grep -q '^rdb_last_bgsave_status:err'; do sleep 0.2; done"
${asOperator("SET ringo:check 1 EX 10")} | grep -c '^OK' | grep -qx 2`),
      fix: () => inside("data", `rmdir /srv/data/redis/dump.rdb; ${asOperator("BGSAVE")}`),
    },
  ],
  [
    {
      name: "Redis down", alert: { alertname: "RedisDown", machine: "data" }, holds: 30,
      cause: () => inside("data", "systemctl stop redis-server"), fix: () => inside("data", "systemctl start redis-server"),
    },
    {
      name: "PostgreSQL down", alert: { alertname: "PostgresDown", machine: "data" }, holds: 30,
      cause: () => inside("data", "systemctl stop postgresql@17-main"), fix: () => inside("data", "systemctl start postgresql@17-main"),
    },
    {
      name: "beat stopped", alert: { alertname: "BeatMissing" }, holds: 60,
      cause: () => inside("worker-0", "docker stop -t 5 ringo-beat"), fix: () => inside("worker-0", "docker start ringo-beat"),
    },
    { name: "API machine gone", alert: { alertname: "MachineDown", machine: "api-1" }, holds: 60, cause: () => unplug("api-1"), fix: () => plugIn("api-1") },
  ],
];
