import { contains, networkOf, parseCidr, privateRanges } from "../../../config/cidr";
import { change, load, type NatGateway, type ReservedIp, type Vpc } from "../../cloud/state";
import { defaultProject } from "../../cloud/project";
import { assignReservedIp, createReservedIp, deleteReservedIp, unassignReservedIp } from "../../cloud/reserved-ip";
import {
  createNatGateway, createVpc, deleteNatGateway, deleteVpc, updateNatGateway, updateVpc, type NatGatewayRequest,
} from "../../cloud/vpc";
import { Properties, ResourceModel } from "../resource";
import { among, checks, known, pick, rule, sameSet } from "../rules";
import { named, regionCheck } from "./common";

const vpcOutputs = (vpc: Vpc): Properties => ({
  ...pick(vpc, "name", "region", "description", "ipRange", "default", "createdAt"), vpcUrn: `do:vpc:${vpc.id}`,
});

function isVpcRange(text: string): boolean {
  const range = parseCidr(text);
  return range !== undefined && range.family === "ipv4" && range.prefix >= 16 && range.prefix <= 28 &&
    privateRanges.some((outer) => contains(outer, range)) && networkOf(range) === text;
}

export const vpc: ResourceModel = {
  ...named,
  check: checks(
    regionCheck,
    rule("name", (name) => /^[a-zA-Z0-9\-.]{1,255}$/.test(name), "must only contain alphanumeric characters, dashes, and periods"),
    rule("description", (text) => text.length <= 255, "may have at most 255 characters"),
    rule("ipRange", isVpcRange, "must be a private network from /16 to /28, written by its first address"),
  ),
  async create({ name, region, description = "", ipRange }) {
    const made = await createVpc({ name, region, description, ipRange });
    return { id: made.id, outputs: vpcOutputs(made) };
  },
  async read(id) {
    const found = load().vpcs[id];
    return found && { inputs: pick(found, "name", "region", "description", "ipRange"), outputs: vpcOutputs(found) };
  },
  async update(id, _olds, { name, description = "" }) {
    await updateVpc(id, { name, description });
    return vpcOutputs(load().vpcs[id]!);
  },
  delete: (id) => deleteVpc(id),
};

const gatewayOutputs = (gateway: NatGateway): Properties => ({
  ...pick(gateway, "name", "type", "region", "size", "vpcs", "projectId", "createdAt", "updatedAt"),
  egresses: [{ publicGateways: [{ ipv4: gateway.publicAddress }] }],
  icmpTimeoutSeconds: gateway.timeouts.icmp,
  tcpTimeoutSeconds: gateway.timeouts.tcp,
  udpTimeoutSeconds: gateway.timeouts.udp,
  state: "ACTIVE",
});

const gatewayInputNames = [
  "name", "type", "region", "size", "vpcs", "projectId", "icmpTimeoutSeconds", "tcpTimeoutSeconds", "udpTimeoutSeconds",
];

async function gatewayRequest(inputs: Properties): Promise<NatGatewayRequest> {
  return {
    ...(pick(inputs, "name", "type", "region", "size") as Pick<NatGatewayRequest, "name" | "type" | "region" | "size">),
    vpcs: inputs.vpcs.map((member: Properties) => ({ vpcUuid: member.vpcUuid, defaultGateway: member.defaultGateway })),
    timeouts: {
      icmp: inputs.icmpTimeoutSeconds ?? 30, tcp: inputs.tcpTimeoutSeconds ?? 30, udp: inputs.udpTimeoutSeconds ?? 30,
    },
    projectId: inputs.projectId ?? (await change((state) => defaultProject(state).id)),
  };
}

