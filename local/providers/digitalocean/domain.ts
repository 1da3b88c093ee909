import { createDomain, createRecord, deleteDomain, deleteRecord, fqdnOf, updateRecord, type RecordRequest } from "../../cloud/dns";
import { findEntry } from "../../cloud/entry";
import type { Entry } from "../../cloud/state";
import { Fault, Properties, ResourceModel } from "../resource";
import { among, checks, known, pick, rule } from "../rules";
import { named } from "./common";

const domainOutputs = (name: string): Properties => ({ name, ttl: 1800, domainUrn: `do:domain:${name}` });

export const domain: ResourceModel = {
  check: rule("name", (name) => /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(name), "must be a domain name"),
  plan: () => ({ ttl: 1800 }),
  async create({ name, ipAddress }) {
    await createDomain(name, ipAddress);
    return { id: name, outputs: domainOutputs(name) };
  },
  async read(id, state) {
    if (!findEntry("domains", id)) return undefined;
    return { inputs: { name: id, ...pick(state, "ipAddress") }, outputs: { ...domainOutputs(id), ...pick(state, "ipAddress") } };
  },
  delete: (id) => deleteDomain(id),
};

const types = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA"];
const inputNames = ["domain", "name", "type", "value", "ttl", "priority", "port", "weight", "flags", "tag"];
const requiredBy: Record<string, string[]> = { MX: ["priority"], SRV: ["priority", "weight", "port"], CAA: ["flags", "tag"] };

const port = (property: string, last = 65535): ReturnType<typeof rule> =>
  rule(property, (value) => value >= 0 && value <= last, `must be from 0 to ${last}`);

const recordOutputs = (record: Entry): Properties =>
  ({ ...pick(record, ...inputNames), fqdn: fqdnOf(record.name, record.domain) });

const requestOf = (inputs: Properties): RecordRequest => ({ ttl: 1800, ...pick(inputs, ...inputNames) }) as RecordRequest;

/** `@` and the domain itself are the same name, and so are a name with and without its domain. */
function sameName(domain: string, a: string, b: string): boolean {
  const absolute = (name: string): string => (name.endsWith(".") ? name : name === "@" ? `${domain}.` : `${name}.${domain}.`);
  return absolute(a) === absolute(b);
}

/** The id of an import is `domain,id`. */
const idOf = (id: string): string => id.split(",").at(-1)!;

export const dnsRecord: ResourceModel = {
  ...named,
  check: checks(
    among("type", types),
    among("tag", ["issue", "issuewild", "iodef"]),
    rule("ttl", (ttl) => ttl >= 1, "must be at least 1"),
    rule("value", (value) => value !== "", "must not be empty"),
    port("port"), port("priority"), port("weight"), port("flags", 255),
    (inputs): Fault[] => (requiredBy[inputs.type] ?? [])
      .filter((property) => inputs[property] === undefined)
      .map((property) => ({ property, reason: `is required when type is ${inputs.type}` })),
  ),
  plan: (inputs) => ({
    ttl: inputs.ttl ?? 1800,
    ...(known(inputs.name) && known(inputs.domain) ? { fqdn: fqdnOf(inputs.name, inputs.domain) } : {}),
  }),
  same: (property, olds, news) =>
    (property === "name" || (property === "value" && !["A", "AAAA", "TXT"].includes(news.type))) &&
    [olds[property], news[property], news.domain].every((value) => typeof value === "string") &&
    sameName(news.domain, olds[property], news[property]),
  async create(inputs) {
    const made = await createRecord(requestOf(inputs));
    return { id: made.id, outputs: recordOutputs(made) };
  },
  async read(id) {
    const found = findEntry("records", idOf(id));
    return found && { inputs: pick(found, ...inputNames), outputs: recordOutputs(found) };
  },
  update: async (id, _olds, news) => recordOutputs(await updateRecord(idOf(id), requestOf(news))),
  delete: (id) => deleteRecord(idOf(id)),
};
