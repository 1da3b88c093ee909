import { createHash } from "node:crypto";
import { regions, sizes } from "../../../config/sizes";
import {
  createDroplet, deleteDroplet, findDroplet, resizeDroplet, statusOf, updateDroplet,
} from "../../cloud/droplet";
import { load, type Droplet } from "../../cloud/state";
import { attachVolume, detachVolume } from "../../cloud/volume";
import { Properties, ResourceModel } from "../resource";
import { checks, known, pick, rule, sameSet, setInputs } from "../rules";
import { named, regionCheck, tagsCheck } from "./common";

/** The official provider keeps user data only as its SHA-1. */
const digest = (text: string): string => createHash("sha1").update(text).digest("hex");
const isDigest = (text: unknown): boolean => typeof text === "string" && /^[0-9a-f]{40}$/.test(text);

const defaults = { backups: false, gracefulShutdown: false, ipv6: false, monitoring: false, resizeDisk: true };

/** The properties of a droplet that its size determines. */
function sizeOutputs(slug: unknown): Properties {
  const size = typeof slug === "string" ? sizes[slug] : undefined;
  if (!size) return {};
  return {
    vcpus: size.vcpus, memory: size.memoryMiB, disk: size.diskGiB,
    priceMonthly: size.priceMonthly, priceHourly: Math.round((size.priceMonthly / 672) * 1e5) / 1e5,
  };
}

function outputsOf(droplet: Droplet, inputs: Properties): Properties {
  const volumes = Object.values(load().volumes).filter((volume) => volume.dropletId === droplet.id);
  return {
    ...defaults,
    ...pick(inputs, "gracefulShutdown", "resizeDisk", "dropletAgent", "sshKeys", "image"),
    ...sizeOutputs(droplet.size),
    ...pick(droplet, "name", "region", "size", "vpcUuid", "tags", "backups", "backupPolicy", "monitoring", "createdAt"),
    ...(droplet.userData === undefined ? {} : { userData: digest(droplet.userData) }),
    dropletUrn: `do:droplet:${droplet.id}`,
    ipv4Address: droplet.publicAddress ?? "",
    ipv4AddressPrivate: droplet.privateAddress,
    ipv6Address: "",
    locked: false,
    privateNetworking: true,
    publicNetworking: droplet.publicAddress !== undefined,
    status: statusOf(droplet),
    volumeIds: volumes.map((volume) => volume.id),
  };
}

const inputNames = [
  "backups", "backupPolicy", "dropletAgent", "gracefulShutdown", "image", "monitoring", "name", "publicNetworking", "region",
  "resizeDisk", "size", "sshKeys", "tags", "userData", "volumeIds", "vpcUuid",
];

export const droplet: ResourceModel = {
  ...named,

  check: checks(
    regionCheck,
    tagsCheck,
    rule("name", (name) => name.length <= 255 && /^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name),
      "Only valid hostname characters are allowed: letters, digits, dots and dashes, at most 255"),
    rule("size", (size) => size in sizes, "You specified an invalid size for Droplet creation: see `doctl compute size list`"),
    rule("userData", (text) => Buffer.byteLength(text) <= 64 * 1024, "user data may have at most 64 KiB"),
    rule("userData", (text) => text !== "", "must not be empty"),
    rule("ipv6", (ipv6) => ipv6 === false, "the local cloud has no IPv6"),
    rule("ipv6Address", () => false, "the local cloud has no IPv6"),
    (inputs) => (known(inputs.backupPolicy) && inputs.backups !== true && known(inputs.backups ?? false)
      ? [{ property: "backupPolicy", reason: "backup_policy can only be set when backups are enabled" }] : []),
  ),

  plan: (inputs) => ({
    ...sizeOutputs(inputs.size),
    ...(typeof inputs.userData === "string" ? { userData: isDigest(inputs.userData) ? inputs.userData : digest(inputs.userData) } : {}),
    ...Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, inputs[key] ?? value])),
  }),

  same(property, olds, news) {
    if (property !== "userData") return setInputs("tags", "sshKeys", "volumeIds")(property, olds, news);
    const digestOf = (text: unknown): unknown => (typeof text === "string" && !isDigest(text) ? digest(text) : text);
    return typeof news.userData === "string" && digestOf(olds.userData) === digestOf(news.userData);
  },

  async create(inputs, context) {
    context.log(`booting ${inputs.name}`, { ephemeral: true });
    const made = await createDroplet({
      name: inputs.name,
      region: inputs.region ?? load().vpcs[inputs.vpcUuid]?.region ?? regions[0]!,
      size: inputs.size,
      image: inputs.image,
      vpcUuid: inputs.vpcUuid,
      tags: inputs.tags ?? [],
      sshKeys: inputs.sshKeys ?? [],
      userData: inputs.userData,
      publicNetworking: inputs.publicNetworking ?? true,
      volumeIds: inputs.volumeIds ?? [],
      backups: inputs.backups ?? false,
      backupPolicy: inputs.backupPolicy,
      monitoring: inputs.monitoring ?? false,
    }, context.signal);
    return { id: String(made.id), outputs: outputsOf(made, inputs) };
  },

  async read(id, state) {
    const found = findDroplet(Number(id));
    if (!found) return undefined;
    const outputs = outputsOf(found, { image: found.image, ...state });
    return { inputs: pick(outputs, ...inputNames), outputs };
  },

  async update(id, olds, news, context) {
    const number = Number(id);
    if (news.size !== olds.size) {
      context.log(`resizing to ${news.size}: off and on`);
      await resizeDroplet(number, news.size, news.resizeDisk ?? true);
    }
    await updateDroplet(number, {
      name: news.name, tags: news.tags ?? [], backups: news.backups ?? false, backupPolicy: news.backupPolicy,
    });
    if (news.volumeIds !== undefined && !sameSet(news.volumeIds, olds.volumeIds)) {
      const former: string[] = olds.volumeIds ?? [];
      for (const volume of news.volumeIds) if (!former.includes(volume)) await attachVolume(volume, number);
      for (const volume of former) if (!news.volumeIds.includes(volume)) await detachVolume(volume, number);
    }
    return outputsOf(findDroplet(number)!, news);
  },

  // A minute, unless the program sets another time.
  delete: (id, state, { timeoutSeconds = 60 }) => deleteDroplet(Number(id), state.gracefulShutdown === true ? { shutDownSeconds: timeoutSeconds } : {}),
};
