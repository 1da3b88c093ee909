/**
 * Names and addresses of the local cloud. Kernel objects have fixed names, so that everything can be found and removed
 * by name alone, without the state that made it.
 */

/** The network namespace in which all cloud networking lives: a router that no droplet can reach into. */
export const fabricNamespace = "ringo-cloud";
/** The fabric's way out, inside its namespace. */
export const uplink = "uplink";
/** The host's end of it. */
export const hostLink = "ringo-host";
/** The host's one nftables table. */
export const hostTable = "ringo_local";
/** The fabric's one nftables table. */
export const fabricTable = "ringo_cloud";
/** Parent of all droplets' control groups, in every hierarchy. */
export const cgroupParent = "ringo-local";
/** Block devices of attached volumes; on devtmpfs, so that no `nodev` mount gets in the way. */
export const deviceDirectory = "/dev/ringo-local";

export const publicRange = "198.18.0.0/24";
/** The fabric, as the droplets' gateway. */
export const publicGateway = "198.18.0.1";
/** The host, as the internet: DNS, ACME, registry and S3 answer here. */
export const internet = "198.18.0.254";
export const metadataAddress = "169.254.169.254";

/** Droplets' own public addresses, first and last. */
export const dropletAddresses = ["198.18.0.10", "198.18.0.199"] as const;
export const reservedAddresses = ["198.18.0.200", "198.18.0.240"] as const;
export const natGatewayAddresses = ["198.18.0.241", "198.18.0.253"] as const;

/** A droplet's network namespace; the fabric's has no digits in its name, so the two never meet. */
export const dropletNamespace = (id: number): string => `ringo-${id}`;
/** The fabric's end of a droplet's public link. */
export const publicLink = (id: number): string => `pub-${id}`;
/** The fabric's end of a droplet's VPC link. */
export const privateLink = (id: number): string => `vpc-${id}`;
