import * as z from "zod";
import { key } from "./doc";
import { allowedSourceFault, hostNameFault, list, mailPorts, privateNetworkFault, text, whole } from "./formats";

const privateNetwork = "a private IPv4 network (RFC 1918) from /16 to /24, clear of 10.229.0.0/16, 10.244.0.0/16, "
  + "10.245.0.0/16 and 10.246.0.0/24, which DigitalOcean keeps for itself";
const sources = "CIDRs of the internet, no wider than /16 (IPv4) or /32 (IPv6); IPv4 among them, since no machine has an IPv6 address";

/** Names, networks, and who may come in. */
export const network = z.object({
  domain: key(text(hostNameFault), {
    description: "Host name of the API. The certificate is for this name, and nginx answers to no other. A change is an outage of minutes: the record "
      + "moves first, and the new name answers when the update is nearly complete.",
    allowed: "a host name in lower case, without scheme, port or wildcard",
    example: "api.<your domain>",
  }),
  manageDns: key(z.boolean().default(false), {
    description: "Manage the address records of `domain` in DigitalOcean's DNS. When off, point the name at the reserved address yourself.",
    allowed: "true or false",
    example: "true",
  }),
  dnsZone: key(text(hostNameFault).optional(), {
    description: "The zone in DigitalOcean's DNS that holds `domain`. Required by `manageDns`.",
    allowed: "a host name: `domain` itself or one that it ends with",
    example: "<your domain>",
  }),
  vpcCidr: key(text(privateNetworkFault).default("10.20.0.0/20"), {
    description: "Addresses of the stack's own VPC. A change replaces the VPC and every machine; the new range must not overlap the old one, "
      + "which is deleted last.",
    allowed: `${privateNetwork}; not overlapping dockerCidr, and with room for every machine`,
    example: "10.20.0.0/20",
  }),
  dockerCidr: key(text(privateNetworkFault).default("172.17.0.0/16"), {
    description: "Addresses of the containers inside each machine. A machine takes a change when it next boots; reboot API and worker machines one "
      + "after another.",
    allowed: `${privateNetwork}; not overlapping vpcCidr`,
    example: "172.17.0.0/16",
  }),
  sshAllowedCidrs: key(list(text(allowedSourceFault)).min(1, "is empty: nobody could reach the machines, the deployment included"), {
    description: "Networks that may connect to the bastion by SSH: the operators' and that of the deploying machine. If you have shut yourself out, correct the "
      + "list and run the update again: the cloud's firewall is changed without a connection to a machine.",
    allowed: `at least one; ${sources}`,
    example: "<your address>/32",
  }),
  adminAllowedCidrs: key(list(text(allowedSourceFault)).default([]), {
    description: "Networks that may open `/admin/` and Grafana. When empty, nobody can.",
    allowed: sources,
    example: "<your address>/32",
  }),
  outboundPorts: key(list(whole(1, 65_535)).default([443]), {
    description: "TCP ports of the internet that the application may connect to: Sentry, Telegram, a mail server. All others are blocked, "
      + "including 443 if the list does not contain it. PostgreSQL, Redis, DNS and `mediaStorage.endpoint` need no entry. "
      + mailPorts,
    allowed: "a list of whole numbers from 1 to 65535",
    example: "443",
  }),
});
