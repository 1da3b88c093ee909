/**
 * The connections that a machine's programs open, to other machines and to each other, each declared by the concern that needs it, for the
 * users that need it. The firewall (`nftables.ts`) drops all others, so an intruder in one program reaches only what that program may reach.
 */
import { acceptRules, addedRules, type Peers, type Port } from "./nft";
import type { Fragment } from "./state";

/** The machine itself, for programs that use another one beside them. Root may reach each, for health checks. */
export const loopback = "127.0.0.1";

/** An allowed destination of outgoing connections. */
export interface Destination extends Port {
  to: Peers;
  /** Only for processes of these users, who must exist. @default all users */
  users?: string[];
}

/** Allows outgoing connections of the machine's own programs, not of containers. @throws Error on an invalid user, port, name or peer */
export const mayReach = (concern: string, destinations: Destination[]): Fragment =>
  addedRules("output", concern, destinations.flatMap((destination) => {
    const { users } = destination;
    if (users?.some((user) => !/^[a-z_][a-z0-9_-]*$/.test(user))) throw new Error(`${destination.name}: invalid user names: ${users.join(", ")}`);
    const owner = users === undefined ? "" : `meta skuid { ${users.map((user) => `"${user}"`).join(", ")} } `;
    return acceptRules(destination, "daddr", destination.to).map((rule) => owner + rule);
  }));
