import { isIPv4, isIPv6 } from "node:net";
import { parseCidr } from "../../../config/cidr";
import { createFirewall, deleteFirewall, updateFirewall, type FirewallRequest } from "../../cloud/firewalls";
import { load, type Firewall, type FirewallRule } from "../../cloud/state";
import { Fault, Properties, ResourceModel, UNKNOWN } from "../resource";
import { checks, known, pick, present, rule, sameSet, setInputs } from "../rules";
import { named, tagPattern, tagRule, tagsCheck } from "./common";

const directions = [
  { property: "inboundRules", peers: "source", direction: "inbound" },
  { property: "outboundRules", peers: "destination", direction: "outbound" },
] as const;

function checkRules(inputs: Properties): Fault[] {
  const rules = directions.map(({ property }) => inputs[property] ?? []);
  if (rules.every((list) => list !== UNKNOWN && list.length === 0)) {
    return [{ property: "inboundRules", reason: "At least one rule must be specified" }];
  }
  return directions.flatMap(({ property, peers }) =>
    inputs[property] === UNKNOWN ? [] :
      (inputs[property] ?? []).flatMap((one: Properties, i: number) => checkRule(one, peers, `${property}[${i}]`)));
}

function checkRule(one: Properties, peers: string, at: string): Fault[] {
  if ((one as unknown) === UNKNOWN) return [];
  const faults: Fault[] = [];
  const fault = (property: string, reason: string): void => void faults.push({ property: `${at}.${property}`, reason });
  if (known(one.protocol) && !["tcp", "udp", "icmp"].includes(one.protocol)) fault("protocol", "must be one of tcp, udp, icmp");
  if (one.protocol !== "icmp" && known(one.protocol) && one.portRange === undefined) {
    fault("portRange", "is required if protocol is `tcp` or `udp`");
  }
  if (known(one.portRange) && !isPortRange(one.portRange)) fault("portRange", `must be a port, a range such as 8000-9000, or "all"; got "${one.portRange}"`);
  const addresses = one[`${peers}Addresses`] ?? [];
  if (addresses !== UNKNOWN) {
    for (const address of addresses) {
      if (address !== UNKNOWN && !isIPv4(address) && !isIPv6(address) && !parseCidr(address)) fault(`${peers}Addresses`, `"${address}" is not an address or network`);
    }
  }
  const tags = one[`${peers}Tags`] ?? [];
  if (tags !== UNKNOWN && !tags.every((tag: unknown) => tag === UNKNOWN || tagPattern.test(String(tag)))) fault(`${peers}Tags`, `each tag ${tagRule}`);
  for (const absent of ["LoadBalancerUids", "KubernetesIds"]) {
    if (one[`${peers}${absent}`]?.length > 0) fault(`${peers}${absent}`, "the local cloud has no load balancers and no Kubernetes");
  }
  const given = ["Addresses", "Tags", "DropletIds", "LoadBalancerUids", "KubernetesIds"].map((kind) => one[`${peers}${kind}`] ?? []);
  if (given.every((list) => list !== UNKNOWN && list.length === 0)) fault(`${peers}Addresses`, `a rule needs at least one ${peers}`);
  return faults;
}

/** "all", "0" (the same), a port or a range. */
function isPortRange(text: string): boolean {
  if (text === "all" || text === "0") return true;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!match) return false;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first >= 1 && last <= 65535 && first <= last;
}

function requestOf(inputs: Properties): FirewallRequest {
  const rules = ({ property, peers }: (typeof directions)[number]): FirewallRule[] =>
    (inputs[property] ?? []).map((one: Properties) => ({
      protocol: one.protocol,
      ports: one.protocol === "icmp" ? "" : one.portRange === "0" ? "all" : one.portRange,
      addresses: one[`${peers}Addresses`] ?? [],
      tags: one[`${peers}Tags`] ?? [],
      dropletIds: one[`${peers}DropletIds`] ?? [],
    }));
  return {
    name: inputs.name, dropletIds: inputs.dropletIds ?? [], tags: inputs.tags ?? [],
    inbound: rules(directions[0]), outbound: rules(directions[1]),
  };
}

function inputsOf(firewall: Firewall): Properties {
  const rules = directions.map(({ property, peers, direction }) => [property, firewall[direction].map((one) => present({
    protocol: one.protocol, portRange: one.ports,
    [`${peers}Addresses`]: one.addresses, [`${peers}Tags`]: one.tags, [`${peers}DropletIds`]: one.dropletIds,
  }))]);
  return { ...pick(firewall, "name", "dropletIds", "tags"), ...Object.fromEntries(rules) };
}

const outputsOf = (firewall: Firewall): Properties =>
  ({ ...inputsOf(firewall), createdAt: firewall.createdAt, status: "succeeded", pendingChanges: [] });

/** A rule in canonical form: without order and empty properties. */
function canonical(one: any): unknown {
  if (one === UNKNOWN || Object.values(one).some((value) => value === UNKNOWN || (Array.isArray(value) && value.includes(UNKNOWN)))) return UNKNOWN;
  const { protocol, portRange, ...peers } = present(one);
  const ports = protocol === "icmp" ? "" : portRange === "0" ? "all" : portRange;
  return [protocol, ports, ...Object.entries(peers).sort().map(([key, list]) => [key, [...list].sort()])];
}

export const firewall: ResourceModel = {
  ...named,
  check: checks(
    rule("name", (name) => /^[a-zA-Z0-9][a-zA-Z0-9.-]{0,254}$/.test(name),
      "must begin with a letter or digit and only contain alphanumeric characters, dashes, and periods"),
    tagsCheck,
    rule("tags", (tags) => tags.length <= 5, "a firewall may have at most 5 tags"),
    rule("dropletIds", (ids) => ids.length <= 10, "a firewall may have at most 10 droplets by id: select them by tag"),
    checkRules,
  ),
  plan: () => ({ status: "succeeded", pendingChanges: [] }),
  same(property, olds, news) {
    if (!property.endsWith("Rules")) return setInputs("tags", "dropletIds")(property, olds, news);
    const [left, right] = [olds, news].map(({ [property]: list = [] }) => (Array.isArray(list) ? list.map(canonical) : UNKNOWN));
    return sameSet(left, right);
  },
  async create(inputs) {
    const made = await createFirewall(requestOf(inputs));
    return { id: made.id, outputs: outputsOf(made) };
  },
  async read(id) {
    const found = load().firewalls[id];
    return found && { inputs: inputsOf(found), outputs: outputsOf(found) };
  },
  update: async (id, _olds, news) => outputsOf(await updateFirewall(id, requestOf(news))),
  delete: (id) => deleteFirewall(id),
};
