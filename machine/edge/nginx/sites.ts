import { wafDirectory, wafGuard, wafLog } from "../modsecurity";
import { grafanaSite, type GrafanaSite } from "./grafana";
import { connectionsOfClient, type Limits } from "./http";
import { only, plain } from "./parts";

/** What the sites need to know. */
export interface Site {
  domain: string;
  adminCidrs: string[];
  grafana?: GrafanaSite;
  limits: Limits;
  staticRoot: string;
  mediaRoot: string;
  acmeRoot: string;
  /** The firewall's rules, if requests are inspected. */
  wafRules?: string;
}

const maps = `# A path spelt so that nginx and the application could read it differently is refused: the filters below would see one
# path, the application another.
map $request_uri $ambiguous_path {
    "~*^[^?]*(?://|/\\.\\.?(?:[/?;#]|$)|%2e|%2f|%5c|\\x5c)" 1;
    default 0;
}

# Where a request within its rates goes. Bodies that may exceed what a machine's kernel buffers before the application
# reads them, or that count as large, have upstreams of their own (upstreams.conf). Other methods than the three that write, whatever their
# names, may have no real body: over HTTP/2 one could hide there from the limits of large ones (limits.conf).
map "$request_method $large_body:$content_length" $application {
    "~ (?:all:|.*:\\d{5,}$)" @apart;
    "~^(?:POST|PUT|PATCH) " @writes;
    default @reads;
}

# A name with a hash in it never changes its content.
map $uri $static_cache {
    "~\\.[0-9a-f]{8,}\\.[a-z0-9.]+$" "public, max-age=31536000, immutable";
    default "public, max-age=3600";
}

# Pictures may be displayed; all other uploads are downloaded, not opened.
map $uri $media_disposition {
    "~*\\.(?:png|jpe?g|gif|webp|avif)$" inline;
    default attachment;
}
`;

const unknownHost = `server {
    listen 80 default_server;
    listen [::]:80 default_server;
    listen 443 ssl default_server;
    listen [::]:443 ssl default_server;
    server_name _;
    ssl_reject_handshake on;
    return 444;
}
`;

const files = (s: Site): string => `    location ^~ /static/ {
        alias ${s.staticRoot}/;
        limit_req zone=files_rate burst=300 nodelay;
        # Compressed once, when a release is copied here (serve-static).
        gzip_static on;
        gzip_vary on;
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Cache-Control $static_cache;
    }

    location ^~ /media/ {
        alias ${s.mediaRoot}/;
        # Links written by other machines must not lead to this machine's own files.
        disable_symlinks on from=${s.mediaRoot}/;
        limit_req zone=files_rate burst=300 nodelay;
        types {
            image/png png;
            image/jpeg jpg jpeg;
            image/gif gif;
            image/webp webp;
            image/avif avif;
            application/pdf pdf;
        }
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Content-Disposition $media_disposition always;

        location ~ /\\. {
            return 404;
        }
    }
`;

/**
 * To the application through a location of its own, which has the firewall, the most expensive part here. Within one
 * location nginx would run it, and wait for the body, before checking rates and connections.
 */
const gate = (s: Site, rates: string, inside: string): string => `${rates}        limit_conn connections ${connectionsOfClient};
        limit_conn large_bodies ${s.limits.largeBodies};
        limit_conn large_bodies_of_client ${Math.ceil(s.limits.largeBodies / 2)};
        # No such file: this is cached for a day.
        open_file_cache max=4 inactive=1d;
        open_file_cache_valid 1d;
        open_file_cache_errors on;
        try_files /.none ${inside};`;

const api = (s: Site): string => {
  const rate = `        limit_req zone=api_rate burst=${s.limits.apiBurst} nodelay;\n`;
  const login = `        limit_req zone=login_rate burst=${Math.max(0, s.limits.loginPerMinute - 1)} nodelay;\n`;
  const inspected = s.wafRules === undefined ? "" : `        modsecurity on;\n        rewrite_by_lua_file ${wafGuard};\n        error_log ${wafLog} info;\n`;
  return `${s.wafRules === undefined ? "" : `lua_package_path "${wafDirectory}/?.lua;;";\n\n`}server {
    listen 443 ssl;
    listen [::]:443 ssl;
    http2 on;
    server_name ${s.domain};
    include /etc/nginx/ringo/snippets/headers.conf;
    include /etc/nginx/ringo/snippets/proxy.conf;
    limit_conn connections ${connectionsOfClient};
    error_page 429 @too_many_requests;
    error_page 502 504 @unavailable;
${s.wafRules === undefined ? "" : `    modsecurity_rules_file ${s.wafRules};
    modsecurity_transaction_id $request_id;
`}
    if ($ambiguous_path) {
        return 400;
    }

    location / {
${gate(s, rate, "$application")}
    }

    location = /api/v1/token/ {
${gate(s, login + rate, "$application")}
    }

    location = /api/health/ {
        client_max_body_size 1k;
${gate(s, "        limit_req zone=health_rate burst=5 nodelay;\n", "@health")}
    }

    location ~* "^/admin(?![a-z0-9_-])" {
${gate(s, only(s.adminCidrs) + rate, "$application")}
    }

    location ~* "^/metrics(?![a-z0-9_-])" {
        return 404;
    }

    location @writes {
${inspected}        proxy_pass http://api;
    }

    location @apart {
${inspected}        proxy_pass http://api_bodies;
    }

    location @reads {
${inspected}        client_max_body_size 64k;
        proxy_pass http://api;
    }

    location @health {
${inspected}        client_max_body_size 1k;
        proxy_read_timeout 15s;
        proxy_next_upstream_timeout 3s;
        proxy_pass http://api_health;
    }

${files(s)}
    location @too_many_requests {
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Retry-After $retry_after always;
        default_type application/json;
        return 429 '{"detail":"Too many requests."}';
    }

    location @unavailable {
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Retry-After 5 always;
        default_type application/json;
        return 502 '{"detail":"The service is temporarily unavailable."}';
    }
}
`;
};

/** All servers: the default for unknown hosts, plain HTTP for ACME and the redirect, the API and Grafana over TLS. */
export const sites = (s: Site): string => [
  maps, unknownHost, plain(s.domain, s.acmeRoot), api(s), ...s.grafana ? [grafanaSite(s.grafana, s.adminCidrs, s.acmeRoot)] : [],
].join("\n");
