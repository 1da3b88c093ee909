import { allocate } from "./addresses";
import { dropletIn } from "./droplet";
import { conflict, notFound, unprocessable } from "./errors";
import { changeNetwork } from "./fabric";
import { reservedAddresses } from "./names";
import type { CloudState, ReservedIp } from "./state";

/** Reserves a public address. */
export function createReservedIp(region: string): Promise<ReservedIp> {
  return changeNetwork((state) => {
    const address = allocate(...reservedAddresses, Object.keys(state.reservedIps));
    if (address === undefined) throw unprocessable("the local cloud has no reserved address left");
    return (state.reservedIps[address] = { address, region });
  });
}

function reservedIpIn(state: CloudState, address: string): ReservedIp {
  const ip = state.reservedIps[address];
  if (!ip) throw notFound("reserved IP", address);
  return ip;
}

/**
 * Assigns an address to a droplet, whoever had it before.
 * @throws 422 if the droplet is elsewhere or has no public network, 409 if it has another reserved address
 */
export function assignReservedIp(address: string, dropletId: number): Promise<void> {
  return changeNetwork((state) => {
    const ip = reservedIpIn(state, address);
    const droplet = dropletIn(state, dropletId);
    if (droplet.region !== ip.region) throw unprocessable(`the droplet ${droplet.name} is in ${droplet.region}, the reserved IP ${address} in ${ip.region}`);
    if (droplet.publicAddress === undefined) throw unprocessable(`the droplet ${droplet.name} has no public network`);
    const other = Object.values(state.reservedIps).find((candidate) => candidate.dropletId === dropletId && candidate !== ip);
    if (other) throw conflict(`the droplet ${droplet.name} has the reserved IP ${other.address} already`);
    ip.dropletId = dropletId;
  });
}

/** Unassigns an address from a droplet; does nothing if it is another's or does not exist. */
export function unassignReservedIp(address: string, dropletId: number): Promise<void> {
  return changeNetwork((state) => {
    const ip = state.reservedIps[address];
    if (ip?.dropletId === dropletId) delete ip.dropletId;
  });
}

export const deleteReservedIp = (address: string): Promise<void> =>
  changeNetwork((state) => void delete state.reservedIps[address]);
