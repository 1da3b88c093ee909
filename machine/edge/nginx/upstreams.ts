import { replaced, stripped } from "./headers";

/** Where an API machine answers: on its private address, to the edge. */
export const apiPort = 8000;

/** How long the edge skips an API machine after three requests failed there within the same time, in seconds. */
export const failTimeoutSeconds = 5;

/** The API machines. `max_fails` above 1: a view that crashes or times out must not make its machine unavailable to everyone. */
export function upstreams(addresses: string[], port: number): string {
  const servers = (options: string) => addresses.map((a) => `    server ${a}:${port} ${options};`).join("\n");
  return `upstream api {
    zone api 128k;
    least_conn;
${servers(`max_fails=3 fail_timeout=${failTimeoutSeconds}s`)}
    keepalive 32;
    # Below gunicorn's own two seconds, or a POST may use a connection that is just being closed.
    keepalive_timeout 1s;
}

# Separate, since their failures say nothing about the machine: an application that refuses a body unread closes while it is being sent, and
# a few of those would take all machines out of the API's rotation.
upstream api_bodies {
    zone api_bodies 128k;
    least_conn;
${servers("max_fails=0")}
}

# Separate, so that slow health checks (with Redis or PostgreSQL down) do not take the machines out of the API's rotation.
upstream api_health {
    zone api_health 128k;
${servers("max_fails=0")}
}
`;
}

/** Snippet for a server: how requests reach the application. Locations add `proxy_pass` and no header of their own. */
export const proxy = (readTimeoutSeconds: number): string => `proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_set_header Host $host;
proxy_set_header X-Forwarded-Proto https;
# Overwritten, never appended to: the application trusts the leftmost address.
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Request-ID $request_id;
${stripped.map((name) => `proxy_set_header ${name} "";`).join("\n")}
${replaced.map((name) => `proxy_hide_header ${name};`).join("\n")}
proxy_cookie_flags ~ secure;
proxy_buffers 16 8k;
# A dead machine costs a second, once, and the request goes to another. A non-idempotent request is resent only if
# nothing of it had been sent. A 502 or 503 of the application is an answer, not a dead machine.
proxy_connect_timeout 1s;
proxy_next_upstream error timeout;
proxy_next_upstream_tries 3;
proxy_next_upstream_timeout 10s;
proxy_send_timeout 30s;
proxy_read_timeout ${readTimeoutSeconds}s;
`;
