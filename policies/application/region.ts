import type { Rule } from "../rule";

const direct = ["droplet:Droplet", "volume:Volume", "vpc:Vpc", "reservedIp:ReservedIp", "loadBalancer:LoadBalancer", "databaseCluster:DatabaseCluster",
  "databaseReplica:DatabaseReplica", "spacesBucket:SpacesBucket", "kubernetesCluster:KubernetesCluster", "vpcNatGateway:VpcNatGateway", "dropletAutoscale:DropletAutoscale",
  "floatingIp:FloatingIp", "reservedIpv6:ReservedIpv6", "nfs:Nfs", "nfsSnapshot:NfsSnapshot", "vectorDatabase:VectorDatabase", "containerRegistry:ContainerRegistry", "containerRegistries:ContainerRegistries", "app:App",
  "dedicatedInference:DedicatedInference", "genaiKnowledgeBase:GenaiKnowledgeBase", "gradientaiKnowledgeBase:GradientaiKnowledgeBase"];

/** These are where others are that they belong to. */
const follows = (type: string, inputs: any): boolean => type === "digitalocean:index/databaseReplica:DatabaseReplica" || inputs.type === "GLOBAL";

export const region: Rule = {
  name: "allowed-region",
  types: direct.map((type) => `digitalocean:index/${type}`),
  chapter: "Application",
  severity: "high",
  demands: "Everything is in a region where personal data may be kept.",
  wrong: "Personal data would be stored where the privacy policy does not allow.",
  fix: "set region to one of allowedRegions. The list is a legal decision: change it together with the privacy policy.",
  answers: [],
  *check(inputs, { type, settings }) {
    const { region: where = inputs.regionSlug } = inputs.dropletTemplate ?? inputs.spec ?? inputs;
    const isAllowed = (slug: string): boolean => settings.allowedRegions.some((region) => region === slug || region.replace(/\d+$/, "") === slug); // an app is in a city
    if (where === undefined && !follows(type, inputs)) yield "it names no region: DigitalOcean chooses one";
    if (where !== undefined && !isAllowed(String(where).toLowerCase())) yield `it is in ${where}`;
  },
};
