import { mayReach } from "../egress";
import { metadataUsers } from "./metadata";
import { combine, type Fragment } from "../state";

/**
 * DigitalOcean's own agent, which its cloud puts on a droplet with `monitoring`: without it the alerts from outside
 * (`components/outside.ts`) know nothing of disk and memory. Its user is there before it is: nft loads no rule for nobody.
 */
export const cloudAgent: Fragment = combine(
  mayReach("cloud-agent", [{ name: "figures for the cloud", port: 443, to: "any", users: [metadataUsers.agent] }]),
  { users: [{ name: metadataUsers.agent, shell: "/bin/false" }] },
);
