import * as https from "node:https";

/** What a request is made of. */
export interface Probe {
  address: string;
  port: number;
  path: string;
  /** Host name that the certificate is for. */
  name: string;
  caCertificatePem: string;
  /** `user:password` for basic authentication. */
  auth?: string;
}

/** Whether a service answers with 200. */
export const answers = async (probe: Probe): Promise<boolean> => (await get(probe))?.status === 200;

/**
 * One HTTPS GET on an address, the certificate checked against `name`.
 * @returns undefined when nothing answers within 2 seconds, or not with that certificate
 */
export function get(options: Probe): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const request = https.get(
      {
        host: options.address, port: options.port, path: options.path, auth: options.auth, servername: options.name,
        ca: options.caCertificatePem, timeout: 2000, agent: false,
        // pebble refuses a request without User-Agent
        headers: { host: `${options.name}:${options.port}`, "user-agent": "ringo-local" },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", () => resolve(undefined));
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}
