/**
 * The machine's own firewall, behind the cloud's: what is not named is dropped. One table of ours and never a
 * `flush ruleset`, because Docker keeps its own tables beside it.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { Fragment } from "./state";

/** A port that the machine itself answers on. */
export interface Service {
  /** For the reader of the ruleset. */
  name: string;
  port: number;
  /** @default "tcp" */
  protocol?: "tcp" | "udp";
  /** CIDRs or addresses, v4 or v6, or everybody. */
  from: string[] | "any";
}

export interface FirewallInputs {
  services: Service[];
  /** CIDRs that reach the ports that containers publish: the VPC. @default [] (nobody) */
  containersFrom?: string[];
}

const rulesPath = "/etc/nftables.conf";
const dropInPath = "/etc/systemd/system/nftables.service.d/ringo.conf";

export function firewall(inputs: FirewallInputs): Fragment {
  return {
    packages: ["nftables"],
    directories: [{ path: "/etc/systemd/system/nftables.service.d" }],
    files: [
      { path: rulesPath, content: ruleset(inputs) },
      // Debian's unit flushes every table when it stops, Docker's too, and leaves the machine open.
      { path: dropInPath, content: "[Service]\nExecStop=\n" },
    ],
    steps: [{ name: "check the firewall's rules", command: `nft --check --file ${rulesPath}`, onChange: [rulesPath] }],
    units: [{ name: "nftables.service", reloadOn: [rulesPath] }],
    checks: [{ name: "firewall drops by default", command: "nft list chain inet ringo input | grep -q 'policy drop'" }],
  };
}

/**
 * The ruleset, loaded in one transaction.
 * @throws on a source that is neither a CIDR nor an address, and on a port out of range.
 */
export function ruleset({ services, containersFrom = [] }: FirewallInputs): string {
  const lines = (rules: string[]) => rules.map((rule) => `    ${rule}\n`).join("");
  return `#!/usr/sbin/nft -f
# Managed by Ringo Infra. Declared before it is deleted: the first load has nothing to delete.
table inet ringo
delete table inet ringo

table inet ringo {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lo" accept
    meta l4proto icmp icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept
    meta l4proto ipv6-icmp accept
${lines(services.flatMap(serviceRules))}    counter comment "dropped"
  }

  # Docker's own chains are not enough: a published port is DNATed past the input chain.
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    ip daddr 169.254.0.0/16 drop comment "metadata is not for containers"
    iifname { "docker0", "br-*" } accept
${lines(containersFrom.map((cidr) => `oifname { "docker0", "br-*" } ${source(cidr)} accept`))}    counter comment "dropped"
  }

  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr 169.254.169.254 meta skuid != 0 drop comment "metadata is for root only"
  }
}
`;
}

function serviceRules({ name, port, protocol = "tcp", from }: Service): string[] {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`service ${name}: ${port} is no port`);
  if (!/^[\w .-]+$/.test(name)) throw new Error(`"${name}" is no name for a service`);
  const accept = `${protocol} dport ${port} accept comment "${name}"`;
  return from === "any" ? [accept] : from.map((cidr) => `${source(cidr)} ${accept}`);
}

function source(cidr: string): string {
  const [address, bits, ...rest] = cidr.split("/");
  // nft does not read the spelling of IPv6 that ends in a dotted IPv4 address.
  const family = isIPv4(address) ? "ip" : isIPv6(address) && !address.includes(".") ? "ip6" : undefined;
  const widest = family === "ip" ? 32 : 128;
  const prefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
  if (family === undefined || !prefix || rest.length > 0) throw new Error(`"${cidr}" is neither a CIDR nor an address`);
  return `${family} saddr ${cidr}`;
}
