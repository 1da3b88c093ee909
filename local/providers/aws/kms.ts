import { randomUUID } from "node:crypto";
import { account, change, type Key } from "../../aws/account";
import { Properties, ResourceModel } from "../resource";
import { autoName, checks, pick, rule } from "../rules";
import { missing, policyCheck, region, sameJson } from "./common";

const inputs = [
  "bypassPolicyLockoutSafetyCheck", "customerMasterKeySpec", "deletionWindowInDays", "description", "enableKeyRotation", "isEnabled",
  "keyUsage", "multiRegion", "policy", "rotationPeriodInDays", "tags",
];

const defaults: Properties = {
  bypassPolicyLockoutSafetyCheck: false, customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: false, isEnabled: true,
  keyUsage: "ENCRYPT_DECRYPT", multiRegion: false,
};

/** AWS's default key policy: the account's identities, by their own policies. */
const accountPolicy = (id: string): string => JSON.stringify({
  Version: "2012-10-17",
  Id: "key-default-1",
  Statement: [{ Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${id}:root` }, Action: "kms:*", Resource: "*" }],
});

const outputsOf = (id: string, key: Key): Properties => ({
  ...pick(key.settings, ...inputs),
  arn: key.arn,
  keyId: id,
  region: key.region,
  description: key.settings.description ?? "Managed by Pulumi",
  policy: key.settings.policy ?? accountPolicy(account().id),
  rotationPeriodInDays: key.settings.rotationPeriodInDays ?? (key.settings.enableKeyRotation ? 365 : 0),
  tagsAll: key.settings.tags ?? {},
});

/** A key as a document, with rotation, deletion window and policy; it encrypts nothing, since this machine's S3 does not use it. */
export const key: ResourceModel = {
  normalize: (given) => ({ ...defaults, ...given }),
  check: checks(
    policyCheck("policy", "resource"),
    rule("deletionWindowInDays", (days) => days >= 7 && days <= 30, "must be from 7 to 30"),
    rule("rotationPeriodInDays", (days) => days >= 90 && days <= 2560, "must be from 90 to 2560"),
    rule("customKeyStoreId", () => false, "this account has no key stores"),
    rule("xksKeyId", () => false, "this account has no key stores"),
  ),
  same: (property, olds, news) => property === "policy" && sameJson(olds.policy, news.policy),
  async create(given) {
    const id = randomUUID();
    const made = change((state) => (state.keys[id] = {
      arn: `arn:aws:kms:${region(given)}:${state.id}:key/${id}`, region: region(given), settings: pick(given, ...inputs),
    }));
    return { id, outputs: outputsOf(id, made) };
  },
  async read(id) {
    const found = account().keys[id];
    if (!found || found.deletionDate) return undefined;
    const outputs = outputsOf(id, found);
    return { inputs: pick(outputs, ...inputs, "region"), outputs };
  },
  async update(id, _olds, news) {
    return outputsOf(id, change((state) => {
      const found = state.keys[id];
      if (!found) throw missing("key", id);
      found.settings = pick(news, ...inputs);
      return found;
    }));
  },
  async delete(id) {
    change((state) => {
      const found = state.keys[id];
      if (found) found.deletionDate = new Date(Date.now() + (found.settings.deletionWindowInDays ?? 30) * 86_400_000).toISOString();
    });
  },
};

const aliasOutputs = (name: string, keyId: string, found: Key): Properties => ({
  name, namePrefix: "", targetKeyId: keyId, targetKeyArn: found.arn, region: found.region, arn: found.arn.replace(/key\/.*/, name),
});

function target(id: string): Key {
  const found = account().keys[id.split("/").at(-1)!];
  if (!found || found.deletionDate) throw missing("key", id);
  return found;
}

export const alias: ResourceModel = {
  normalize(given, olds, urn) {
    const named = autoName("name", given, olds, urn);
    return named === given || named.name === olds?.name ? named : { ...named, name: `alias/${named.name}` };
  },
  check: checks(
    rule("name", (name) => /^alias\/(?!aws\/)[A-Za-z0-9/_-]+$/.test(name), "must begin with alias/, not with alias/aws/, and contain only letters, digits, / _ and -"),
    rule("namePrefix", () => false, "the local account accepts only full names"),
  ),
  async create({ name, targetKeyId }) {
    const found = target(targetKeyId);
    change((state) => {
      if (state.aliases[name]) throw new Error(`AlreadyExistsException: an alias with the name ${name} already exists`);
      state.aliases[name] = targetKeyId;
    });
    return { id: name, outputs: aliasOutputs(name, targetKeyId, found) };
  },
  async read(id) {
    const keyId = account().aliases[id];
    if (keyId === undefined) return undefined;
    const outputs = aliasOutputs(id, keyId, target(keyId));
    return { inputs: pick(outputs, "name", "targetKeyId", "region"), outputs };
  },
  async update(id, _olds, { targetKeyId }) {
    const found = target(targetKeyId);
    change((state) => (state.aliases[id] = targetKeyId));
    return aliasOutputs(id, targetKeyId, found);
  },
  async delete(id) {
    change((state) => delete state.aliases[id]);
  },
};
