import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StackConfig } from "../config";
import { grafana, grafanaPort } from "../machine/monitoring/grafana";
import type { GrafanaSite } from "../machine/edge/nginx";
import type { DashboardsOptions } from "../machine/monitoring/dashboards";
import type { Fragment } from "../machine/state";
import { selfSigned, type Certificate } from "./certificate";

/** Arguments of `Grafana`. */
export interface GrafanaArgs {
  /** Private address of its machine. */
  address: pulumi.Output<string>;
  /** Grafana's image, by digest. */
  image: string;
  /** Grafana's public host name. */
  domain: string;
  /** The OpenID provider to log in with. @default Grafana's own log-in only */
  oauth: StackConfig["grafana"]["oauth"];
  /** The client secret at that provider. */
  oauthSecret?: pulumi.Output<string>;
  /** How often Prometheus collects, in seconds: the smallest step of a graph. */
  scrapeSeconds: number;
}

/** Grafana, if the configuration has it. */
export function grafanaOf({ grafana: { image, domain, oauth }, secrets, monitoring }: StackConfig, address: pulumi.Output<string>): Grafana | undefined {
  if (image === undefined || domain === undefined) return undefined;
  return new Grafana("grafana", { address, image, domain, oauth, oauthSecret: secrets.grafanaOauthSecret, scrapeSeconds: monitoring.scrapeSeconds });
}

/** Grafana. It runs on the monitor's machine behind the edge; this component owns its certificate and secrets, and says what both machines need. */
export class Grafana extends pulumi.ComponentResource {
  /** What the edge needs to serve it. */
  readonly site: pulumi.Output<GrafanaSite>;
  private readonly certificate: pulumi.Output<Certificate>;
  private readonly secrets: pulumi.Output<{ password: string; secretKey: string; clientSecret?: string }>;

  constructor(name: string, private readonly args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:grafana:Grafana", name, {}, opts);
    const password = (what: string): pulumi.Output<string> => new random.RandomPassword(`${name}-${what}`, { length: 40, special: false }, { parent: this }).result;
    this.certificate = selfSigned(name, args.address, this);
    this.secrets = pulumi.secret({ password: password("password"), secretKey: password("key"), clientSecret: args.oauthSecret });
    this.site = pulumi.all([args.address, this.certificate]).apply(([address, { certificate }]) => ({ domain: args.domain, address, port: grafanaPort, certificate }));
    this.registerOutputs({});
  }

  /** Grafana's part of the monitor's state. */
  on(dashboards: DashboardsOptions): pulumi.Output<Fragment> {
    const { image, domain, oauth, scrapeSeconds } = this.args;
    return pulumi.all([this.args.address, this.certificate, this.secrets]).apply(([address, tls, { clientSecret, ...secrets }]) => grafana({
      image, domain, address, tls, scrapeSeconds, dashboards, ...secrets,
      oauth: oauth && clientSecret !== undefined ? { ...oauth, clientSecret } : undefined,
    }));
  }
}
