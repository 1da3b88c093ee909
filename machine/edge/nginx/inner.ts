/** nginx inside the stack: one server on a private address, in front of a program without access control of its own. */
import type { Fragment } from "../../state";

export interface InnerOptions {
  /** Maximum number of concurrent connections. */
  connections: number;
  /** What is in `http {}`: upstreams, the server. */
  http: string;
  /** Files that the server reads at its start. @default none */
  reads?: string[];
}

const main = "/etc/nginx/nginx.conf";
const dropIn = "/etc/systemd/system/nginx.service.d/ringo.conf";

/** The machine's whole nginx. */
export const innerNginx = ({ connections, http, reads = [] }: InnerOptions): Fragment => ({
  packages: ["nginx"],
  files: [
    { path: main, content: configuration(connections, http), whenGone: "systemctl disable --quiet --now nginx.service" },
    // Its address may appear after it starts.
    { path: dropIn, content: "[Unit]\nWants=network-online.target\nAfter=network-online.target\nStartLimitIntervalSec=0\n\n[Service]\nRestart=on-failure\nRestartSec=2\n" },
  ],
  steps: [{ name: "nginx configuration", command: "nginx -t -q", onChange: [main, ...reads] }],
  units: [{ name: "nginx.service", restartOn: [main, dropIn, ...reads] }],
});

const configuration = (connections: number, http: string): string => `user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr error;

events {
    worker_connections ${connections};
}

http {
    access_log off;
    server_tokens off;
${http}}
`;
