import type { PolicyResource } from "@pulumi/policy";
import { dropletTypes } from "../machines/droplet-template";
import { each, type Named, nameOnly } from "../named";
import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { allowed, firewall } from "./firewall";

const databaseFirewall = "digitalocean:index/databaseFirewall:DatabaseFirewall";

/** What a firewall names machines by, and how it says so where that is not of the stack. */
interface By extends Named {
  foreign(name: unknown): string;
}

const byId = (type: string, what: string): By => ({ is: (resource) => resource.type === type, id: ({ props }) => props.id, foreign: () => `it names ${what} that is not of this stack` });
const tag: By = { is: ({ type }) => type === "digitalocean:index/tag:Tag", id: ({ props }) => props.name, foreign: (name) => `it names machines by ${String(name)}, a tag that is not of this stack` };
const machine = byId(dropletTypes[0], "a machine's id");
const cluster = byId("digitalocean:index/kubernetesCluster:KubernetesCluster", "a cluster's id");
const app = byId("digitalocean:index/app:App", "an app's id");

/** Names by the inputs that they are in: of the machines that it stands before, and of those that it lets through to them. */
type Names = [input: string, by: By, names: (() => unknown)[]][];

const ofMachines = ({ tags, dropletIds, inboundRules, outboundRules }: any): Names => [
  ["tags", tag, each(tags ?? [])], ["dropletIds", machine, each(dropletIds ?? [])],
  ...([["inboundRules", "source", inboundRules], ["outboundRules", "destination", outboundRules]] as const).flatMap(([input, end, rules]) => allowed<any>(rules).flatMap((rule): Names => [
    [input, tag, each(rule[`${end}Tags`] ?? [])], [input, machine, each(rule[`${end}DropletIds`] ?? [])], [input, cluster, each(rule[`${end}KubernetesIds`] ?? [])],
  ])),
];

/** A managed database's trusted sources by their type; addresses are judged elsewhere. */
const sources = new Map([["tag", tag], ["droplet", machine], ["k8s", cluster], ["app", app]]);
const ofDatabase = ({ rules }: any): Names => (rules ?? []).flatMap((rule: any): Names => {
  const by = sources.get(rule.type);
  return by ? [["rules", by, [() => rule.value]]] : [];
});

const namesIn = ({ type, props }: PolicyResource): Names => (type === firewall ? ofMachines(props) : ofDatabase(props));

export const firewallOwnTags: Rule = {
  name: "firewall-own-tags",
  of: [firewall, databaseFirewall],
  chapter: "Network",
  severity: "high",
  demands: "A firewall, also a managed database's, selects machines by tags of its own stack or by ids of its own machines only.",
  wrong: "Tags are shared by the whole account: with another stack's tag or id, that stack's machines can connect here, or this firewall opens ports on them.",
  fix: "use a tag that this stack creates, such as a role's (components/naming.ts).",
  answers: [],
  *check(resources) {
    yield* eachKnown(resources.filter(({ type }) => type === firewall || type === databaseFirewall), function* (one) {
      for (const [input, by, names] of namesIn(one)) {
        for (const read of names) if (!nameOnly(resources.filter(by.is), by, one, input, [read])) yield { urn: one.urn, found: by.foreign(read()) };
      }
    });
  },
};
