import { json } from "../content";
import type { Fragment } from "../state";
import { exporter } from "./exporter";
import { local } from "./ports";

const path = "/etc/prometheus/ringo/blackbox.yml";

const roots = "/etc/prometheus/ringo/authorities.pem";

const modules = (authorities: string[]) => ({
  // Like a client: by name, over TLS with a verified chain.
  health: { prober: "http", timeout: "10s", http: { method: "GET", preferred_ip_protocol: "ip4", valid_status_codes: [200], fail_if_not_ssl: true, ...(authorities.length > 0 ? { tls_config: { ca_file: roots } } : {}) } },
  // When the served certificate expires, whoever signed it.
  certificate: { prober: "tcp", timeout: "5s", tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: { insecure_skip_verify: true } } },
});

/** Probes like a client. @param authorities roots of the API's certificate, if the system does not know them */
export const blackbox = (authorities: string[]): Fragment => exporter({
  name: "prometheus-blackbox-exporter",
  listen: `127.0.0.1:${local.blackbox}`,
  command: ["/usr/bin/prometheus-blackbox-exporter", `--config.file=${path}`, `--web.listen-address=127.0.0.1:${local.blackbox}`],
  reaches: [{ name: "public url", port: 443, to: "any" }],
  files: [
    { path, content: json({ modules: modules(authorities) }) },
    { path: roots, content: authorities.map((pem) => `${pem.trim()}\n`).join("") },
  ],
});
