import * as pulumi from "@pulumi/pulumi";
import { compile } from "../../policies/compile";
import { exemptionFault, exemptions, isExempt, type Exemption } from "../../policies/exemptions";
import { levelsOf } from "../../policies/levels";
import { chapters, type Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { readSettings } from "../../policies/settings";
import { few } from "../../policies/unknown";
import { digitalocean, judge, ruleNamed, settings, unknown, urnOf, type Sample } from "./harness";

const names = new Set(rules.map(({ name }) => name));
const today = new Date("2026-06-01T12:00:00Z");

describe("the rules", () => {
  test("have unique names in kebab case that the pack itself does not use", () => {
    expect(names.size).toBe(rules.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
    for (const own of ["exemptions", "not-judged-yet", "all"]) expect(names).not.toContain(own);
  });
  test.each(rules.map((rule) => [rule.name, rule] as const))("%s states its requirement, the reason and the fix", (_, rule) => {
    expect(chapters).toContain(rule.chapter);
    for (const sentence of [rule.demands, rule.wrong]) expect(sentence).toMatch(/^[A-Z`][^]{15,}\.$/);
    expect(rule.fix).toMatch(/^[a-z`][^]{5,}\.$/);
    expect(new Set(rule.answers).size).toBe(rule.answers.length);
  });
  test("reach Pulumi with all their texts", () => {
    const policies = compile(rules, { settings, exemptions: [], today });
    expect(policies).toHaveLength(rules.length + 2);
    const rule = ruleNamed("droplet-ssh-key");
    expect(policies.find(({ name }) => name === rule.name)).toMatchObject({
      description: rule.wrong, enforcementLevel: "mandatory", severity: "high", remediationSteps: rule.fix, tags: expect.arrayContaining(["Machines", "CKV_DIO_2", "DIG-0004"]),
    });
    for (const { enforcementLevel } of policies) expect(["mandatory", "advisory"]).toContain(enforcementLevel);
  });
});

describe("levels", () => {
  test.each(["production", "staging", "local"])("of %s name existing rules", (stack) => {
    for (const rule of Object.keys(levelsOf(stack))) expect([rule, rule === "all" || names.has(rule)]).toEqual([rule, true]);
  });
  test("are not lowered in production or in an unknown stack", () => {
    for (const stack of ["production", "another", ""]) expect(Object.values(levelsOf(stack)).filter((level) => level !== "mandatory")).toEqual([]);
  });
});

describe("an exemption", () => {
  const open: Sample = digitalocean("droplet", { image: "debian-13-x64" }, { name: "old" });
  const exemption: Exemption = { rule: "droplet-ssh-key", resource: "digitalocean:index/droplet:Droplet::old", reason: "Was there before this program, and goes with it in July.", until: "2026-06-30" };
  const of = (list: Exemption[], day = "2026-06-01", samples = [open]) => judge(samples, { of: [ruleNamed("droplet-ssh-key"), ruleNamed("droplet-image")], exemptions: list, today: day }).map(({ rule, message }) => `${rule}: ${message.split("\n")[0]}`);
  const broken = "droplet-ssh-key: it has no SSH key";

  test("applies to its resource, by type and name or by URN, to the end of its last day", () => {
    expect(of([])).toEqual([broken]);
    expect(of([exemption])).toEqual([]);
    expect(of([{ ...exemption, resource: urnOf(open) }])).toEqual([]);
    expect(of([exemption], "2026-06-30")).toEqual([]);
  });
  test("applies for 90 days at most; a longer one has no effect", () => {
    expect(exemptionFault({ ...exemption, until: "2026-08-30" }, names, today)).toBeUndefined();
    expect(of([{ ...exemption, until: "2026-08-30" }])).toEqual([]);
    expect(of([{ ...exemption, until: "2026-08-31" }])).toEqual([broken, expect.stringMatching(/^exemptions: .*more than 90 days/)]);
  });
  test("applies to no other resource or rule", () => {
    expect(of([exemption], undefined, [{ ...open, name: "new" }])).toEqual([broken]);
    expect(of([{ ...exemption, rule: "droplet-image" }])).toEqual([broken]);
    expect(of([{ ...exemption, resource: "digitalocean:index/droplet:Droplet::ol" }])).toEqual([broken]);
  });
  test("applies as well where the update knows too little to judge", () => {
    const hidden = { ...open, props: { sshKeys: unknown, image: "debian-13-x64" } };
    expect(of([], undefined, [hidden])).toEqual(["droplet-ssh-key: old: sshKeys is unknown, so nobody can say that the rule holds"]);
    expect(of([exemption], undefined, [hidden])).toEqual([]);
  });
  test("finds its resource within components", () => {
    const urn = "urn:pulumi:production::ringo-infra::ringo:host:Host$digitalocean:index/droplet:Droplet::old";
    expect([isExempt([exemption], exemption.rule, urn, today), isExempt([exemption], exemption.rule, `${urn}er`, today)]).toEqual([true, false]);
  });
  test("that has expired is a violation, and so is what it covered", () => {
    expect(of([exemption], "2026-07-01")).toEqual([broken, "exemptions: droplet-ssh-key for digitalocean:index/droplet:Droplet::old: it ended on 2026-06-30."]);
  });
  test.each<[string, Partial<Exemption>, RegExp]>([
    ["names no rule", { rule: "droplet-ssh-keys" }, /no rule droplet-ssh-keys/], ["names no resource", { resource: "old" }, /names no resource/],
    ["gives no reason", { reason: "  because            " }, /gives no reason/], ["has no end", { until: "never" }, /not a date/], ["ends on no day", { until: "2026-13-40" }, /not a date/],
    ["ends in the past", { until: "2026-05-31" }, /ended on 2026-05-31/],
    ["ends after more than 90 days", { until: "2026-08-31" }, /more than 90 days/],
    ["never ends", { until: "9999-12-31" }, /more than 90 days/],
  ])("that %s is a violation itself", (_, change, fault) => expect(exemptionFault({ ...exemption, ...change }, names, today)).toMatch(fault));

  test("in force has no fault today", () => {
    for (const each of exemptions) expect([each, exemptionFault(each, names, new Date())]).toEqual([each, undefined]);
  });
});

describe("what a preview cannot know", () => {
  const hidden = (name: string): Sample => digitalocean("droplet", { sshKeys: unknown }, { name });
  const previewed = (samples: Sample[], of = [ruleNamed("droplet-ssh-key")]) => judge(samples, { of, settings: { preview: true } });

  test("is reported once per rule, with the first resources", () => {
    const [told, ...more] = previewed(["a", "b", "c", "d", "e"].map(hidden));
    expect([told.rule, told.message, more]).toEqual(["not-judged-yet", "Cannot be judged yet: droplet-ssh-key: sshKeys of a, b, c and 2 more.", []]);
  });
  test("hides no violation that is known", () => {
    expect(previewed([hidden("a"), digitalocean("droplet", { sshKeys: [] }, { name: "b" })]).map(({ rule }) => rule)).toEqual(["droplet-ssh-key", "not-judged-yet"]);
  });
  test("is a violation in an update, where it would not be checked again", () => {
    expect(judge([hidden("a")], { of: [ruleNamed("droplet-ssh-key")] })[0].message).toBe("a: sshKeys is unknown, so nobody can say that the rule holds\nTo fix: set sshKeys to the deployer's key.");
  });
  test("is reported if a list is only partly known", () => {
    expect(previewed([digitalocean("droplet", { tags: ["project:ringo", unknown] })], [ruleNamed("required-tags")]).map(({ rule }) => rule)).toEqual(["not-judged-yet"]);
  });
  test("does not hide a bug in a rule, which ends the run", () => {
    const faulty: Rule = { ...ruleNamed("droplet-ssh-key"), types: ["digitalocean:index/droplet:Droplet"], of: undefined, check: () => { throw new Error("a bug"); } };
    expect(() => judge([hidden("a")], { of: [faulty] })).toThrow("a bug");
  });
  test.each([[["a"], "a"], [["a", "b", "c"], "a, b, c"], [["a", "b", "c", "d"], "a, b, c and 1 more"]])("%s is abbreviated", (words, text) => expect(few(words)).toBe(text));
});

test("a secret of the configuration is redacted from every message", () => {
  const secret = "Not-A-Real-Secret-7";
  const careless: Rule = { ...ruleNamed("droplet-image"), types: ["digitalocean:index/droplet:Droplet"], of: undefined, *check({ image }) { yield `its image is ${image}`; } };
  const [{ message }] = judge([digitalocean("droplet", { image: `a ${secret} b` })], { of: [careless], settings: { secrets: [secret] } });
  expect(message).toMatch(/^its image is a \[secret\] b\n/);
});

test("a secret that contains another is redacted as a whole", () => {
  const careless: Rule = { ...ruleNamed("droplet-image"), types: ["digitalocean:index/droplet:Droplet"], of: undefined, *check({ image }) { yield `its image is ${image}`; } };
  const [{ message }] = judge([digitalocean("droplet", { image: "Not-A-Real-Secret-7" })], { of: [careless], settings: { secrets: ["Not-A-Real", "Not-A-Real-Secret-7"] } });
  expect(message).toMatch(/^its image is \[secret\]\n/);
});

describe("settings", () => {
  const before = { ...process.env };
  afterEach(() => { process.env = { ...before }; });
  const read = (config: Record<string, string>) => {
    pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [`ringo-infra:${key}`, value])));
    return readSettings();
  };

  test("are the program's, with its defaults", () => {
    expect(read({})).toMatchObject({ throwaway: false, allowedRegions: ["fra1", "ams3"], secrets: [] });
    expect(read({ throwaway: "true", allowedRegions: '["fra1"]' })).toMatchObject({ throwaway: true, allowedRegions: ["fra1"] });
  });
  test("contain every secret's value, also those in maps, unless too short to search for", () => {
    const { secrets } = read({ djangoSecretKey: "first-secret", environmentSecrets: '{"EMAIL_HOST_PASSWORD":"second-secret","PIN":"1234"}', registryToken: "tok", domain: "api.ringo.test" });
    expect(secrets.sort()).toEqual(["first-secret", "second-secret"]);
  });
  test("refuse invalid values", () => expect(() => read({ throwaway: "perhaps" })).toThrow());
});
