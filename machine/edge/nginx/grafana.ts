import { logFormat } from "./http";
import { only, plain } from "./parts";

/** Grafana, as the edge reaches and shows it. */
export interface GrafanaSite {
  /** Its own name. */
  domain: string;
  /** Where it answers, inside the stack. */
  address: string;
  port: number;
  /** PEM of its certificate there. */
  certificate: string;
}

/** The authority of Grafana's certificate. */
export const grafanaAuthority = "/etc/nginx/ringo/grafana.pem";

/**
 * The second name that is served, only to declared networks. Their requests bypass the web application firewall: queries to Grafana are
 * PromQL and LogQL, which its rules mistake for attacks.
 */
export const grafanaSite = ({ domain, address, port }: GrafanaSite, adminCidrs: string[], acmeRoot: string): string => `${logFormat("grafana", "grafana")}

# A dashboard loads many files and queries at once.
limit_req_zone $client zone=grafana_rate:1m rate=50r/s;

upstream grafana {
    server ${address}:${port};
    keepalive 8;
}

${plain(domain, acmeRoot)}
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    http2 on;
    server_name ${domain};
    access_log /var/log/nginx/access.log grafana;
    include /etc/nginx/ringo/snippets/headers.conf;
    include /etc/nginx/ringo/snippets/proxy.conf;
    client_max_body_size 1m;
    limit_conn connections 200;

    proxy_ssl_protocols TLSv1.3;
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate ${grafanaAuthority};

    if ($ambiguous_path) {
        return 400;
    }

    location / {
${only(adminCidrs)}        limit_req zone=grafana_rate burst=300 nodelay;
        proxy_pass https://grafana;
    }

    location = /login {
${only(adminCidrs)}        limit_req zone=login_rate burst=4 nodelay;
        proxy_pass https://grafana;
    }

    # Prometheus scrapes it inside the stack.
    location ~* "^/metrics(?![a-z0-9_-])" {
        return 404;
    }
}
`;
