import { allowTable } from "../../components/firewalls";
import { roleTag } from "../../components/naming";
import { alone, aws, chapter, digitalocean, judge, unknown, type Sample } from "./harness";

const everywhere = ["0.0.0.0/0", "::/0"];
const firewall = (tags: string[], inboundRules: object[], outboundRules: object[] = []): Sample => digitalocean("firewall", { tags, inboundRules, outboundRules });
const edge = (...inbound: object[]): Sample => firewall(["role:ringo-test-edge"], inbound);
const api = (...inbound: object[]): Sample => firewall(["role:ringo-test-api"], inbound);
const tcp = (portRange: string, ...sourceAddresses: string[]) => ({ protocol: "tcp", portRange, sourceAddresses });
const vpc = digitalocean("vpc", {}, { name: "vpc" });
const droplet = (props: object, extra = {}): Sample => digitalocean("droplet", { ...props }, { name: "machine", ...extra });
const pool = (template: object, extra = {}): Sample => digitalocean("dropletAutoscale", { dropletTemplate: template }, { name: "pool", ...extra });
const balancer = (props: object): Sample => digitalocean("loadBalancer", { redirectHttpToHttps: true, dropletTag: "web", enableBackendKeepalive: true, ...props });
const forward = (entryProtocol: string, entryPort: number, targetPort = entryPort, tlsPassthrough = false) => ({ entryProtocol, entryPort, targetProtocol: entryProtocol, targetPort, tlsPassthrough });
const group = (ingress: object): Sample => aws("ec2/securityGroup", { ingress: [ingress] });
const byBalancer = (portRange: string, ...sourceLoadBalancerUids: string[]) => ({ protocol: "tcp", portRange, sourceLoadBalancerUids });
const byTags = (portRange: string, ...sourceTags: string[]) => ({ protocol: "tcp", portRange, sourceTags });
const madeTag = (role: string): Sample => digitalocean("tag", { name: `role:ringo-test-${role}` }, { name: `tag-${role}` });
const inside = digitalocean("loadBalancer", { network: "INTERNAL", dropletTag: "role:ringo-test-api" }, { name: "inside", outputs: { id: "lb-in" } });
const outside = digitalocean("loadBalancer", { dropletTag: "role:ringo-test-edge" }, { name: "outside", outputs: { id: "lb-out" } });
/** A firewall of a role, opened to balancers that the program refers to. */
const named = (wall: typeof api, portRange: string, ...uids: string[]): Sample => ({ ...wall(byBalancer(portRange, ...uids)), name: "wall", refs: { inboundRules: ["inside", "outside"] } });
const made = (sample: Sample, id: string): Sample => ({ ...sample, outputs: { id } });
const other = digitalocean("vpc", {}, { name: "other" });
const peering = (props: Record<string, unknown>, vpcIds: string[] = []): Sample => digitalocean("vpcPeering", props, { name: "peering", refs: { vpcIds } });
const txt = (name: string, value: string): Sample => digitalocean("dnsRecord", { domain: "ringo.test", type: "TXT", name, value }, { name: `txt-${name}` });
const ip = digitalocean("reservedIp", {}, { name: "ip", outputs: { ipAddress: "198.51.100.9" } });
const delegation = (name: string, value = "ns1.digitalocean.com."): Sample => digitalocean("dnsRecord", { domain: "ringo.test", type: "NS", name, value });
const machine7 = digitalocean("droplet", {}, { name: "seven", outputs: { id: "7" } });
const edgeMachine = droplet({ tags: ["role:ringo-test-edge"] }, { outputs: { id: "7" } });
/** What gives a machine a reserved address. */
const addressing = ["reservedIp", "reservedIpAssignment", "floatingIp", "floatingIpAssignment", "reservedIpv6", "reservedIpv6Assignment"];
const given = (word: string, dropletId: unknown): Sample => digitalocean(word, { dropletId }, { name: "address", refs: { dropletId: ["machine"] } });
const trusted = (type: string, value: string): Sample => digitalocean("databaseFirewall", { rules: [{ type, value }] }, { name: "trusted" });
const app = (spec: object): Sample => digitalocean("app", { spec: { name: "one", ...spec } });
const zone = digitalocean("domain", { name: "ringo.test" }, { name: "zone" });

