import type { DropletArgs } from "@pulumi/digitalocean/droplet";
import { images } from "../../config/sizes";
import { ruleFor, type Rule } from "../rule";
import { few } from "../unknown";
import { dropletTypes, templateOf } from "./droplet-template";

const droplet = "digitalocean:index/droplet:Droplet";

export const dropletRules: Rule[] = [
  {
    name: "droplet-ssh-key",
    types: dropletTypes,
    chapter: "Machines",
    severity: "high",
    demands: "Every droplet is created with an SSH key.",
    wrong: "Without a key DigitalOcean generates a root password and e-mails it.",
    fix: "set sshKeys to the deployer's key.",
    answers: ["CKV_DIO_2", "DIG-0004"],
    *check(inputs) {
      if ((templateOf(inputs).sshKeys ?? []).length === 0) yield "it has no SSH key";
    },
  },
  {
    name: "droplet-image",
    types: dropletTypes,
    chapter: "Machines",
    severity: "medium",
    demands: "Every droplet runs a Debian release with security support, named by slug.",
    wrong: "Other images have unknown contents and no known maintainer. An id changes each month, and every change replaces the machine.",
    fix: `set image to ${images.join(" or ")}.`,
    answers: ["droplet-droplets-custom-image"],
    *check(inputs) {
      const { image } = templateOf(inputs);
      if (!images.includes(String(image))) yield "its image is not the slug of a supported Debian";
    },
  },
  ruleFor<DropletArgs>(droplet, {
    name: "droplet-monitoring",
    chapter: "Machines",
    severity: "low",
    demands: "Every droplet reports its metrics to the cloud.",
    wrong: "Nobody notices when a machine runs out of disk or memory.",
    fix: "set monitoring: true.",
    answers: ["droplet-droplets-features-monitoring"],
    *check({ monitoring }) {
      if (!monitoring) yield "monitoring is off";
    },
  }),
  {
    name: "droplet-backups",
    of: [droplet],
    chapter: "Machines",
    severity: "low",
    level: "advisory",
    demands: "Droplets are backed up by DigitalOcean, or hold nothing that is not backed up elsewhere.",
    wrong: "A lost machine is created again without its data. Here that is by design: the backups of database and media hold everything that must not be lost.",
    fix: "set backups: true for a machine that holds data without another backup.",
    answers: ["droplet-droplets-backup-not-enabled", "droplet-droplets-backup-not-present", "droplet-droplets-snapshot-not-present"],
    *check(resources) {
      const bare = resources.filter(({ type, props }) => type === droplet && !props.backups).map(({ name }) => name);
      if (bare.length > 0) yield { found: `without the cloud's backups: ${few(bare)}` };
    },
  },
];
