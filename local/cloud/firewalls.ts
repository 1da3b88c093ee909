import { randomUUID } from "node:crypto";
import { dropletIn } from "./droplet";
import { conflict, notFound } from "./errors";
import { changeNetwork } from "./fabric";
import type { CloudState, Firewall } from "./state";
import { useTags } from "./tag";

export type FirewallRequest = Omit<Firewall, "id" | "createdAt">;

/** Creates a cloud firewall, which is active when this returns. @throws 404 for an unknown droplet, 409 for a taken name */
export function createFirewall(request: FirewallRequest): Promise<Firewall> {
  return changeNetwork((state) => {
    const id = randomUUID();
    return (state.firewalls[id] = { ...settle(state, id, request), id, createdAt: new Date().toISOString() });
  });
}

export function updateFirewall(id: string, request: FirewallRequest): Promise<Firewall> {
  return changeNetwork((state) => {
    const firewall = state.firewalls[id];
    if (!firewall) throw notFound("firewall", id);
    return Object.assign(firewall, settle(state, id, request));
  });
}

export const deleteFirewall = (id: string): Promise<void> => changeNetwork((state) => void delete state.firewalls[id]);

function settle(state: CloudState, id: string, request: FirewallRequest): FirewallRequest {
  if (Object.values(state.firewalls).some((other) => other.id !== id && other.name === request.name)) {
    throw conflict(`a firewall with the name "${request.name}" exists already`);
  }
  request.dropletIds.forEach((dropletId) => dropletIn(state, dropletId));
  const rules = (direction: "inbound" | "outbound") => request[direction].map((rule) => ({ ...rule, tags: useTags(state, rule.tags) }));
  return { ...request, tags: useTags(state, request.tags), inbound: rules("inbound"), outbound: rules("outbound") };
}
