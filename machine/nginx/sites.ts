import type { Limits } from "./http";

/** What the sites need to know. */
export interface Site {
  domain: string;
  adminCidrs: string[];
  limits: Limits;
  staticRoot: string;
  mediaRoot: string;
  acmeRoot: string;
}

const maps = `# A path spelt so that nginx and the application could read it differently is refused: the filters below would see one
# path, the application another.
map $request_uri $ambiguous_path {
    "~*^[^?]*(?://|/\\.\\.?(?:[/?;#]|$)|%2e|%2f|%5c|\\x5c)" 1;
    default 0;
}

# A name with a hash in it never changes its content.
map $uri $static_cache {
    "~\\.[0-9a-f]{8,}\\.[a-z0-9.]+$" "public, max-age=31536000, immutable";
    default "public, max-age=3600";
}

# Pictures may be shown; whatever else was uploaded is saved, not opened.
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

const plain = (s: Site): string => `server {
    listen 80;
    listen [::]:80;
    server_name ${s.domain};

    location ^~ /.well-known/acme-challenge/ {
        root ${s.acmeRoot};
        default_type text/plain;
    }

    location / {
        return 301 https://${s.domain}$request_uri;
    }
}
`;

const files = (s: Site): string => `    location ^~ /static/ {
        alias ${s.staticRoot}/;
        limit_except GET { deny all; }
        gzip on;
        gzip_vary on;
        gzip_types text/css text/javascript application/javascript application/json image/svg+xml;
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Cache-Control $static_cache;
    }

    location ^~ /media/ {
        alias ${s.mediaRoot}/;
        # A link that a role wrote must not lead to this machine's own files.
        disable_symlinks on from=${s.mediaRoot}/;
        limit_except GET { deny all; }
        types {
            image/png png;
            image/jpeg jpg jpeg;
            image/gif gif;
            image/webp webp;
            image/avif avif;
            application/pdf pdf;
        }
        default_type application/octet-stream;
        include /etc/nginx/ringo/snippets/headers.conf;
        add_header Content-Disposition $media_disposition always;

        location ~ /\\. {
            return 404;
        }
    }
`;

const api = (s: Site): string => `server {
    listen 443 ssl;
    listen [::]:443 ssl;
    http2 on;
    server_name ${s.domain};
    include /etc/nginx/ringo/snippets/headers.conf;
    include /etc/nginx/ringo/snippets/proxy.conf;
    limit_conn connections ${s.limits.connections};
    error_page 429 @too_many_requests;
    error_page 502 504 @unavailable;

    if ($ambiguous_path) {
        return 400;
    }

    location / {
        limit_req zone=api_rate burst=${s.limits.apiBurst} nodelay;
        proxy_pass http://api;
    }

    location = /api/v1/token/ {
        limit_req zone=login_rate burst=${Math.max(0, s.limits.loginPerMinute - 1)} nodelay;
        limit_req zone=api_rate burst=${s.limits.apiBurst} nodelay;
        proxy_pass http://api;
    }

    location = /api/health/ {
        limit_req zone=health_rate burst=5 nodelay;
        proxy_read_timeout 15s;
        proxy_next_upstream_timeout 3s;
        proxy_pass http://api_health;
    }

    location ~* "^/admin(?![a-z0-9_-])" {
${s.adminCidrs.map((cidr) => `        allow ${cidr};\n`).join("")}        deny all;
        limit_req zone=api_rate burst=${s.limits.apiBurst} nodelay;
        proxy_pass http://api;
    }

    location ~* "^/metrics(?![a-z0-9_-])" {
        return 404;
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

/** Everything that listens: nobody's host, plain HTTP for ACME and the redirect, and the API over TLS. */
export const sites = (s: Site): string => [maps, unknownHost, plain(s), api(s)].join("\n");