export const vpcNatGateway: ResourceModel = {
  ...named,
  check: checks(
    regionCheck,
    among("type", ["PUBLIC"]),
    rule("name", (name) => /^[a-zA-Z0-9\-.]{1,255}$/.test(name), "must only contain alphanumeric characters, dashes, and periods"),
    rule("size", (size) => size >= 1 && size <= 200, "must be from 1 to 200"),
    rule("vpcs", (vpcs) => vpcs.length >= 1, "at least one VPC is required"),
  ),
  plan: () => ({ state: "ACTIVE" }),
  // The API refuses to move a gateway.
  replaceOn: ["region", "type"],
  same(property, olds, news) {
    const given = (list: any): unknown => list?.map?.((member: any) =>
      (known(member?.vpcUuid) ? [member.vpcUuid, member.defaultGateway ?? false] : member));
    return property === "vpcs" && sameSet(given(olds.vpcs), given(news.vpcs));
  },
  async create(inputs) {
    const made = await createNatGateway(await gatewayRequest(inputs));
    return { id: made.id, outputs: gatewayOutputs(made) };
  },
  async read(id) {
    const found = load().natGateways[id];
    if (!found) return undefined;
    const outputs = gatewayOutputs(found);
    return { inputs: pick(outputs, ...gatewayInputNames), outputs };
  },
  update: async (id, olds, news) =>
    gatewayOutputs(await updateNatGateway(id, await gatewayRequest({ projectId: olds.projectId, ...news }))),
  delete: (id) => deleteNatGateway(id),
};

const reservedOutputs = (ip: ReservedIp): Properties => ({
  ipAddress: ip.address, region: ip.region, reservedIpUrn: `do:reservedip:${ip.address}`,
});

export const reservedIp: ResourceModel = {
  check: checks(regionCheck, rule("ipAddress", () => false, "is chosen by the cloud: leave it out")),
  async create({ region, dropletId }) {
    const made = await createReservedIp(region);
    try {
      if (dropletId !== undefined) await assignReservedIp(made.address, dropletId);
    } catch (error) {
      await deleteReservedIp(made.address);
      throw error;
    }
    return { id: made.address, outputs: { ...reservedOutputs(made), ...(dropletId === undefined ? {} : { dropletId }) } };
  },
  async read(id, state) {
    const found = load().reservedIps[id];
    if (!found) return undefined;
    // As in the official provider: an address bound by an assignment is not a difference of this resource.
    const bound = state.dropletId !== undefined || Object.keys(state).length === 0 ? pick(found, "dropletId") : {};
    return { inputs: { region: found.region, ...bound }, outputs: { ...reservedOutputs(found), ...bound } };
  },
  async update(id, olds, { dropletId }) {
    if (dropletId !== undefined) await assignReservedIp(id, dropletId);
    else if (olds.dropletId !== undefined) await unassignReservedIp(id, olds.dropletId);
    return { ...reservedOutputs(load().reservedIps[id]!), ...(dropletId === undefined ? {} : { dropletId }) };
  },
  delete: (id) => deleteReservedIp(id),
};

/** The id of an import is `address,droplet`. */
function bindingOf(id: string, state: Properties): { ipAddress: string; dropletId: number } {
  const [ipAddress, dropletId] = id.split(",");
  return dropletId === undefined
    ? { ipAddress: state.ipAddress, dropletId: state.dropletId }
    : { ipAddress: ipAddress!, dropletId: Number(dropletId) };
}

export const reservedIpAssignment: ResourceModel = {
  async create({ ipAddress, dropletId }) {
    await assignReservedIp(ipAddress, dropletId);
    return { id: `${dropletId}-${ipAddress}-${Date.now()}`, outputs: { ipAddress, dropletId } };
  },
  async read(id, state) {
    const binding = bindingOf(id, state);
    const bound = load().reservedIps[binding.ipAddress]?.dropletId === binding.dropletId;
    return bound ? { inputs: binding, outputs: binding } : undefined;
  },
  delete(id, state) {
    const { ipAddress, dropletId } = bindingOf(id, state);
    return unassignReservedIp(ipAddress, dropletId);
  },
};
