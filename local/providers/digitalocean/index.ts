import sdk from "@pulumi/digitalocean/package.json";
import { ProviderModel, ProviderSchema, ResourceModel } from "../resource";
import schemaFacts from "../schemas/digitalocean.json";
import { sshKey, tag } from "./access";
import { dnsRecord, domain } from "./domain";
import { droplet } from "./droplet";
import { firewall } from "./firewall";
import { monitorAlert, uptimeAlert, uptimeCheck } from "./monitoring";
import { reservedIp, reservedIpAssignment, vpc, vpcNatGateway } from "./network";
import { project, projectResources } from "./project";
import { volume, volumeAttachment } from "./volume";

const schema = schemaFacts as unknown as ProviderSchema;

const resources: Record<string, ResourceModel> = {
  "digitalocean:index/dnsRecord:DnsRecord": dnsRecord,
  "digitalocean:index/domain:Domain": domain,
  "digitalocean:index/droplet:Droplet": droplet,
  "digitalocean:index/firewall:Firewall": firewall,
  "digitalocean:index/monitorAlert:MonitorAlert": monitorAlert,
  "digitalocean:index/project:Project": project,
  "digitalocean:index/projectResources:ProjectResources": projectResources,
  "digitalocean:index/reservedIp:ReservedIp": reservedIp,
  "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": reservedIpAssignment,
  "digitalocean:index/sshKey:SshKey": sshKey,
  "digitalocean:index/tag:Tag": tag,
  "digitalocean:index/uptimeAlert:UptimeAlert": uptimeAlert,
  "digitalocean:index/uptimeCheck:UptimeCheck": uptimeCheck,
  "digitalocean:index/volume:Volume": volume,
  "digitalocean:index/volumeAttachment:VolumeAttachment": volumeAttachment,
  "digitalocean:index/vpc:Vpc": vpc,
  "digitalocean:index/vpcNatGateway:VpcNatGateway": vpcNatGateway,
};

/** A type that DigitalOcean has and the local cloud has not: refused at preview, by name. */
function absent(type: string): ResourceModel {
  const message = `the local cloud does not have ${type.split(":").at(-1)}`;
  const refuse = (): never => {
    throw new Error(message);
  };
  return { check: refuse, create: refuse, read: refuse, delete: refuse };
}

const others = Object.keys(schema.resources).filter((type) => !(type in resources));

/** Stand-in for `digitalocean`, of the SDK's version: the local cloud through the official provider's eyes. */
export const digitalocean: ProviderModel = {
  name: "digitalocean",
  version: sdk.version,
  schema,
  resources: { ...resources, ...Object.fromEntries(others.map((type) => [type, absent(type)])) },
};
