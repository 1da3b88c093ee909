import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { sizes } from "../config/sizes";
import { certbot } from "../machine/edge/certbot";
import { deployerAdmitted } from "../machine/edge/lockout";
import { mediaClient } from "../machine/data/media";
import { exclusionOf, largeBodiesFor } from "../machine/edge/modsecurity";
import { edgeExporters, edgeStatus } from "../machine/monitoring";
import { edge, type GrafanaSite, type Limits } from "../machine/edge/nginx";
import { combine } from "../machine/state";
import { staticFiles } from "../machine/edge/static";
import { Host, type HostContext } from "./host";
import { reader, type MediaShare } from "./media";

/** Arguments of `Edge`. */
export interface EdgeArgs {
  /** What all machines of the stack share. */
  context: HostContext;
  /** Droplet size by slug, e.g. `s-2vcpu-4gb`. */
  size: string;
  /** The API's host name. */
  domain: string;
  /** Grafana's host name. @default none */
  grafanaDomain?: string;
  /** Zone in DigitalOcean's DNS that holds the names. @default none: you create the records yourself */
  dnsZone?: string;
  /** CIDRs that may connect to SSH. */
  sshAllowedCidrs: string[];
}

/** What the edge serves, once the release is out. */
export interface EdgeSite {
  /** Private addresses of the API machines. */
  upstreams: pulumi.Input<string>[];
  /** Where the media files are; the edge only reads them. */
  media: pulumi.Output<MediaShare>;
  /** Folder of the release's static files. */
  release: string;
  /** CIDRs that may open `/admin/` and Grafana. When empty, nobody can. */
  adminCidrs: string[];
  /** Origins whose pages may read answers that the edge itself gives, such as a 429. */
  corsAllowedOrigins: string[];
  /** Grafana's site, for `adminCidrs` as well. @default none */
  grafana?: pulumi.Output<GrafanaSite>;
  /** Requests that one client address may send; above them nginx answers 429. */
  limits: Omit<Limits, "largeBodies">;
  /** The web application firewall: docs/configuration.md, `edge.waf`. */
  waf: { mode: "block" | "detect" | "off"; paranoiaLevel: number; threshold: number; fieldsKiB: number; exclusions: string[] };
  /** Largest request body, in MiB; above it nginx answers 413. */
  clientMaxBodyMiB: number;
  /** `max-age` of Strict-Transport-Security, in seconds. */
  hstsSeconds: number;
  /** How long the application may take to answer, in seconds. */
  timeoutSeconds: number;
  /** The ACME server's directory, and the address that it may write to. */
  acme: { server: string; email: string };
  /** What must be done before: the API machines answer. */
  after: pulumi.Resource[];
}

/** The machine that faces the internet: nginx with its certificate, and the bastion that all connections go through. */
export class Edge extends pulumi.ComponentResource {
  readonly host: Host;
  private readonly dns: pulumi.Resource[];

  constructor(name: string, private readonly args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:edge:Edge", name, {}, opts);
    this.host = new Host(name, {
      context: args.context,
      role: "edge",
      size: args.size,
      services: [
        { name: "ssh", port: 22, from: args.sshAllowedCidrs },
        { name: "http", port: 80, from: "any" },
        { name: "https", port: 443, from: "any" },
      ],
      // Installed while all other machines install theirs, rather than later, when everything waits for the edge.
      preparation: {
        packages: ["nginx", "libnginx-mod-http-modsecurity", "libnginx-mod-http-lua", "modsecurity-crs", "certbot", "sshfs", "rsync"],
        steps: [deployerAdmitted(args.sshAllowedCidrs)],
      },
      exporters: edgeExporters,
    }, { parent: this });
    const { dnsZone, domain, grafanaDomain } = args;
    this.dns = dnsZone === undefined ? [] : [
      this.createRecord(name, domain, dnsZone), ...grafanaDomain === undefined ? [] : [this.createRecord(`${name}-grafana`, grafanaDomain, dnsZone)],
    ];
    this.registerOutputs({});
  }

  /** The zone is an existing one of the account: it may hold more than this stack's name. */
  private createRecord(name: string, domain: string, zone: string): digitalocean.DnsRecord {
    return new digitalocean.DnsRecord(`${name}-record`, {
      domain: zone,
      type: "A",
      name: domain === zone ? "@" : domain.slice(0, -zone.length - 1),
      value: this.args.context.network.publicAddress,
      ttl: 300,
    }, { parent: this });
  }

  /** Puts the site in place. It is the last step of a release: only now does the world see its static files. */
  serve(site: EdgeSite): pulumi.Resource {
    const { domain, grafanaDomain, size } = this.args;
    const { mode, exclusions, ...bounds } = site.waf;
    const state = pulumi.all([site.media, pulumi.all(site.upstreams), site.grafana]).apply(([media, upstreams, grafana]) => combine(
      mediaClient(reader(media)),
      staticFiles({ release: site.release }),
      edge({
        domain,
        upstreams,
        adminCidrs: site.adminCidrs,
        corsAllowedOrigins: site.corsAllowedOrigins,
        grafana,
        limits: { ...site.limits, largeBodies: largeBodiesFor({ ...sizes[size], bodyMiB: site.clientMaxBodyMiB }) },
        waf: mode === "off" ? undefined : { mode, ...bounds, exclusions: exclusions.map(exclusionOf) },
        clientMaxBodyMiB: site.clientMaxBodyMiB,
        hstsSeconds: site.hstsSeconds,
        readTimeoutSeconds: site.timeoutSeconds + 5,
      }),
      edgeStatus,
      certbot({ domains: [domain, ...grafanaDomain === undefined ? [] : [grafanaDomain]], email: site.acme.email, server: site.acme.server }),
    ));
    // The certificate's challenge needs the name to resolve.
    return this.host.apply("edge", state, [this.host.ready, ...this.dns, ...site.after]);
  }
}
