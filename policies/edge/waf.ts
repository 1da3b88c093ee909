import { highestThreshold, looksForAttacks, takenOut, wafDirectory, wafGuard } from "../../machine/edge/modsecurity";
import { command, stateOf } from "../machines/state";
import { isPrivate } from "../network/addresses";
import type { Rule } from "../rule";

/** Locations of nginx that lead to an application, each up to where the next begins. */
const toApplication = (site: string): string[] =>
  site.replaceAll(/^\s*#.*$/gm, "").split(/^\s*location\s/m).slice(1).filter((location) => /\b\w+_pass\s/.test(location));

/** Whether nobody gets there but from networks that are named. */
const isForNamedNetworks = (location: string): boolean => /^\s*deny\s+all;/m.test(location) && !/^\s*satisfy\s+any;/m.test(location);

/** Whether a site answers on private addresses alone: whoever asks there is a machine of the stack. */
function isInside(site: string): boolean {
  const listening = [...site.matchAll(/^\s*listen\s+([^\s;]+)/gm)].map(([, where]) => where);
  return listening.length > 0 && listening.every((where) => isPrivate(where.replace(/:\d+$/, "")));
}

/** Ways to have rules not refuse. Passwords are excluded by a tag, each field by its name; what is removed altogether has its like in its place. */
const tellings = /\bSecRule(?:RemoveBy|Update)\w+.*|\bctl:ruleEngine=\w+|\bctl:ruleRemove(?:Target)?By(?:Id|Tag|Msg)=[^,"\s\\]+/gi;
function isHarmless(telling: string, rules: string): boolean {
  const [, removed] = /^SecRuleRemoveById ((?:\d+ ?)+)$/.exec(telling) ?? [];
  if (removed !== undefined) return removed.trim().split(" ").every((rule) => takenOut[Number(rule)]?.every((id) => rules.includes(`"id:${id},`)));
  const [, id] = /^ctl:ruleRemove(?:Target)?ById=(\d+)(?:;|$)/i.exec(telling) ?? [];
  return id === undefined ? /^ctl:ruleRemoveTargetByTag=OWASP_CRS;ARGS:[\w.]+$/i.test(telling) : looksForAttacks(Number(id));
}

/** What is wrong with the firewall's own files. */
function* weaknesses(files: { path: string; content: string }[]): Generator<string> {
  const rules = files.filter(({ path }) => path.startsWith(`${wafDirectory}/`)).map(({ content }) => content.replaceAll(/^\s*#.*$/gm, "")).join("\n");
  const engines = [...rules.matchAll(/^\s*SecRuleEngine\s+(\w+)/gim)];
  if (engines.length === 0 || engines.some(([, mode]) => mode !== "On")) yield "the firewall detects attacks but does not block them";
  for (const [, points] of rules.matchAll(/anomaly_score_threshold=\+?([^,"'\s\\]+)/gi)) {
    if (!(Number(points) <= highestThreshold)) yield `the firewall's threshold is ${points}: few attacks score more than ${highestThreshold}`;
  }
  for (const [telling] of rules.matchAll(tellings)) if (!isHarmless(telling, rules)) yield `a directive keeps the firewall from blocking: ${telling}`;
}

/** Whether the location has this directive, with this value. */
const has = (name: string, value: string) => (location: string): boolean => new RegExp(`^\\s*${name}\\s+${value};`, "m").test(location);
const nameOf = (location: string): string => location.slice(0, location.indexOf("{")).trim();

export const waf: Rule = {
  name: "waf-blocks",
  types: [command],
  chapter: "Edge",
  severity: "high",
  demands: "Every request from outside passes the web application firewall, which blocks attacks and limits what it inspects. The only exceptions are sites open to named networks only.",
  wrong: "Known attacks reach the application, and only its own code can stop them.",
  fix: "set edge.waf.mode to block and edge.waf.threshold to 5; if it blocks harmless requests, add the matching rules to edge.waf.exclusions; to try a stricter level with `detect`, add an exemption for that time.",
  answers: ["PCI DSS 6.4.2"],
  *check(inputs) {
    const { files } = stateOf(inputs);
    const locations = files.filter(({ path, content }) => path.startsWith("/etc/nginx/") && !isInside(content)).flatMap(({ content }) => toApplication(content))
      .filter((location) => !isForNamedNetworks(location));
    if (locations.length === 0) return;
    const without = (is: (location: string) => boolean): string => locations.filter((location) => !is(location)).map(nameOf).join(", ");
    const open = without(has("modsecurity", "on"));
    const unbounded = without(has("rewrite_by_lua_file", wafGuard));
    if (open !== "") yield `no firewall protects ${open}`;
    else if (unbounded !== "") yield `nothing limits what the firewall inspects for ${unbounded}`;
    else yield* weaknesses(files);
  },
};
