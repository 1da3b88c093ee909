import { main, type Limits } from "./http";
import { limits } from "./limits";
import { tls } from "./tls";
import { headers, policies } from "./headers";
import { apiPort, proxy, upstreams } from "./upstreams";
import { grafanaAuthority, type GrafanaSite } from "./grafana";
import { sites } from "./sites";
import { sharedMount } from "../../data/media";
import { mayReach } from "../../egress";
import { waf, wafRules, type WafOptions } from "../modsecurity";
import { combine, type Check, type File, type Fragment } from "../../state";

export type { GrafanaSite, Limits };

/** Where nginx reads its certificate: links, to a placeholder until the first one is issued (see `certbot.ts`). */
export const tlsDirectory = "/etc/nginx/tls";
/** Where ACME challenges are put and served from. */
export const acmeRoot = "/var/www/acme";
/** The static files of the release that is served (see `static.ts`). */
export const staticRoot = "/var/www/static/current";
/** Uploads, as every role sees them. */
export const mediaRoot = `${sharedMount}/media`;

export interface EdgeOptions {
  /** The API's host name; any other gets no answer. */
  domain: string;
  /** Private addresses of the API machines. */
  upstreams: string[];
  /** @default `apiPort` */
  upstreamPort?: number;
  /** Networks that may reach `/admin/`. Nobody if empty. */
  adminCidrs: string[];
  /** Origins whose pages may read the edge's own answers. */
  corsAllowedOrigins: string[];
  /** Another site, for the same networks. @default none */
  grafana?: GrafanaSite;
  limits: Limits;
  /** The largest request body. */
  clientMaxBodyMiB: number;
  /** How requests are inspected. Not at all if absent. */
  waf?: Omit<WafOptions, "bodyMiB">;
  /** How long browsers must insist on HTTPS. */
  hstsSeconds: number;
  /** How long the application may take; a little above gunicorn's own timeout, which should end first. */
  readTimeoutSeconds: number;
  /** @default "/var/www/static/current" */
  staticRoot?: string;
  /** @default "/srv/ringo/media" */
  mediaRoot?: string;
}

/**
 * The edge: TLS, filtering, rates, static and media files, and the API machines behind it.
 * @throws if there is no upstream.
 */
export function edge(options: EdgeOptions): Fragment {
  const { upstreams: addresses, upstreamPort: port = apiPort, grafana, waf: firewall, clientMaxBodyMiB: bodyMiB } = options;
  if (addresses.length === 0) throw new Error("the edge needs at least one API machine as its upstream");
  const inspection = firewall === undefined ? {} : waf({ ...firewall, bodyMiB });
  const files = configuration(options, port);
  const read = [...inspection.files ?? [], ...files].map(({ path }) => path);
  const unit = "/etc/systemd/system/nginx.service.d/ringo.conf";
  const upstreamsOf = [
    { name: "api", port, to: addresses, users: ["www-data"] },
    ...grafana ? [{ name: "grafana", port: grafana.port, to: [grafana.address], users: ["www-data"] }] : [],
  ];
  return combine(mayReach("nginx", upstreamsOf), inspection, {
    packages: ["nginx", "openssl", "curl"],
    directories: [
      { path: "/etc/nginx/ringo/snippets" },
      { path: tlsDirectory, mode: "0700" },
      { path: acmeRoot },
    ],
    files: [...files, { path: unit, content: service }],
    steps: [
      {
        name: "placeholder certificate",
        unless: `test -s ${tlsDirectory}/fullchain.pem && test -s ${tlsDirectory}/privkey.pem`,
        command: `cd ${tlsDirectory}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 1 -subj /CN=placeholder -keyout placeholder.key -out placeholder.pem
ln -sfn placeholder.pem fullchain.pem
ln -sfn placeholder.key privkey.pem`,
      },
      { name: "nginx configuration", command: "nginx -t -q", onChange: read },
    ],
    units: [{ name: "nginx.service", restartOn: [unit], reloadOn: read }],
    checks: checks(options),
  });
}

/** The files that nginx reads, without the firewall's. */
function configuration(options: EdgeOptions, port: number): File[] {
  const { domain, adminCidrs, grafana } = options;
  const conf = (name: string, content: string): File => ({ path: `/etc/nginx/ringo/${name}.conf`, content });
  return [
    { path: "/etc/nginx/nginx.conf", content: main(options.clientMaxBodyMiB) },
    conf("headers", policies(options.corsAllowedOrigins)),
    conf("limits", limits(options.limits)),
    conf("tls", tls(tlsDirectory)),
    conf("upstreams", upstreams(options.upstreams, port)),
    conf("sites", sites({
      domain,
      adminCidrs,
      grafana,
      limits: options.limits,
      staticRoot: options.staticRoot ?? staticRoot,
      mediaRoot: options.mediaRoot ?? mediaRoot,
      acmeRoot,
      wafRules: options.waf && wafRules,
    })),
    ...grafana ? [{ path: grafanaAuthority, content: grafana.certificate }] : [],
    conf("snippets/headers", headers(options.hstsSeconds)),
    conf("snippets/proxy", proxy(options.readTimeoutSeconds)),
  ];
}

/** Checks of the loaded configuration, by requests like a client's. */
function checks({ domain, grafana, waf: firewall }: EdgeOptions): Check[] {
  return [
    {
      name: "HTTP is redirected",
      command: `curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' --resolve ${domain}:80:127.0.0.1 http://${domain}/ | grep -qx '301 https://${domain}/'`,
    },
    {
      name: "metrics are not for the internet",
      command: `test "$(curl -sS -k -o /dev/null -w '%{http_code}' --resolve ${domain}:443:127.0.0.1 https://${domain}/metrics)" = 404`,
    },
    {
      name: "an unknown host gets no answer",
      // 52: the connection was closed without a byte.
      command: "code=0; curl -sS -o /dev/null -H 'Host: unknown.invalid' http://127.0.0.1/ || code=$?; test $code = 52",
    },
    ...grafana ? [{
      name: "Grafana is for named networks",
      command: `test "$(curl -sS -k -o /dev/null -w '%{http_code}' --resolve ${grafana.domain}:443:127.0.0.1 https://${grafana.domain}/login)" = 403`,
    }] : [],
    ...firewall?.mode === "block" ? [{
      name: "an attack is refused",
      command: `test "$(curl -sS -k -o /dev/null -w '%{http_code}' --resolve ${domain}:443:127.0.0.1 'https://${domain}/api/?check=<script>alert(1)</script>')" = 403`,
    }] : [],
  ];
}

/**
 * A worker that runs out of memory is killed alone, and the machine, the bastion of all others, survives. The firewall takes and
 * gives back thousands of small blocks for each request, of which glibc by itself keeps no more than seven of a size at hand.
 */
const service = `[Service]
Restart=on-failure
RestartSec=1
OOMPolicy=continue
MemoryMax=75%
Environment=GLIBC_TUNABLES=glibc.malloc.tcache_count=128
`;
