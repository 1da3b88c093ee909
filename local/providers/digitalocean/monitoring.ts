import { randomUUID } from "node:crypto";
import { createEntry, deleteEntry, findEntry, updateEntry } from "../../cloud/entry";
import { notFound } from "../../cloud/errors";
import { Properties, ResourceModel } from "../resource";
import { among, Check, checks, pick, rule, setInputs } from "../rules";
import { named, tagsCheck } from "./common";

const dropletMetrics = [
  "cpu", "memory_utilization_percent", "disk_utilization_percent", "public_outbound_bandwidth", "public_inbound_bandwidth",
  "private_outbound_bandwidth", "private_inbound_bandwidth", "disk_read", "disk_write", "load_1", "load_5", "load_15",
].map((metric) => `v1/insights/droplet/${metric}`);

interface Kind {
  /** Where the cloud stores them. */
  entries: string;
  inputs: string[];
  defaults: Properties;
  check: Check;
  named: boolean;
  sets: string[];
  outputs?: (id: string) => Properties;
  before?: (inputs: Properties) => void;
}

/** The local cloud stores alerts and checks but sends nothing: it has no such service. */
function kept(kind: Kind): ResourceModel {
  const inputsOf = (source: Properties): Properties => ({ ...kind.defaults, ...pick(source, ...kind.inputs) });
  const outputsOf = (id: string, source: Properties): Properties => ({ ...inputsOf(source), ...kind.outputs?.(id) });
  // Those of a check are imported as `check,alert`.
  const idOf = (id: string): string => id.split(",").at(-1)!;
  return {
    ...(kind.named ? named : {}),
    check: kind.check,
    same: setInputs(...kind.sets),
    plan: (inputs) => inputsOf(inputs),
    async create(inputs) {
      kind.before?.(inputs);
      const id = randomUUID();
      await createEntry(kind.entries, { ...inputsOf(inputs), id });
      return { id, outputs: outputsOf(id, inputs) };
    },
    async read(id) {
      const found = findEntry(kind.entries, idOf(id));
      return found && { inputs: pick(found, ...kind.inputs), outputs: outputsOf(found.id, found) };
    },
    async update(id, _olds, news) {
      const cleared = Object.fromEntries(kind.inputs.map((name) => [name, undefined]));
      await updateEntry(kind.entries, idOf(id), { ...cleared, ...inputsOf(news) });
      return outputsOf(idOf(id), news);
    },
    delete: (id) => deleteEntry(kind.entries, idOf(id)),
  };
}

export const monitorAlert = kept({
  entries: "monitorAlerts",
  inputs: ["alerts", "compare", "description", "enabled", "entities", "tags", "type", "value", "window"],
  defaults: { enabled: true },
  named: false,
  sets: ["entities", "tags"],
  outputs: (uuid) => ({ uuid }),
  check: checks(
    tagsCheck,
    among("compare", ["GreaterThan", "LessThan"]),
    among("window", ["5m", "10m", "30m", "1h"]),
    rule("type", (type) => dropletMetrics.includes(type), `the local cloud only has metrics of droplets: ${dropletMetrics.join(", ")}`),
    rule("value", (value) => value >= 0, "must be at least 0"),
  ),
});

export const uptimeCheck = kept({
  entries: "uptimeChecks",
  inputs: ["enabled", "name", "regions", "target", "type"],
  defaults: { enabled: true, type: "https" },
  named: true,
  sets: ["regions"],
  check: checks(
    among("type", ["ping", "http", "https"]),
    rule("regions", (regions: string[]) => regions.every((region) => ["us_east", "us_west", "eu_west", "se_asia"].includes(region)),
      "each must be one of us_east, us_west, eu_west, se_asia"),
  ),
});

export const uptimeAlert = kept({
  entries: "uptimeAlerts",
  inputs: ["checkId", "comparison", "name", "notifications", "period", "threshold", "type"],
  defaults: {},
  named: true,
  sets: [],
  before({ checkId }) {
    if (!findEntry("uptimeChecks", checkId)) throw notFound("uptime check", checkId);
  },
  check: checks(
    among("type", ["latency", "down", "down_global", "ssl_expiry"]),
    among("comparison", ["greater_than", "less_than"]),
    among("period", ["2m", "3m", "5m", "10m", "15m", "30m", "1h"]),
  ),
});
