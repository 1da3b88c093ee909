/**
 * The cloud's metadata service answers any process on the machine, including user data: only root may ask, and the cloud's
 * own agent, which gets its identity there. These are the first rules of their chains, before any that opens a
 * port to everybody.
 */
export const metadataUsers = { root: "root", agent: "do-agent" };

/** Link-local addresses, used only for metadata. */
const linkLocal = "169.254.0.0/16";

export const metadataFromMachine = [
  ...Object.values(metadataUsers).map((user) => `meta skuid "${user}" ip daddr 169.254.169.254 tcp dport 80 accept comment "metadata for ${user}"`),
  `ip daddr ${linkLocal} drop comment "metadata for nobody else"`,
];

export const metadataFromContainers = [`ip daddr ${linkLocal} drop comment "metadata is not for containers"`];
