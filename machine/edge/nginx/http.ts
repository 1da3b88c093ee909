/** nginx's main configuration: processes, logs, client timeouts. Sites and everything else are in `ringo/*.conf`. */

/** Limits for one client. */
export interface Limits {
  /** Requests a second to the API, per client. */
  apiPerSecond: number;
  /** Burst above that rate before 429s begin. */
  apiBurst: number;
  /** Login attempts a minute, per client. */
  loginPerMinute: number;
  /** Concurrent bodies above a megabyte, of all clients; half of them for one client. */
  largeBodies: number;
}

/** Connections (under HTTP/2: requests in flight) of one client. */
export const connectionsOfClient = 50;

/** Format of the access log. @param site another site than the API's, so that the API's metrics ignore it */
export const logFormat = (name: string, site?: string): string => `log_format ${name} escape=json '{"time":"$time_iso8601","request_id":"$request_id","client":"$remote_addr",'
        '${site === undefined ? "" : `"site":"${site}",`}"host":"$host","method":"$request_method","path":"$uri","protocol":"$server_protocol","tls":"$ssl_protocol",'
        '"status":"$status","bytes":"$bytes_sent","seconds":"$request_time","agent":"$http_user_agent",'
        '"upstream":"$upstream_addr","upstream_status":"$upstream_status","upstream_seconds":"$upstream_response_time"}';`;

/** `/etc/nginx/nginx.conf`. */
export const main = (bodyMiB: number): string => `user www-data;
worker_processes auto;
worker_rlimit_nofile 16384;
pid /run/nginx.pid;
# Its lines contain raw request lines: it stays on this machine, and only has errors.
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
    # A name may have 253 characters; with its defaults nginx refuses to start from 47 on.
    server_names_hash_bucket_size 512;

    # The path without its query, no referrer, no header that carries a credential: none of them belongs in a log.
    ${logFormat("ringo")}
    access_log /var/log/nginx/access.log ringo;

    # Slow clients are disconnected; bodies are read completely before a worker of the application gets them.
    client_max_body_size ${bodyMiB}m;
    client_body_buffer_size 128k;
    client_header_timeout 10s;
    client_body_timeout 15s;
    send_timeout 30s;
    keepalive_timeout 30s;
    # Fewer than one client's connections: so a browser requests the rest of a page only as it receives the first part, and is never refused.
    http2_max_concurrent_streams 32;
    # A map's key may be an origin, with a name of any valid length.
    map_hash_bucket_size 512;
    # gunicorn takes its script name from a header SCRIPT_NAME, and with it another path than was filtered here.
    underscores_in_headers off;

    include /etc/nginx/ringo/*.conf;
}
`;
