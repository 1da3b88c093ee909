import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { renewedWithDays } from "../machine/edge/certbot";
import { physicalName, stackTag } from "./naming";

/** Arguments of `Outside`. */
export interface OutsideArgs {
  /** The API's host name. */
  domain: string;
  /** Addresses to notify; the DigitalOcean team must have verified them. When empty, nobody is notified, and only the check's results are kept. */
  emails: string[];
  /** What must exist before: the stack's tag, which the alerts name. */
  after: pulumi.Resource[];
}

/** DigitalOcean's own uptime check and alerts: they still work when the stack's monitor is down. */
export class Outside extends pulumi.ComponentResource {
  constructor(private readonly name: string, private readonly args: OutsideArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:outside:Outside", name, {}, opts);
    const check = new digitalocean.UptimeCheck(`${name}-check`, {
      name: physicalName("api"),
      target: `https://${args.domain}/api/health/`,
      type: "https",
      // Two, so that a network problem of one region does not look like a failure of the API.
      regions: ["eu_west", "us_east"],
    }, { parent: this });
    if (args.emails.length > 0) {
      this.uptime(check, "down", { type: "down_global", period: "2m" });
      this.uptime(check, "certificate", { type: "ssl_expiry", period: "2m", comparison: "less_than", threshold: renewedWithDays });
      this.droplets("disk", "disk_utilization_percent", 90, "10m");
      this.droplets("memory", "memory_utilization_percent", 95, "10m");
      this.droplets("processor", "cpu", 95, "1h");
    }
    this.registerOutputs({});
  }

  private uptime(check: digitalocean.UptimeCheck, what: string, condition: Pick<digitalocean.UptimeAlertArgs, "type" | "period" | "comparison" | "threshold">): void {
    new digitalocean.UptimeAlert(`${this.name}-${what}`, {
      name: physicalName(`api ${what}`), checkId: check.id, notifications: [{ emails: this.args.emails }], ...condition,
    }, { parent: this });
  }

  private droplets(what: string, metric: string, value: number, window: string): void {
    new digitalocean.MonitorAlert(`${this.name}-${what}`, {
      description: `${physicalName(what)} above ${value} %`,
      type: `v1/insights/droplet/${metric}`,
      compare: "GreaterThan",
      value,
      window,
      tags: [stackTag()],
      alerts: { emails: this.args.emails },
      enabled: true,
    }, { parent: this, dependsOn: this.args.after });
  }
}
