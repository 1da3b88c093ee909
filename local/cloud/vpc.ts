import { randomUUID } from "node:crypto";
import { overlaps, parseCidr, reservedRanges } from "../../config/cidr";
import { regions } from "../../config/sizes";
import { allocate, allocateMember, allocateRange } from "./addresses";
import { conflict, forbidden, notFound, unprocessable } from "./errors";
import { changeNetwork } from "./fabric";
import { natGatewayAddresses } from "./names";
import { change, type CloudState, type NatGateway, type Vpc } from "./state";

export interface VpcRequest {
  name: string;
  region: string;
  description: string;
  /** @default the first free /20 of 10.100.0.0 and up */
  ipRange?: string;
}

/**
 * Creates a VPC.
 * @throws 422 if its range overlaps another VPC's or DigitalOcean's own, 409 if its name is taken
 */
export const createVpc = (request: VpcRequest): Promise<Vpc> => changeNetwork((state) => registerVpc(state, request));

/** The first VPC of a region becomes the region's default. */
export function registerVpc(state: CloudState, request: VpcRequest): Vpc {
  const others = Object.values(state.vpcs);
  if (others.some((other) => other.name === request.name)) throw conflict(`a VPC with the name "${request.name}" exists already`);
  const ipRange = request.ipRange ?? allocateRange(others.map((other) => other.ipRange));
  const range = parseCidr(ipRange);
  if (!range) throw unprocessable(`"${ipRange}" is not a network`);
  const meets = others.find((other) => overlaps(parseCidr(other.ipRange)!, range));
  if (meets) throw unprocessable(`This range/size overlaps with another VPC network in your account: ${meets.name} has ${meets.ipRange}`);
  if (reservedRanges.some((reserved) => overlaps(reserved, range))) throw unprocessable(`${ipRange} overlaps with a range that DigitalOcean reserves`);
  const vpc: Vpc = {
    id: randomUUID(), name: request.name, region: request.region, description: request.description, ipRange,
    default: !defaultOf(state, request.region), createdAt: new Date().toISOString(),
  };
  return (state.vpcs[vpc.id] = vpc);
}

const defaultOf = (state: CloudState, region: string): Vpc | undefined =>
  Object.values(state.vpcs).find((vpc) => vpc.default && vpc.region === region);

/** Creates an account's default VPCs, since otherwise a stack's own VPC would become the default (docs/setup.md, 4). */
export function makeDefaultVpcs(state: CloudState): void {
  for (const region of regions) if (!defaultOf(state, region)) registerVpc(state, { name: `default-${region}`, region, description: "" });
}

/**
 * The VPC a droplet asks for, or its region's default one.
 * @throws 422 if there is none, or it is elsewhere
 */
export function vpcFor(state: CloudState, region: string, id = defaultOf(state, region)?.id): Vpc {
  if (id === undefined) throw unprocessable(`there is no VPC in ${region}`);
  const vpc = state.vpcs[id];
  if (!vpc) throw unprocessable(`there is no VPC ${id}`);
  if (vpc.region !== region) throw unprocessable(`the VPC ${vpc.name} is in ${vpc.region}, not in ${region}`);
  return vpc;
}

/** Addresses in use in a VPC. */
export function membersOf(state: CloudState, id: string): string[] {
  const droplets = Object.values(state.droplets).filter((droplet) => droplet.vpcUuid === id).map((droplet) => droplet.privateAddress);
  const gateways = Object.values(state.natGateways).flatMap((gateway) => gateway.vpcs).filter((vpc) => vpc.vpcUuid === id);
  return [...droplets, ...gateways.map((gateway) => gateway.gatewayIp)];
}

export function updateVpc(id: string, changes: Pick<Vpc, "name" | "description">): Promise<void> {
  return change((state) => {
    if (!state.vpcs[id]) throw notFound("VPC", id);
    if (Object.values(state.vpcs).some((vpc) => vpc.id !== id && vpc.name === changes.name)) {
      throw conflict(`a VPC with the name "${changes.name}" exists already`);
    }
    Object.assign(state.vpcs[id], changes);
  });
}

export const deleteVpc = (id: string): Promise<void> => changeNetwork((state) => removeVpc(state, id));

/** @throws 403 while it has members, and for a default VPC */
export function removeVpc(state: CloudState, id: string): void {
  const vpc = state.vpcs[id];
  if (!vpc) return;
  if (membersOf(state, id).length > 0) throw forbidden(`Can not delete VPC with members: ${vpc.name}`);
  if (vpc.default) throw forbidden(`Can not delete default VPCs: ${vpc.name}`);
  delete state.vpcs[id];
}

export interface NatGatewayRequest {
  name: string;
  type: string;
  region: string;
  size: number;
  vpcs: { vpcUuid: string; defaultGateway?: boolean }[];
  timeouts: NatGateway["timeouts"];
  projectId: string;
}

/**
 * Creates a NAT gateway.
 * @throws 422 for an unknown VPC or one elsewhere, 409 for a second default gateway or a taken name
 */
export function createNatGateway(request: NatGatewayRequest): Promise<NatGateway> {
  return changeNetwork((state) => {
    const others = Object.values(state.natGateways);
    if (others.some((other) => other.name === request.name)) throw conflict(`a NAT gateway with the name "${request.name}" exists already`);
    const publicAddress = allocate(...natGatewayAddresses, others.map((other) => other.publicAddress));
    if (publicAddress === undefined) throw unprocessable("the local cloud has no address left for a NAT gateway");
    const now = new Date().toISOString();
    const gateway: NatGateway = { ...request, id: randomUUID(), publicAddress, vpcs: [], createdAt: now, updatedAt: now };
    state.natGateways[gateway.id] = gateway;
    joinVpcs(state, gateway, request.vpcs);
    return gateway;
  });
}

/** Sets the VPCs that a gateway serves; in those that stay it keeps its address. */
function joinVpcs(state: CloudState, gateway: NatGateway, wanted: NatGatewayRequest["vpcs"]): void {
  gateway.vpcs = wanted.map(({ vpcUuid, defaultGateway = false }) => {
    const vpc = vpcFor(state, gateway.region, vpcUuid);
    const rival = Object.values(state.natGateways).find((other) =>
      other.id !== gateway.id && other.vpcs.some((member) => member.vpcUuid === vpcUuid && member.defaultGateway));
    if (defaultGateway && rival) throw conflict(`the VPC ${vpc.name} has a default gateway already: ${rival.name}`);
    const former = gateway.vpcs.find((member) => member.vpcUuid === vpcUuid);
    return { vpcUuid, defaultGateway, gatewayIp: former?.gatewayIp ?? allocateMember(vpc.ipRange, membersOf(state, vpcUuid)) };
  });
}

export function updateNatGateway(id: string, request: NatGatewayRequest): Promise<NatGateway> {
  return changeNetwork((state) => {
    const gateway = state.natGateways[id];
    if (!gateway) throw notFound("NAT gateway", id);
    const { name, size, timeouts, projectId } = request;
    Object.assign(gateway, { name, size, timeouts, projectId, updatedAt: new Date().toISOString() });
    joinVpcs(state, gateway, request.vpcs);
    return gateway;
  });
}

export const deleteNatGateway = (id: string): Promise<void> => changeNetwork((state) => void delete state.natGateways[id]);
