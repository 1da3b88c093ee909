/** nginx's main configuration: processes, logs, patience with clients. Sites and all else are in `ringo/*.conf`. */

/** Bounds on what one client may take. */
export interface Limits {
  /** Requests a second to the API, per client. */
  apiPerSecond: number;
  /** Requests above that rate answered at once before 429s begin. */
  apiBurst: number;
  /** Attempts a minute to log in, per client. */
  loginPerMinute: number;
  /** Bodies above a megabyte that are under way at once, of all clients; half of them for one client. */
  largeBodies: number;
}

/** Connections (under HTTP/2: requests in flight) of one client. */
export const connectionsOfClient = 50;

/** How a line of the access log looks. @param site of another than the API's, so that the API's figures leave it out */
export const logFormat = (name: string, site?: string): string => `log_format ${name} escape=json '{"time":"$time_iso8601","request_id":"$request_id","client":"$remote_addr",'
        '${site === undefined ? "" : `"site":"${site}",`}"host":"$host","method":"$request_method","path":"$uri","protocol":"$server_protocol","tls":"$ssl_protocol",'
        '"status":"$status","bytes":"$bytes_sent","seconds":"$request_time","agent":"$http_user_agent",'
        '"upstream":"$upstream_addr","upstream_status":"$upstream_status","upstream_seconds":"$upstream_response_time"}';`;

/** `/etc/nginx/nginx.conf`. */
export const main = (bodyMiB: number): string => `user www-data;
worker_processes auto;
worker_rlimit_nofile 16384;
pid /run/nginx.pid;
# Its lines hold raw request lines: it stays on this machine, and only what is broken is written.
error_log /var/log/nginx/error.log error;
include /etc/nginx/modules-enabled/*.conf;

events {
    worker_connections 4096;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    server_tokens off;
    # A name may have 253 characters; by itself nginx refuses to start from 47 on.
    server_names_hash_bucket_size 512;

    # The path without its query, no referrer, no header that carries a credential: none of them belongs in a log.
    ${logFormat("ringo")}
    access_log /var/log/nginx/access.log ringo;

    # Slow clients are cut off; bodies are read whole before a worker of the application sees them.
    client_max_body_size ${bodyMiB}m;
    client_body_buffer_size 128k;
    client_header_timeout 10s;
    client_body_timeout 15s;
    send_timeout 30s;
    keepalive_timeout 30s;
    # Fewer than one client's connections: a browser asks for the rest of a page as it gets the first of it, and is refused none.
    http2_max_concurrent_streams 32;
    # A map's key may be an origin, with as long a name as there is.
    map_hash_bucket_size 512;
    # gunicorn takes its script name from a header SCRIPT_NAME, and with it another path than was filtered here.
    underscores_in_headers off;

    include /etc/nginx/ringo/*.conf;
}
`;
