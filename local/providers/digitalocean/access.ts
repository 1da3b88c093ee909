import { createHash } from "node:crypto";
import { deleteEntry, entriesIn, findEntry, updateEntry } from "../../cloud/entry";
import { unprocessable } from "../../cloud/errors";
import { change, load, type Entry } from "../../cloud/state";
import { createTag, deleteTag } from "../../cloud/tag";
import { Properties, ResourceModel } from "../resource";
import { checks, pick, rule } from "../rules";
import { named, tagPattern, tagRule } from "./common";

/** MD5 of the key, as DigitalOcean prints it; undefined if it is not a key. */
export function fingerprint(publicKey: string): string | undefined {
  const [type, body] = publicKey.trim().split(/\s+/);
  if (!type || !body || !/^(ssh|ecdsa|sk)-[\w@.-]+$/.test(type)) return undefined;
  const blob = Buffer.from(body, "base64");
  const typed = blob.length > 4 && blob.subarray(4, 4 + blob.readUInt32BE(0)).toString() === type;
  return typed ? createHash("md5").update(blob).digest("hex").match(/../g)!.join(":") : undefined;
}

const keyOutputs = (key: Entry): Properties => pick(key, "name", "publicKey", "fingerprint");

export const sshKey: ResourceModel = {
  ...named,
  check: checks(rule("publicKey", (key) => fingerprint(key) !== undefined, "Key invalid, key should be of the format `type key [comment]`")),
  plan: ({ publicKey }) => (typeof publicKey === "string" ? { fingerprint: fingerprint(publicKey) } : {}),
  same: (property, olds, news) =>
    property === "publicKey" && typeof news.publicKey === "string" && olds.publicKey?.trim() === news.publicKey.trim(),
  async create({ name, publicKey }) {
    const key = await change((state) => {
      const keys = entriesIn(state, "sshKeys");
      if (Object.values(keys).some((other) => other.fingerprint === fingerprint(publicKey))) {
        throw unprocessable("SSH Key is already in use on your account");
      }
      const id = String(state.nextId++);
      return (keys[id] = { id, name, publicKey, fingerprint: fingerprint(publicKey) });
    });
    return { id: key.id, outputs: keyOutputs(key) };
  },
  async read(id) {
    const key = findEntry("sshKeys", id);
    return key && { inputs: pick(key, "name", "publicKey"), outputs: keyOutputs(key) };
  },
  update: async (id, _olds, { name }) => keyOutputs(await updateEntry("sshKeys", id, { name })),
  delete: (id) => deleteEntry("sshKeys", id),
};

function tagOutputs(name: string): Properties {
  const state = load();
  const count = (holders: { tags: string[] }[]): number => holders.filter((holder) => holder.tags.includes(name)).length;
  const [dropletsCount, volumesCount] = [count(Object.values(state.droplets)), count(Object.values(state.volumes))];
  return {
    name, dropletsCount, volumesCount, databasesCount: 0, imagesCount: 0, volumeSnapshotsCount: 0,
    totalResourceCount: dropletsCount + volumesCount,
  };
}

export const tag: ResourceModel = {
  ...named,
  check: rule("name", (name) => tagPattern.test(name), `a tag ${tagRule}`),
  async create({ name }) {
    const id = await createTag(name);
    return { id, outputs: { ...tagOutputs(id), name } };
  },
  async read(id) {
    return findEntry("tags", id) && { inputs: { name: id }, outputs: tagOutputs(id) };
  },
  delete: (id) => deleteTag(id),
};
