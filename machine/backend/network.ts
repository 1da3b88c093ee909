import { acceptRules, addedRules, containerLinks, peer, type Port } from "../nft";
import type { Fragment } from "../state";

export interface BackendNetwork {
  /** Private address of the data machine. */
  data: string;
  /** The private network: containers may reach nothing else in it. */
  vpcCidr: string;
  /** TCP ports of the internet that the backend needs. */
  ports: number[];
}

/** Allowed connections of the backend's containers, beside DNS: their data, and the internet on declared ports. */
export function backendNetwork({ data, vpcCidr, ports }: BackendNetwork): Fragment {
  const accept = (port: Port, peers: string[] | "any"): string[] => acceptRules(port, "daddr", peers);
  return addedRules("forward", "backend", [
    ...accept({ name: "postgresql", port: 5432 }, [data]),
    ...accept({ name: "redis", port: 6379 }, [data]),
    `${peer(vpcCidr, "daddr")} counter reject with icmpx admin-prohibited comment "no other machine of ours"`,
    ...ports.flatMap((port) => accept({ name: "internet", port }, "any")),
  ].map((rule) => `iifname ${containerLinks} ${rule}`));
}
