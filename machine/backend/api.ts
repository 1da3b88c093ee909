/** The API's role: gunicorn in a container, on the private address only. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { backendContainer, type Backend } from "./django";
import { apiPort, failTimeoutSeconds } from "../edge/nginx/upstreams";
import { startedWith } from "../content";
import { quote } from "../shell";
import type { Fragment } from "../state";

export interface ApiInputs {
  backend: Backend;
  /** The machine's address in the VPC, the only one that the API answers on. */
  privateAddress: string;
  /** gunicorn's processes. */
  workers: number;
  /** One of the backend's allowed hosts: it answers 400 to any other. */
  host: string;
  /** How long a request may take, in seconds: `--timeout`. */
  timeoutSeconds: number;
  /** Longer than gunicorn's graceful 30 s, in seconds. */
  stopTimeoutSeconds: number;
}

/** Name of its container. */
const apiContainer = "ringo-api";

/** gunicorn's port in its container. */
const inside = 8000;

/** A line for each request, with the edge's request id and without its query: requests can be traced by that id, whatever the backend itself logs. */
const accessFormat = JSON.stringify({
  level: "info", message: "%(m)s %(U)s %(s)s", request_id: "%({x-request-id}i)s", method: "%(m)s", path: "%(U)s", status: "%(s)s", seconds: "%(L)s", bytes: "%(B)s",
});

/** Beside what the machines share, where a container may bind. */
const settings = "/srv/api/gunicorn.py";

/** The API: one gunicorn, which must be back before the next machine is updated. */
export function api({ backend, privateAddress, workers, host, timeoutSeconds, stopTimeoutSeconds }: ApiInputs): Fragment {
  const configured = readFileSync(join(__dirname, "gunicorn.py"), "utf8");
  return {
    packages: ["curl"],
    files: [{ path: settings, content: configured }],
    containers: [
      backendContainer(backend, {
        name: apiContainer,
        command: [
          "gunicorn", "ringo_backend.wsgi:application", "--bind", `0.0.0.0:${inside}`, "--workers", String(workers),
          "--timeout", String(timeoutSeconds), "--worker-tmp-dir", "/dev/shm", "--config", settings,
          // The maximum that it accepts, and nginx's own limit: with less, a long query would get a 414.
          "--limit-request-line", "8190",
          "--access-logfile", "-", "--access-logformat", accessFormat,
        ],
        volumes: [`${settings}:${settings}:ro`],
        environment: startedWith(configured),
        publish: [`${privateAddress}:${apiPort}:${inside}`],
        stopTimeoutSeconds,
        health: { command: apiHealthCommand(privateAddress, host), timeoutSeconds: 120 },
        // Otherwise the next machine would stop while the edge still considers this one dead, and the edge would answer 502.
        passedBySeconds: failTimeoutSeconds + 1,
      }),
    ],
    secrets: backend.environment.secrets,
  };
}

/**
 * Succeeds when the backend finds PostgreSQL and Redis healthy. It sends the edge's headers: without
 * the host the backend answers 400, without the scheme 301. Costs the backend 1–2 s: not for polling.
 */
function apiHealthCommand(privateAddress: string, host: string): string {
  return (
    `status=$(curl --silent --show-error --output /dev/null --max-time 20 --write-out '%{http_code}' ` +
    `--header ${quote(`Host: ${host}`)} --header 'X-Forwarded-Proto: https' http://${privateAddress}:${apiPort}/api/health/); ` +
    `[ "$status" = 200 ] || { echo "health answers $status"; exit 1; }`
  );
}
