import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loopback } from "../egress";
import { combine, type Fragment } from "../state";
import { exporter } from "./exporter";
import { ports } from "./ports";

const programs = "/etc/mtail/ringo";
const status = "/etc/nginx/ringo/status.conf";
const statusPort = 9080;

/** Latency and errors as seen by clients, from nginx's own log: nothing behind it knows about requests that never reached it. */
const accessLog = (address: string): Fragment => combine(
  { directories: [{ path: programs }] },
  exporter({
    name: "mtail",
    listen: `${address}:${ports.edge}`,
    command: [
      "/usr/bin/mtail", "--progs", programs, "--logs", "/var/log/nginx/access.log", "--logtostderr", "--stderrthreshold=1",
      "--address", address, "--port", String(ports.edge), "--http_debugging_endpoint=false", "--poll_interval=1s", "--poll_log_interval=5s",
      "--emit_prog_label=false",
    ],
    service: ["SupplementaryGroups=adm"],
    files: [{ path: `${programs}/edge.mtail`, content: readFileSync(join(__dirname, "edge.mtail"), "utf8") }],
  }),
);

const connections = (address: string): Fragment => exporter({
  name: "prometheus-nginx-exporter",
  listen: `${address}:${ports.nginx}`,
  command: [
    "/usr/bin/prometheus-nginx-exporter", `--web.listen-address=${address}:${ports.nginx}`, `--nginx.scrape-uri=http://${loopback}:${statusPort}/`,
  ],
  reaches: [{ name: "figures of nginx", port: statusPort, to: [loopback] }],
});

/** The exporters of the edge. */
export const edgeExporters = (address: string): Fragment => combine(accessLog(address), connections(address));

/** nginx's own connection counts, only for this machine. Belongs to the state that has nginx. */
export const edgeStatus: Fragment = {
  files: [{
    path: status,
    content: `server {
    listen 127.0.0.1:${statusPort};
    access_log off;

    location = / {
        allow 127.0.0.1;
        deny all;
        stub_status;
    }
}
`,
  }],
  steps: [{ name: "nginx's figures", when: "after-units", onChange: [status], command: "nginx -t -q\nsystemctl reload nginx" }],
};
