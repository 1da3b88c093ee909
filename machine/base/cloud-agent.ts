import { mayReach } from "../egress";
import { metadataUsers } from "./metadata";
import { combine, type Fragment } from "../state";

/**
 * DigitalOcean's own agent, which the cloud installs on a droplet with `monitoring`: without it the cloud's alerts
 * (`components/outside.ts`) have no data on disk and memory. Its user is created in advance, since nft rejects rules for unknown users.
 */
export const cloudAgent: Fragment = combine(
  mayReach("cloud-agent", [{ name: "figures for the cloud", port: 443, to: "any", users: [metadataUsers.agent] }]),
  { users: [{ name: metadataUsers.agent, shell: "/bin/false" }] },
);
