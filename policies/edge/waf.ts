import { highestThreshold, looksForAttacks, takenOut, wafDirectory, wafGuard } from "../../machine/edge/modsecurity";
import { command, stateOf } from "../machines/state";
import { isPrivate, isWorld } from "../network/addresses";
import type { Rule } from "../rule";

/** Where a block ends that begins in a text, or the text's own end. */
function endOfBlock(text: string): number {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth += brace === "{" ? 1 : -1;
    if (depth === 0) return index + 1;
  }
  return text.length;
}

/** Where nginx leads to an application: locations, each up to where one within it begins, and what is outside of them. */
function toApplication(site: string): string[] {
  const [before, ...begun] = site.replaceAll(/^\s*#.*$/gm, "").split(/(?:^|(?<=[\s;{}]))location\s/m);
  const locations = begun.map((text) => text.slice(0, endOfBlock(text)));
  const outside = `what is outside of locations {${[before, ...begun.map((text) => text.slice(endOfBlock(text)))].join("\n")}`;
  return [...locations, outside].filter((text) => /\b\w+_pass\s/.test(text));
}

/** Values of a directive, wherever it stands on its line. */
const valuesOf = (name: string, text: string): string[] => [...text.matchAll(new RegExp(`(?:^|[\\s;{}])${name}\\s+([^\\s;]+)`, "g"))].map(([, value]) => value);

/** Whether nobody gets there but from networks that are named, and are not the internet. */
const isForNamedNetworks = (location: string): boolean =>
  /^\s*deny\s+all;/m.test(location) && valuesOf("satisfy", location).every((who) => who === "all") && !isWorld(valuesOf("allow", location));

/** Whether a site answers on private addresses alone: whoever asks there is a machine of the stack. */
function isInside(site: string): boolean {
  const listening = valuesOf("listen", site.replaceAll(/^\s*#.*$/gm, ""));
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

/** What is wrong with the firewall's own files, and with what the sites say of it. */
function* weaknesses(files: { path: string; content: string }[]): Generator<string> {
  for (const { content } of files.filter(({ path }) => path.startsWith("/etc/nginx/"))) {
    for (const [told, file] of content.replaceAll(/^\s*#.*$/gm, "").matchAll(/\bmodsecurity_rules(?:_file\s+(\S+?))?(?=[\s;])|\bmodsecurity_rules_remote\b/g)) {
      if (!file?.startsWith(`${wafDirectory}/`)) yield `${told.split(/\s/)[0]} brings rules from elsewhere`;
    }
  }
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
