import { gunicornWorkersFor } from "./capacity";
import { portOf } from "../machine/url";
import { registryOf } from "../machine/image";
import type { Validated } from "./schema";
import type { SecretValues } from "./secrets";

/** Every key that is not secret, with all that was left open worked out. */
export type Settings = Omit<Validated, keyof SecretValues | keyof Derived> & Derived;

interface Derived {
  environment: string;
  protect: boolean;
  /** Never 0. */
  gunicornWorkers: number;
  /** `domain` first. */
  allowedHosts: string[];
  /** The API's own origin first. */
  csrfTrustedOrigins: string[];
  /** With the port of `mediaStorage.endpoint`. */
  outboundPorts: number[];
  /** `server` is the host, and port, of `image`. */
  registry?: { server: string; username: string };
}

/** TCP ports that alerts leave by. What they are sent to is secret; which port it answers on is not. */
export function alertPortsOf({ alertWebhookUrl, alertSlackUrl, alertTelegramToken, deadMansSwitchUrl, alerts: { email } }: Validated): number[] {
  const urls = [alertWebhookUrl, alertSlackUrl, deadMansSwitchUrl, alertTelegramToken && "https://api.telegram.org"];
  const ports = [...urls.map((url) => (url ? portOf(url) : undefined)), email && Number(email.server.split(":")[1])];
  return [...new Set(ports.filter((port) => port !== undefined))].sort((a, b) => a - b);
}

/** Works out the defaults that derive from other keys. */
export function derive(plain: Omit<Validated, keyof SecretValues>, stack: string): Settings {
  return {
    ...plain,
    environment: plain.environment ?? stack,
    protect: plain.protect ?? !plain.throwaway,
    gunicornWorkers: plain.gunicornWorkers || gunicornWorkersFor(plain.apiSize),
    allowedHosts: [...new Set([plain.domain, ...plain.allowedHosts])],
    csrfTrustedOrigins: [...new Set([`https://${plain.domain}`, ...plain.csrfTrustedOrigins])],
    outboundPorts: [...new Set([...plain.outboundPorts, ...(plain.mediaStorage ? [portOf(plain.mediaStorage.endpoint)] : [])])],
    registry: plain.registry && { server: registryOf(plain.image), ...plain.registry },
  };
}
