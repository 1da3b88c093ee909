import * as pulumi from "@pulumi/pulumi";
import type { Access } from "./access";
import type { Host } from "./host";
import type { Network } from "./network";

/** The parts of the stack that its outputs describe. */
export interface Described {
  domain: string;
  grafanaDomain?: string;
  network: Network;
  access: Access;
  bastion: Host;
  hosts: Host[];
  backups: { region: string; buckets: pulumi.Output<string[]> };
}

/** The stack's outputs: where it is, how to reach each machine, what to do next. */
export function describe({ domain, grafanaDomain, network, access, bastion, hosts, backups }: Described): Record<string, pulumi.Input<unknown>> {
  const stack = pulumi.getStack();
  return {
    apiUrl: `https://${domain}`,
    ...(grafanaDomain === undefined ? {} : { grafanaUrl: `https://${grafanaDomain}` }),
    publicAddress: network.publicAddress,
    machines: hosts.map((host) => ({
      name: host.name,
      role: host.role,
      publicAddress: host.publicAddress,
      privateAddress: host.privateAddress,
    })),
    /** The bastion first; what an SSH client needs to reach and to know each machine. */
    reachable: [bastion, ...hosts.filter((host) => host !== bastion)].map((host) => host.reachable),
    deployerKey: pulumi.secret(access.privateKey),
    backups,
    next: [
      pulumi.interpolate`Point ${domain} at ${network.publicAddress}, unless the stack keeps its DNS (manageDns).`,
      `See that it answers: curl https://${domain}/api/health/`,
      ...(grafanaDomain === undefined ? [] : [`Look at the dashboards: https://${grafanaDomain}, as admin; its password: make ssh STACK=${stack} HOST=monitor CMD="cat /srv/ringo/grafana/secrets/password"`]),
      `Change the configuration or a secret with \`pulumi config set --stack ${stack}\` and run \`pulumi up --stack ${stack}\`: that is also how a release is made.`,
    ],
  };
}
