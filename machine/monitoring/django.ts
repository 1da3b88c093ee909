import { addedRules } from "../nft";
import { innerNginx } from "../edge/nginx/inner";
import { apiPort } from "../edge/nginx/upstreams";
import { combine, type Fragment } from "../state";
import { ports } from "./ports";

export interface DjangoMetricsOptions {
  /** The machine's address, of the backend and its metrics. */
  privateAddress: string;
  /** One of the backend's allowed hosts. */
  host: string;
}

const toBackend = addedRules("containers", "figures", ['meta skuid "www-data" accept comment "figures of the backend"']);

/**
 * The backend's own metrics, only for the monitor. The backend answers only requests with an allowed host and as HTTPS,
 * and Prometheus sends neither; so nginx is in between, with only this path.
 */
export const djangoMetrics = ({ privateAddress, host }: DjangoMetricsOptions): Fragment => combine(toBackend, innerNginx({ connections: 64, http: server(privateAddress, host) }));

const server = (address: string, host: string): string => `
    server {
        listen ${address}:${ports.django};

        location = /metrics {
            limit_except GET { deny all; }
            proxy_pass http://${address}:${apiPort};
            proxy_set_header Host ${host};
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Forwarded-For "";
            proxy_connect_timeout 1s;
            proxy_read_timeout 5s;
        }

        location / {
            return 404;
        }
    }
`;
