import { Resolver } from "node:dns/promises";
import * as fs from "node:fs";
import { inState } from "../paths";
import { replaceFile } from "../../cli/replace";
import { publishHosts } from "./hosts";
import { ensureRunning, type Service } from "./supervise";
import { renderRecord, type DnsRecord } from "./zone";

/** The zone of the local stack. */
export const zone = "ringo.test";

/** Host names of the services beside the cloud. */
export const serviceNames = { acme: `acme.${zone}`, registry: `registry.${zone}`, s3: `s3.${zone}`, sentry: `sentry.${zone}` };

/** The server's last records, kept so that it answers the same after a restart. */
interface Zone {
  address: string;
  records: DnsRecord[];
}

const zoneFile = (): string => inState("dns", "zone.json");
const readZone = (): Zone | undefined => (fs.existsSync(zoneFile()) ? JSON.parse(fs.readFileSync(zoneFile(), "utf8")) : undefined);

/** Starts the name server for the zone; queries for other names go to the host's own. Records published before stay. */
export async function startDns(address: string): Promise<void> {
  await serve({ address, records: readZone()?.records ?? [] });
}

/**
 * Sets the records of the zone, beside the services' own, and makes them resolvable on the host itself (/etc/hosts).
 * @throws on records that cannot be served, keeping the old ones; and if the name server was never started
 */
export async function publishRecords(records: DnsRecord[]): Promise<void> {
  const current = readZone();
  if (current === undefined) throw new Error("the name server was never started: call startServices() first");
  try {
    await serve({ ...current, records });
  } catch (error) {
    await serve(current);
    throw error;
  }
}

async function serve(wanted: Zone): Promise<void> {
  const services = Object.values(serviceNames).map((name) => ({ name, type: "A", value: wanted.address }));
  const records = [...services, ...wanted.records];
  await ensureRunning(service(wanted.address, renderDnsmasq(wanted.address, records)));
  replaceFile(zoneFile(), JSON.stringify(wanted, undefined, 2));
  publishHosts(records.filter(({ type, name }) => (type === "A" || type === "AAAA") && !name.startsWith("*"))
    .map(({ name, value }) => ({ name: name.replace(/\.$/, ""), address: value })));
}

function service(address: string, configuration: string): Service {
  const path = inState("dns", "dnsmasq.conf");
  return {
    name: "dns",
    command: ["dnsmasq", "--keep-in-foreground", `--conf-file=${path}`],
    files: [{ path, content: configuration }],
    async ready() {
      const resolver = new Resolver({ timeout: 500, tries: 1 });
      resolver.setServers([address]);
      try {
        return (await resolver.resolve4(serviceNames.registry)).includes(address);
      } catch {
        return false;
      }
    },
  };
}

/** The whole of dnsmasq's configuration. */
export function renderDnsmasq(address: string, records: DnsRecord[]): string {
  return [
    `listen-address=${address}`,
    "bind-interfaces",
    "resolv-file=/etc/resolv.conf",
    "no-hosts",
    "cache-size=1000",
    "user=nobody",
    "group=nogroup",
    "pid-file=",
    "log-facility=-",
    "# Names of the zone that are not listed below do not exist: no other server is asked for them.",
    `local=/${zone}/`,
    ...records.map(renderRecord),
    "",
  ].join("\n");
}
