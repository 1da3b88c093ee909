import * as https from "node:https";
import type { TLSSocket } from "node:tls";
import type { OperatedStack } from "./stack";

/** How the application answered a health check. */
export interface Health {
  url: string;
  /** HTTP status, or the reason why there is none. */
  status: number | string;
  /** Milliseconds until the answer. */
  took: number;
  /** When the server's certificate expires, in milliseconds since 1970. */
  certificateEnds?: number;
}

/** Requests the application's health check by its public URL. @param patience timeout in seconds */
export function askHealth(stack: Pick<OperatedStack, "outputs" | "ca">, patience = 20): Promise<Health> {
  const url = `${stack.outputs().apiUrl}/api/health/`;
  const began = Date.now();
  return new Promise((resolve) => {
    const request = https.get(url, { ca: stack.ca, agent: false, timeout: 1000 * patience }, (response) => {
      response.resume();
      const certificateEnds = Date.parse((response.socket as TLSSocket).getPeerCertificate().valid_to);
      resolve({ url, status: response.statusCode ?? 0, took: Date.now() - began, certificateEnds });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${patience} s`)));
    request.on("error", (error) => resolve({ url, status: error.message, took: Date.now() - began }));
  });
}