chapter("Network", {
  "firewall-inbound-world": {
    kept: alone(edge(tcp("80", ...everywhere), tcp("443", ...everywhere)), api({ protocol: "tcp", portRange: "8000", sourceTags: ["role:ringo-test-edge"] }), api(tcp("5432", "10.20.0.0/20")),
      // An office, operators by SSH; and what a rule refuses it opens to nobody.
      api(tcp("5432", "198.51.100.0/24", "2001:db8:1::/48")), edge(tcp("22", "198.51.0.0/16"), { protocol: "icmp", sourceAddresses: ["198.51.0.0/16"] }), api({ ...tcp("22", ...everywhere), action: "deny" }),
      // Checkov CKV_DIO_4, passing.
      firewall([], [{ protocol: "tcp", portRange: "80", sourceDropletIds: ["1"] }])),
    broken: [
      // Checkov CKV_DIO_4, failing; Trivy DIG-0001.
      [/http port 80 is open to 0.0.0.0\/0/, firewall([], [{ protocol: "http", portRange: "80", sourceAddresses: everywhere }])],
      [/tcp port 22 is open to 0.0.0.0\/0/, firewall([], [{ protocol: "tcp", portRange: "22", sourceAddresses: ["0.0.0.0/0"] }])],
      [/port 8080 is open to ::\/0/, edge(tcp("8080", "::/0"))],
      [/ports 80-443 is open/, edge(tcp("80-443", ...everywhere))],
      [/ports 0-65535 is open/, edge(tcp("all", ...everywhere))],
      [/icmp is open/, edge({ protocol: "icmp", sourceAddresses: everywhere })],
      [/udp port 443 is open/, edge({ protocol: "udp", portRange: "443", sourceAddresses: everywhere })],
      ...["role:ringo-test-api", "role:ringo-edge-api"].map((tag): [RegExp, Sample] => [/machines that are not the edge alone/, firewall([tag], [tcp("443", ...everywhere)])]), // of a stack called `edge`, too
      [/machines that are not the edge alone/, firewall(["role:ringo-test-edge", "role:ringo-test-api"], [tcp("443", ...everywhere)])],
      [/is open to 0.0.0.0\/1, 128.0.0.0\/1/, edge(tcp("5432", "0.0.0.0/1", "128.0.0.0/1"))],
      [/names no source/, api({ protocol: "tcp", portRange: "22" })],
      [/is open to anywhere/, api(tcp("5432", "anywhere"))],
      // Not the world, and nobody in particular.
      ...["52.0.0.0/9", "52.0.0.0/12", "198.51.100.0/23", "2600::/20", "2001:db8::/47"].map((range): [RegExp, Sample] => [new RegExp(`port 5432 is open to ${range}`), api(tcp("5432", "10.20.0.0/20", range))]),
      [/ports 20-30 is open to 198.51.0.0\/16/, edge(tcp("20-30", "198.51.0.0/16"))], [/icmp is open to 52.0.0.0\/9/, edge({ protocol: "icmp", sourceAddresses: ["52.0.0.0/9"] })],
      [/port 443 is open to 52.0.0.0\/9 on machines that are not the edge/, api(tcp("443", "52.0.0.0/9"))],
    ],
    unknown: [edge(tcp("5432", unknown))],
  },
  "firewall-ssh": {
    kept: alone(edge(tcp("22", "198.51.100.7/32", "2001:db8::/32")), api(tcp("22", "10.20.0.0/20")), api({ protocol: "tcp", portRange: "22", sourceTags: ["role:ringo-test-edge"] }), api({ ...tcp("22", ...everywhere), action: "deny" })),
    broken: [
      [/SSH is open to 198.0.0.0\/15, which is too wide/, edge(tcp("22", "198.0.0.0/15"))],
      [/2001::\/31, which is too wide/, edge(tcp("20-30", "2001::/31"))],
      [/0.0.0.0\/0, which is too wide/, edge(tcp("all", "0.0.0.0/0"))],
      // The internet in pieces, a rule each.
      [/SSH is open to a large part of the internet/, edge(...Array.from({ length: 256 }, (_, i) => tcp("22", `8.${i}.0.0/16`)))],
      [/not the bastion/, api(tcp("22", "198.51.100.7"))], [/not the bastion/, api({ ...tcp("22", "198.51.100.7"), protocol: "TCP" })],
    ],
    unknown: [edge(tcp("22", unknown))],
  },
  "firewall-outbound-named": {
    kept: alone(firewall([], [], [{ protocol: "tcp", portRange: "443", destinationAddresses: everywhere }, { protocol: "icmp", destinationAddresses: everywhere }]),
      firewall([], [], [{ protocol: "tcp", portRange: "22", destinationAddresses: ["192.168.1.0/24", "fc00::/7"] }])),
    broken: [
      [/udp ports 1-65535 of the internet are open/, firewall([], [], [{ protocol: "udp", portRange: "1-65535", destinationAddresses: everywhere }])],
      [/tcp ports 0-65535/, firewall([], [], [{ protocol: "tcp", portRange: "all", destinationAddresses: ["::/0"] }])],
      // Trivy DIG-0003, failing.
      [/tcp port 22 of the internet is open/, firewall([], [], [{ protocol: "tcp", portRange: "22", destinationAddresses: everywhere }])],
    ],
    unknown: [firewall([], [], [{ protocol: "tcp", portRange: "all", destinationAddresses: [unknown] }])],
  },
  "firewall-own-tags": {
    kept: [[madeTag("api"), madeTag("edge"), api(byTags("8000", "role:ringo-test-edge"))], [madeTag("edge"), edge(tcp("443", ...everywhere), { ...byTags("22", "office"), action: "deny" })],
      [madeTag("api"), madeTag("edge"), { ...api(byTags("8000", unknown)), refs: { inboundRules: ["tag-edge"] } }],
      [madeTag("api"), firewall(["role:ringo-test-api"], [], [{ protocol: "tcp", portRange: "5432", destinationTags: ["role:ringo-test-api"] }])],
      [machine7, digitalocean("firewall", { dropletIds: [7], inboundRules: [{ protocol: "tcp", portRange: "5432", sourceDropletIds: [7] }] })],
      [digitalocean("kubernetesCluster", {}, { name: "k", outputs: { id: "k-1" } }), api({ protocol: "tcp", portRange: "5432", sourceKubernetesIds: ["k-1"] }), madeTag("api")],
      // A managed database's; an address is another rule's.
      [madeTag("api"), machine7, trusted("tag", "role:ringo-test-api"), { ...trusted("droplet", "7"), name: "other-wall" }, { ...trusted("ip_addr", "198.51.100.7"), name: "third-wall" }]],
    broken: [
      [/a machine's id that is not of this stack/, madeTag("api"), machine7, api({ protocol: "tcp", portRange: "5432", sourceDropletIds: [8] })], [/a machine's id/, machine7, digitalocean("firewall", { dropletIds: [7, 8] })],
      [/a cluster's id that is not/, madeTag("api"), api({ protocol: "tcp", portRange: "5432", sourceKubernetesIds: ["k-9"] })],
      [/by web, a tag that is not of this stack/, madeTag("api"), trusted("tag", "web")], [/a machine's id/, machine7, trusted("droplet", "8")], [/a cluster's id/, trusted("k8s", "k-9")], [/an app's id/, trusted("app", "a-9")],
      [/by role:ringo-production-edge, a tag that is not of this stack/, madeTag("api"), api(byTags("8000", "role:ringo-production-edge"))],
      [/by role:ringo-production-api/, madeTag("api"), firewall(["role:ringo-test-api", "role:ringo-production-api"], [])],
      [/by role:ringo-production-data/, madeTag("api"), firewall(["role:ringo-test-api"], [], [{ protocol: "tcp", portRange: "5432", destinationTags: ["role:ringo-production-data"] }])],
      [/by office/, madeTag("api"), { ...api(byTags("8000", unknown, "office")), refs: { inboundRules: ["tag-api"] } }],
    ],
    unknown: [madeTag("api"), api(byTags("8000", unknown))],
  },
  "droplet-firewalled": {
    kept: [
      [droplet({ tags: ["role:ringo-test-api"] }), digitalocean("firewall", { tags: ["role:ringo-test-api"] }, { name: "wall" })],
      [pool({ tags: ["role:ringo-test-api"] }), digitalocean("firewall", { tags: ["role:ringo-test-api"] }, { name: "wall" })],
      [droplet({ tags: [] }), digitalocean("firewall", { dropletIds: [unknown] }, { name: "wall", refs: { dropletIds: ["machine"] } })],
      // What a preview does not know of the one way does not keep it from seeing the other.
      [droplet({ tags: ["a"] }, { outputs: { id: unknown } }), digitalocean("firewall", { tags: ["a"], dropletIds: [9] }, { name: "wall" })],
      [droplet({ tags: [] }, { outputs: { id: "7" } }), digitalocean("firewall", { dropletIds: [7] }, { name: "wall" })],
      [droplet({ tags: [] }), digitalocean("firewall", { dropletIds: [7] }, { name: "wall", refs: { dropletIds: ["machine"] } })],
    ],
    broken: [
      // Another machine's id, that was made of this one's.
      [/no firewall of the stack selects machine/, droplet({}, { outputs: { id: "7" } }), digitalocean("firewall", { dropletIds: [8] }, { name: "wall", refs: { dropletIds: ["machine"] } })],
      [/no firewall of the stack selects machine/, droplet({ tags: ["role:ringo-test-other"] }), digitalocean("firewall", { tags: ["role:ringo-test-api"] }, { name: "wall" })],
      [/no firewall of the stack selects machine/, droplet({})], [/no firewall of the stack selects pool/, pool({ tags: ["web"] })],
    ],
    unknown: [droplet({ tags: [unknown] }), digitalocean("firewall", { tags: ["a"] }, { name: "wall" })],
  },
  "droplet-own-vpc": {
    kept: [[vpc, droplet({ vpcUuid: unknown }, { refs: { vpcUuid: ["vpc"] } })], [vpc, pool({ vpcUuid: unknown }, { refs: { dropletTemplate: ["vpc"] } })]],
    broken: [[/in no VPC of this stack/, droplet({ vpcUuid: "default" })], [/in no VPC of this stack/, vpc, droplet({})], [/pool is in no VPC/, vpc, pool({})],
      // A reference that the id does not come from.
      [/in no VPC of this stack/, made(vpc, "v-1"), droplet({ vpcUuid: "v-9" }, { refs: { vpcUuid: ["vpc"] } })]],
    unknown: [made(vpc, unknown), droplet({ vpcUuid: unknown })],
  },
  "public-address": {
    kept: alone(droplet({ publicNetworking: true, tags: ["role:ringo-test-edge"] }), droplet({ tags: ["project:ringo", "role:ringo-test-edge"] }), droplet({ publicNetworking: false, tags: ["role:ringo-test-api"] }), pool({ publicNetworking: false })),
    broken: [
      ...[true, undefined].flatMap((publicNetworking) => [droplet, pool].map((of): [RegExp, Sample] => [/has a public address/, of({ publicNetworking, tags: ["role:ringo-test-api"] })])), [/has a public address/, droplet({})],
      // The edge and something else.
      [/has a public address/, droplet({ tags: ["role:ringo-test-edge", "role:ringo-test-api"] })],
    ],
    unknown: [droplet({ publicNetworking: unknown, tags: [] })],
  },
  "reserved-address": {
    kept: [...alone(digitalocean("reservedIp", { region: "fra1" })), ...[7, unknown].flatMap((id) => addressing.map((word) => [edgeMachine, given(word, id)])),
      // A provider that tells no ids.
      [{ ...edgeMachine, outputs: {} }, given("reservedIpAssignment", 7)],
      // It still tells of a machine that has been replaced.
      [edgeMachine, digitalocean("reservedIp", {}, { name: "address", outputs: { dropletId: 6 } }), given("reservedIpAssignment", 7)]],
    broken: [
      ...addressing.map((word): [RegExp, ...Sample[]] => [/assigned to a machine that is not the edge/, { ...edgeMachine, props: { tags: ["role:ringo-test-api"] } }, given(word, unknown)]),
      // Another machine's id, beside a reference to the edge.
      ...addressing.filter((word) => word.endsWith("Assignment")).map((word): [RegExp, ...Sample[]] => [/not the edge/, edgeMachine, given(word, 8)]),
    ],
    unknown: [made(edgeMachine, unknown), digitalocean("reservedIpAssignment", { dropletId: unknown })],
  },
  "private-network": {
    kept: alone(droplet({ vpcUuid: "v" }), balancer({ vpcUuid: "v" }), digitalocean("databaseCluster", { privateNetworkUuid: "v" }), digitalocean("dropletAutoscale", { dropletTemplate: { vpcUuid: "v" } })),
    broken: [
      [/names no private network/, droplet({})], [/names no private network/, balancer({})], [/names no private network/, digitalocean("databaseCluster", {})],
      ...["dedicatedInference", "genaiKnowledgeBase", "gradientaiKnowledgeBase"].map((word): [RegExp, Sample] => [/names no private network/, digitalocean(word, {})]),
      [/names no private network/, digitalocean("databaseReplica", {})], [/names no private network/, digitalocean("kubernetesCluster", { vpcUuid: "" })],
      [/names no private network/, digitalocean("dropletAutoscale", { dropletTemplate: {} })],
    ],
    unknown: [droplet({ vpcUuid: unknown })],
  },
  "load-balancer-https": {
    kept: alone(balancer({ forwardingRules: [forward("https", 443)] }), balancer({ forwardingRules: [forward("https", 443), forward("http", 80)] }), balancer({ forwardingRules: [forward("tcp", 443)] }), balancer({ forwardingRules: [forward("https", 443, 8000), forward("https", 443, 443, true)] }),
      // Only the private network reaches it.
      balancer({ network: "INTERNAL", redirectHttpToHttps: undefined, forwardingRules: [forward("tcp", 6432), forward("http", 80)] })),
    broken: [
      // Trivy DIG-0002.
      [/port 80 accepts plain HTTP/, balancer({ redirectHttpToHttps: undefined, forwardingRules: [forward("http", 80)] })],
      [/plain HTTP/, balancer({ redirectHttpToHttps: false, forwardingRules: [forward("http", 80), forward("https", 443)] })],
      [/plain HTTP/, balancer({ forwardingRules: [forward("http", 80)] })],
      [/from one region to another/, balancer({ type: "GLOBAL", glbSettings: { targetProtocol: "http", targetPort: 80 } })],
      [/port 443 is forwarded to port 5432, not to 443/, balancer({ forwardingRules: [forward("tcp", 443, 5432)] })], [/port 443 is forwarded to port 5432/, balancer({ forwardingRules: [forward("https", 443, 5432, true)] })],
      [/forwarded as tcp/, balancer({ forwardingRules: [forward("tcp", 5432)] })], [/forwarded as tcp/, balancer({ network: "EXTERNAL", forwardingRules: [forward("tcp", 6432)] })],
    ],
    unknown: [balancer({ forwardingRules: [forward(unknown, 80)] })],
  },
  "load-balancer-edge": {
    kept: [[balancer({ dropletTag: "role:ringo-test-edge" }), edge(byBalancer("443", "lb-1"))], [inside, named(api, "6432", "lb-in")], [inside, named(api, "6432", unknown)],
      [made(inside, unknown), named(api, "6432", unknown)], alone(api(tcp("8000", "10.20.0.0/20")))[0]],
    broken: [
      [/not the edge: role:ringo-test-api/, balancer({ dropletTag: "role:ringo-test-api" })], [/named by id/, balancer({ dropletTag: undefined, dropletIds: [1] })],
      [/tcp port 8000 is open to a load balancer that the internet may reach/, outside, named(api, "8000", "lb-out")], [/port 8000 is open/, outside, named(api, "8000", unknown)],
      [/port 8443 is open/, outside, named(edge, "8443", "lb-out")], [/port 443 is open/, outside, named(api, "443", "lb-out")],
      // Of another stack, also beside one of this that is not known yet; and one of each.
      [/port 5432 is open/, api(byBalancer("5432", "another"))], [/port 6432 is open/, made(inside, unknown), named(api, "6432", unknown, "another")],
      [/port 5432 is open/, made(inside, unknown), { ...named(api, "6432", unknown), props: firewall([], [byBalancer("6432", unknown), byBalancer("5432", "another")]).props }], [/port 6432 is open/, inside, outside, { ...named(api, "6432", "lb-in"), props: named(api, "6432", "lb-in", "lb-out").props }],
    ],
    unknown: [made(inside, unknown), made(outside, unknown), named(api, "6432", unknown)],
  },
  "vpc-peering-own": {
    kept: [[vpc, other, peering({ vpcIds: [unknown, unknown] }, ["vpc", "other"])], [made(vpc, "v-1"), made(other, "v-2"), peering({ vpcIds: ["v-1", "v-2"] })],
      [made(vpc, "v-1"), made(other, unknown), peering({ vpcIds: ["v-1", unknown] }, ["vpc", "other"])],
      // A provider that tells no ids.
      [vpc, other, peering({ vpcIds: ["v-1", "v-2"] }, ["vpc", "other"])]],
    broken: [[/peers with a VPC that is not of this stack/, made(vpc, "v-1"), peering({ vpcIds: ["v-1", "v-9"] }, ["vpc"])], [/not of this stack/, peering({ vpcIds: ["v-8", "v-9"] })],
      // One that is not known yet, of ours, hides none that is known and is not; nor do references that the ids do not come from.
      [/not of this stack/, made(vpc, unknown), peering({ vpcIds: [unknown, "v-9"] }, ["vpc"])], [/not of this stack/, made(vpc, "v-1"), made(other, "v-2"), peering({ vpcIds: ["v-1", "v-9"] }, ["vpc", "other"])]],
    unknown: [made(vpc, unknown), peering({ vpcIds: [unknown, unknown] }, ["vpc"])],
  },
  "load-balancer-backends": {
    kept: alone(balancer({}), balancer({ dropletTag: undefined, dropletIds: [1] })),
    broken: [[/no machine is behind it/, balancer({ dropletTag: undefined })], [/enableBackendKeepalive is off/, balancer({ enableBackendKeepalive: false })]],
    unknown: [balancer({ dropletTag: unknown })],
  },
  "app-inside": {
    kept: alone(app({}), app({ services: [{ name: "api", internalPorts: [8000] }], workers: [{ name: "worker" }], jobs: [{ name: "migrate" }], staticSites: [{ name: "site" }], ingress: { rules: [{ component: { name: "site" } }] } })),
    broken: [
      ...[{}, { httpPort: 8080, internalPorts: [8000] }, { internalPorts: [8000], routes: [{ path: "/" }] }].map((ports): [RegExp, Sample] => [/service api is reachable from the internet/, app({ services: [{ name: "api", ...ports }] })]),
      // What took the place of a service's own routes.
      [/service api is reachable from the internet/, app({ services: [{ name: "api", internalPorts: [8000] }], ingress: { rules: [{ redirect: { uri: "/" } }, { component: { name: "api" }, match: { path: { prefix: "/" } } }] } })],
      [/function hook is reachable from the internet/, app({ functions: [{ name: "hook" }] })],
    ],
    unknown: [app({ services: [{ name: "api", internalPorts: unknown }] })],
  },
  "security-group-inbound-world": {
    kept: alone(
      group({ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }), group({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8", "198.51.0.0/16"] }), group({ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["198.51.100.0/24"] }),
      aws("ec2/securityGroupRule", { type: "egress", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }),
      aws("vpc/securityGroupIngressRule", { ipProtocol: "tcp", fromPort: 5432, toPort: 5432, referencedSecurityGroupId: "sg-1" }),
      // That a packet is too big: without it a connection hangs.
      ...[3, 3].map((fromPort, i) => group({ protocol: "icmp", fromPort, toPort: i === 0 ? 4 : -1, cidrBlocks: ["0.0.0.0/0"] })), aws("vpc/securityGroupIngressRule", { ipProtocol: "icmpv6", fromPort: 2, toPort: 0, cidrIpv6: "::/0" })),
    broken: [
      [/icmp, every type, is open/, group({ protocol: "icmp", fromPort: -1, toPort: -1, cidrBlocks: ["0.0.0.0/0"] })], [/icmp, type 8, is open/, group({ protocol: "icmp", fromPort: 8, toPort: -1, cidrBlocks: ["0.0.0.0/0"] })],
      [/icmpv6, type 3, is open/, group({ protocol: "icmpv6", fromPort: 3, toPort: -1, ipv6CidrBlocks: ["::/0"] })],
      // Checkov CKV_AWS_24, 25, 260, 277.
      [/tcp, port 22, is open/, group({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] })],
      [/udp, port 443, is open/, group({ protocol: "udp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] })], // where something else than a web server may answer
      [/tcp, port 3389, is open/, group({ protocol: "tcp", fromPort: 3389, toPort: 3389, ipv6CidrBlocks: ["::/0"] })],
      [/every protocol, ports 0-65535/, group({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] })],
      [/port 22/, aws("ec2/securityGroupRule", { type: "Ingress", protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] })],
      [/ports 0-1024/, aws("ec2/securityGroupRule", { type: "ingress", protocol: "tcp", fromPort: 0, toPort: 1024, cidrBlocks: ["0.0.0.0/0"] })],
      [/port 5432, is open to 52.0.0.0\/9/, group({ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["52.0.0.0/9"] })],
      [/port 6379/, aws("vpc/securityGroupIngressRule", { ipProtocol: "tcp", fromPort: 6379, toPort: 6379, cidrIpv6: "::/0" })],
      [/every protocol/, aws("ec2/defaultSecurityGroup", { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] })],
    ],
    unknown: [group({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: [unknown] })],
  },
  "dns-own-target": {
    kept: [[digitalocean("dnsRecord", { type: "A", value: unknown }, { refs: { value: ["ip"] } }), ip], [digitalocean("dnsRecord", { type: "A", value: "198.51.100.9" }), ip], [digitalocean("domain", { name: "ringo.test", ipAddress: unknown }, { refs: { ipAddress: ["ip"] } }), ip],
      [digitalocean("dnsRecord", { type: "CNAME", value: unknown }, { refs: { value: ["vpc"] } }), vpc],
      [digitalocean("dnsRecord", { type: "CNAME", value: "one-x.ondigitalocean.app." }, { refs: { value: ["live"] } }), digitalocean("app", {}, { name: "live", outputs: { defaultIngress: "https://one-x.ondigitalocean.app", createdAt: unknown } })],
      // A zone's own name servers; a delegation to a zone that the stack has, here or, by its name servers, elsewhere.
      [zone, delegation("@")], [zone, digitalocean("domain", { name: "staging.ringo.test" }, { name: "staging" }), delegation("staging")], [zone, { ...delegation("staging"), props: { ...delegation("staging").props, value: unknown }, refs: { value: ["vpc"] } }, vpc], ...alone(zone, txt("@", "v=spf1 -all"), digitalocean("dnsRecord", { type: "CNAME", name: "www", value: "api.ringo.test." }), digitalocean("dnsRecord", { type: "MX", value: "mail.example.net." }))],
    broken: [
      // A reference that the value does not come from.
      [/an address that is nobody's/, digitalocean("dnsRecord", { type: "A", value: "203.0.113.9" }, { refs: { value: ["ip"] } }), ip], [/a name that is nobody's/, digitalocean("dnsRecord", { type: "CNAME", value: "gone.herokuapp.com." }, { refs: { value: ["ip"] } }), ip],
      [/an address that is nobody's/, digitalocean("dnsRecord", { type: "A", value: "203.0.113.9" }), ip], [/an address that is nobody's/, digitalocean("dnsRecord", { type: "AAAA", value: "2001:db8::1" })], [/an address/, digitalocean("domain", { ipAddress: "203.0.113.9" })],
      ...["gone.ondigitalocean.app.", "Gone.S3-Website.eu-central-1.amazonaws.com", "ringo.herokuapp.com."].map((value): [RegExp, Sample] => [/a name that is nobody's/, digitalocean("dnsRecord", { type: "CNAME", value })]),
      // Whoever asks the name server's company for the zone answers for all that is below.
      [/a zone that is nobody's/, zone, delegation("staging")], [/a zone that is nobody's/, delegation("staging", "ns-1.awsdns-01.com.")],
    ],
    unknown: [digitalocean("dnsRecord", { type: "A", value: unknown })],
  },
  "dns-ttl": {
    kept: alone(digitalocean("dnsRecord", { ttl: 3600 }), digitalocean("dnsRecord", {})),
    broken: [[/its TTL is 3601 s/, digitalocean("dnsRecord", { ttl: 3601 })]],
    unknown: [digitalocean("dnsRecord", { ttl: unknown })],
  },
  "dns-spf": {
    kept: alone(txt("@", "v=spf1 include:_spf.example.net -all"), txt("@", "v=spf1 redirect=_spf.example.net"), txt("@", '"v=spf1 mx ~all"'), txt("@", "google-site-verification=1"), digitalocean("dnsRecord", { type: "A", value: unknown })),
    broken: [[/allows everyone to send/, txt("@", "v=spf1 +all")], [/allows everyone to send/, txt("@", "v=spf1 include:x ?all")], [/allows everyone to send/, txt("@", "v=spf1 mx")],
      ...["v=spf1 +all -all", "v=spf1 all ~all", "V=SPF1 ?ALL"].map((text): [RegExp, Sample] => [/allows everyone to send/, txt("@", text)])],
    unknown: [txt("@", unknown)],
  },
  "dns-mail": {
    kept: [[zone, txt("@", "v=spf1 -all"), txt("_dmarc", "v=DMARC1; p=reject")], [zone, txt("@", "v=spf1 mx -all"), txt("_dmarc", "v=DMARC1; p=reject"), txt("a._domainkey", "v=DKIM1; p=MI")]],
    broken: [[/no SPF[^]*no DMARC[^]*no DKIM/, zone], [/no DKIM/, zone, txt("@", "v=spf1 mx -all"), txt("_dmarc", "v=DMARC1; p=none")]],
    unknown: [zone, txt("@", unknown)],
  },
});

test("the program's own firewall table violates no rule", () => {
  const ways = { acme: { server: "https://acme.example/dir" }, image: "registry.example/backend:1", backups: {}, logs: { image: "registry.example/loki:1" }, grafana: { image: "registry.example/grafana:1" }, outboundPorts: [443], alertPorts: [443] };
  const samples = (changes = {}) => allowTable(["198.51.100.7/32"], { ...ways, ...changes })
    .flatMap(({ role, inbound, outbound }) => [digitalocean("tag", { name: roleTag(role) }), firewall([roleTag(role)], inbound as object[], outbound as object[])]);
  expect(judge(samples())).toEqual([]);
  // What a stack opens beyond that is said, and is its own affair.
  expect(judge(samples({ outboundPorts: [443, 587] })).map(({ rule, message }) => [rule, message.split("\n")[0]]))
    .toEqual(Array(2).fill(["firewall-outbound-named", "tcp port 587 of the internet is open"]));
});
