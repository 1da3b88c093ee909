/**
 * The machine's own firewall, behind the cloud's: everything undeclared is dropped, in, out and forwarded. What a role needs
 * beyond every machine's rules is added by its concerns (`egress.ts`). It is one table, without `flush ruleset`, because
 * Docker and fail2ban keep their own tables beside it.
 */
import { acceptRules, containerLinks, peer, rulesDirectory, rulesPath, underWay, type Peers, type Port } from "../nft";
import { metadataFromContainers, metadataFromMachine } from "./metadata";
import { names, resolverSets, stubNames } from "./resolvers";
import type { Fragment } from "../state";

/** A port that the machine itself answers on. */
export interface Service extends Port {
  from: Peers;
}

export interface FirewallInputs {
  services: Service[];
  /** CIDRs that reach the ports that containers publish: the VPC. @default [] (nobody) */
  containersFrom?: string[];
}

/** Fails if the ruleset is not in force, or only in part. */
export const dropsByDefault = "test \"$(nft list table inet ringo | grep -c 'policy drop;')\" = 3";

const dropInPath = "/etc/systemd/system/nftables.service.d/ringo.conf";

export function firewall(inputs: FirewallInputs): Fragment {
  return {
    packages: ["nftables"],
    files: [
      { path: rulesPath, content: ruleset(inputs) },
      // Debian's unit flushes every table when it stops, including Docker's, and leaves the machine open.
      { path: dropInPath, content: "[Service]\nExecStop=\n" },
    ],
    steps: [
      { name: "check the firewall's rules", command: `nft --check --file ${rulesPath}`, onChange: [rulesPath] },
      // Its unit stays active whatever happens to the rules that it loaded.
      { name: "firewall in force", when: "after-units", unless: dropsByDefault, command: "systemctl restart nftables.service" },
    ],
    units: [{ name: "nftables.service", reloadOn: [rulesPath] }],
    checks: [{ name: "firewall drops by default, in, out and through", command: dropsByDefault }],
  };
}

/**
 * The ruleset, loaded in one transaction.
 * @throws on a source that is neither a CIDR nor an address, and on a port out of range.
 */
export function ruleset({ services, containersFrom = [] }: FirewallInputs): string {
  const lines = (rules: string[]) => rules.map((rule) => `    ${rule}\n`).join("");
  return `#!/usr/sbin/nft -f
# Managed by Ringo Infra. Declared before it is deleted, since at the first load there is nothing to delete.
table inet ringo
delete table inet ringo

table inet ringo {
${resolverSets.map((set) => `  ${set}\n`).join("")}
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lo" accept
    meta l4proto icmp icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept
    meta l4proto ipv6-icmp accept
${lines(services.flatMap((service) => acceptRules(service, "saddr", service.from)))}    include "${rulesDirectory}/input-*.nft"
    counter comment "dropped"
  }

  # Docker's own chains are not enough: a published port is DNATed past the input chain.
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
${lines(metadataFromContainers)}${lines(containersFrom.map((cidr) => `oifname ${containerLinks} ${peer(cidr, "saddr")} accept`))}    include "${rulesDirectory}/forward-*.nft"
    # Rejected at once: a backend that waits in vain occupies its workers.
    iifname ${containerLinks} counter reject with icmpx admin-prohibited comment "no way out"
    counter comment "dropped"
  }

  chain containers {
    include "${rulesDirectory}/containers-*.nft"
  }

  chain output {
    type filter hook output priority filter; policy drop;
    ct state established,related accept
    oifname ${containerLinks} jump containers
    # Docker redirects a port of the machine to a container after the output interface was chosen: it is still loopback here.
    oifname "lo" ct status dnat jump containers
    oifname "lo" ct status ! dnat meta skuid "root" accept comment "the machine's own root"
${lines(metadataFromMachine)}    tcp sport 22 ${underWay} accept comment "answers to SSH that was there before these rules"
    meta skuid "root" icmp type echo-request accept
    # Any program may ping (net.ipv4.ping_group_range), with arbitrary data.
    meta skuid != "root" icmpv6 type echo-request drop
    meta l4proto ipv6-icmp accept
${lines([...names, stubNames])}    meta skuid "systemd-timesync" udp dport 123 accept comment "time"
    meta skuid { "root", "_apt" } tcp dport { 80, 443 } accept comment "packages"
    include "${rulesDirectory}/output-*.nft"
    limit rate 6/minute counter log prefix "ringo: no way out: " comment "dropped"
    # Rejected at once: a program on this machine may have an alternative.
    oifname "lo" reject
  }
}
include "${rulesDirectory}/elements-*.nft"
`;
}
