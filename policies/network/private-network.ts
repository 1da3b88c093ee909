import type { Rule } from "../rule";

/** Where each type says which private network it is in. */
const networkOf: Record<string, (inputs: any) => unknown> = {
  "digitalocean:index/droplet:Droplet": (inputs) => inputs.vpcUuid,
  "digitalocean:index/dropletAutoscale:DropletAutoscale": (inputs) => inputs.dropletTemplate.vpcUuid,
  "digitalocean:index/loadBalancer:LoadBalancer": (inputs) => inputs.vpcUuid,
  "digitalocean:index/databaseCluster:DatabaseCluster": (inputs) => inputs.privateNetworkUuid,
  "digitalocean:index/databaseReplica:DatabaseReplica": (inputs) => inputs.privateNetworkUuid,
  "digitalocean:index/dedicatedInference:DedicatedInference": (inputs) => inputs.vpcUuid,
  "digitalocean:index/genaiKnowledgeBase:GenaiKnowledgeBase": (inputs) => inputs.vpcUuid,
  "digitalocean:index/gradientaiKnowledgeBase:GradientaiKnowledgeBase": (inputs) => inputs.vpcUuid,
  "digitalocean:index/kubernetesCluster:KubernetesCluster": (inputs) => inputs.vpcUuid,
};

export const privateNetwork: Rule = {
  name: "private-network",
  types: Object.keys(networkOf),
  chapter: "Network",
  severity: "high",
  demands: "Every resource that can be in a private network names one.",
  wrong: "Without one it is created in the region's default VPC, together with unrelated resources.",
  fix: "set vpcUuid (privateNetworkUuid of a database) to the stack's own Vpc.",
  answers: [],
  *check(inputs, { type }) {
    if (!networkOf[type](inputs)) yield "it names no private network";
  },
};
