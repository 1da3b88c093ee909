import { json, startedWith } from "../../content";
import { loopback, mayReach } from "../../egress";
import { addedRules } from "../../nft";
import { portOf } from "../../url";
import { dashboardProvider, dataSources, inside, settings, type GrafanaOptions } from "./settings";
import { dashboards } from "../dashboards";
import { local } from "../ports";
import { combine, type File, type Fragment } from "../../state";

export type { GrafanaOptions };

/** Where Grafana answers, to the edge and to Prometheus. */
export const grafanaPort = 3000;
/** The authority of its certificate, for clients on its own machine. */
export const grafanaCertificate = "/srv/ringo/grafana/tls/certificate.pem";

const directory = "/srv/ringo/grafana";
/** Also where an operator reads the password of `admin`. */
const secretsDirectory = `${directory}/secrets`;
const data = "/var/lib/ringo-grafana";
const name = "ringo-grafana";
/** Of the image's own user. */
const uid = 472;

/**
 * Grafana, whose users see all metrics and logs of the stack. Prometheus and Loki answer only on the machine's loopback, so
 * it shares the machine's network; the firewall allows its user only those two and the identity provider.
 */
export function grafana(options: GrafanaOptions): Fragment {
  const { image, address, tls, oauth, scrapeSeconds } = options;
  const secrets = { password: options.password, key: options.secretKey, ...(oauth ? { oauth: oauth.clientSecret } : {}) };
  const files: File[] = [
    { path: `${directory}/grafana.ini`, content: settings(options, grafanaPort) },
    { path: `${directory}/provisioning/datasources/ringo.yaml`, content: json(dataSources(`http://127.0.0.1:${local.prometheus}`, `http://127.0.0.1:${local.loki}`, scrapeSeconds)) },
    { path: `${directory}/provisioning/dashboards/ringo.yaml`, content: json(dashboardProvider) },
    { path: grafanaCertificate, content: tls.certificate },
  ];
  const own = { owner: name, mode: "0400", secret: true };
  const ports = oauth ? [...new Set([portOf(oauth.tokenUrl), portOf(oauth.apiUrl)])] : [];
  return combine(
    mayReach("grafana", [
      { name: "figures", port: local.prometheus, to: [loopback], users: [name] },
      ...ports.map((port) => ({ name: "log-in", port, to: "any" as const, users: [name] })),
    ]),
    addedRules("containers", "grafana", [`meta skuid "${name}" accept comment "the store's container"`]),
    {
      packages: ["curl"],
      users: [{ name, uid }],
      directories: [
        ...["provisioning/datasources", "provisioning/dashboards", "dashboards", "tls"].map((path) => ({ path: `${directory}/${path}` })),
        { path: secretsDirectory, mode: "0700", owner: name },
        { path: data, mode: "0700", owner: String(uid), group: String(uid) },
      ],
      files: [
        ...files,
        // Reread every minute, so a changed dashboard needs no new container.
        ...dashboards(options.dashboards).map((board): File => ({ path: `${directory}/dashboards/${board.uid}.json`, content: json(board) })),
        { path: `${directory}/tls/key.pem`, content: tls.key, ...own },
        ...Object.entries(secrets).map(([file, content]): File => ({ path: `${secretsDirectory}/${file}`, content, ...own })),
      ],
      containers: [{
        name,
        image,
        command: [],
        network: "host",
        environment: {
          GOMEMLIMIT: "250MiB",
          ...startedWith(JSON.stringify([files, tls.key, secrets])),
        },
        user: `${uid}:${uid}`,
        volumes: [
          `${data}:/var/lib/grafana`,
          `${directory}/grafana.ini:${inside.settings}:ro`,
          `${directory}/provisioning:${inside.provisioning}:ro`,
          `${directory}/dashboards:${inside.dashboards}:ro`,
          `${directory}/tls:${inside.tls}:ro`,
          `${secretsDirectory}:${inside.secrets}:ro`,
        ],
        tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=64m"],
        stopTimeoutSeconds: 30,
        health: { command: `curl -fsS --max-time 5 -o /dev/null --cacert ${grafanaCertificate} https://${address}:${grafanaPort}/api/health`, timeoutSeconds: 120 },
      }],
      secrets: [tls.key, ...Object.values(secrets)],
    },
  );
}
