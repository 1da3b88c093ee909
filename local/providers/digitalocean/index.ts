import sdk from "@pulumi/digitalocean/package.json";
import { notFound } from "../../cloud/errors";
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

/**
 * Fails to delete what does not exist, as the official provider does for everything but records, firewalls and attachments: until a
 * refresh, it is still in the state.
 */
const mustExist = (what: string, model: ResourceModel): ResourceModel => ({
  ...model,
  async delete(id, state, context) {
    if ((await model.read(id, state)) === undefined) throw new Error(`Error deleting ${what}: ${notFound(what, id).message}`);
    return model.delete(id, state, context);
  },
});

const resources: Record<string, ResourceModel> = {
  "digitalocean:index/dnsRecord:DnsRecord": dnsRecord,
  "digitalocean:index/domain:Domain": mustExist("domain", domain),
  "digitalocean:index/droplet:Droplet": mustExist("droplet", droplet),
  "digitalocean:index/firewall:Firewall": firewall,
  "digitalocean:index/monitorAlert:MonitorAlert": mustExist("monitor alert", monitorAlert),
  "digitalocean:index/project:Project": mustExist("project", project),
  "digitalocean:index/projectResources:ProjectResources": projectResources,
  "digitalocean:index/reservedIp:ReservedIp": mustExist("reserved IP", reservedIp),
  "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": reservedIpAssignment,
  "digitalocean:index/sshKey:SshKey": mustExist("SSH key", sshKey),
  "digitalocean:index/tag:Tag": mustExist("tag", tag),
  "digitalocean:index/uptimeAlert:UptimeAlert": mustExist("uptime alert", uptimeAlert),
  "digitalocean:index/uptimeCheck:UptimeCheck": mustExist("uptime check", uptimeCheck),
  "digitalocean:index/volume:Volume": mustExist("volume", volume),
  "digitalocean:index/volumeAttachment:VolumeAttachment": volumeAttachment,
  "digitalocean:index/vpc:Vpc": mustExist("VPC", vpc),
  "digitalocean:index/vpcNatGateway:VpcNatGateway": mustExist("VPC NAT gateway", vpcNatGateway),
};

/** A type that DigitalOcean has but the local cloud does not: refused by name in previews. */
function absent(type: string): ResourceModel {
  const message = `the local cloud does not have ${type.split(":").at(-1)}`;
  const refuse = (): never => {
    throw new Error(message);
  };
  return { check: refuse, create: refuse, read: refuse, delete: refuse };
}

const others = Object.keys(schema.resources).filter((type) => !(type in resources));

/** Stand-in for `digitalocean`, of the SDK's version: the local cloud behind the official provider's interface. */
export const digitalocean: ProviderModel = {
  name: "digitalocean",
  version: sdk.version,
  schema,
  resources: { ...resources, ...Object.fromEntries(others.map((type) => [type, absent(type)])) },
};
