/** Judges resources as the engine has the pack do: the SDK's own proxy stands before the inputs. */
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { compile } from "../../policies/compile";
import type { Exemption } from "../../policies/exemptions";
import { everyType, isStackRule, type About, type Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import type { Settings } from "../../policies/settings";

// oxlint-disable-next-line typescript/no-require-imports -- the SDK ships no types for it
const sdk = require("@pulumi/policy/proxy") as { unknownCheckingProxy<T>(inputs: T): T; unknownStringValue: string };

/** What stands for a value that a preview does not know. */
export const unknown: any = sdk.unknownStringValue;

export interface Sample {
  type: string;
  /** @default "one" */
  name?: string;
  props: Record<string, unknown>;
  /** What the provider adds once it is made: rules about the whole stack see it. */
  outputs?: Record<string, unknown>;
  protect?: boolean;
  /** Names of the resources that an input comes from. */
  refs?: Record<string, string[]>;
}

/** `digitalocean("loadBalancer", {…})`, `aws("s3/bucketPolicy", {…})` */
const typed = (prefix: string, path: string): string => {
  const word = path.slice(path.indexOf("/") + 1);
  return `${prefix}${path}:${word[0].toUpperCase()}${word.slice(1)}`;
};
type Extra = Omit<Sample, "type" | "props">;
export const digitalocean = (word: string, props: Record<string, unknown>, extra: Extra = {}): Sample => ({ type: typed("digitalocean:index/", word), props, ...extra });
export const aws = (path: string, props: Record<string, unknown>, extra: Extra = {}): Sample => ({ type: typed("aws:", path), props, ...extra });

export const settings: Settings = { stack: "test", preview: false, throwaway: false, allowedRegions: ["fra1", "ams3"], secrets: [] };

export interface Violation {
  rule: string;
  urn?: string;
  message: string;
}

const nameOf = ({ name = "one" }: Sample): string => name;
export const urnOf = (sample: Sample): string => `urn:pulumi:test::ringo-infra::${sample.type}::${nameOf(sample)}`;

function asResource(sample: Sample): PolicyResource {
  return {
    type: sample.type, name: nameOf(sample), urn: urnOf(sample), props: sdk.unknownCheckingProxy(sample.props),
    opts: { protect: sample.protect ?? false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [], customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 } },
    dependencies: [], propertyDependencies: {}, isType: () => false, asType: () => undefined,
  };
}

export interface World {
  settings?: Partial<Settings>;
  exemptions?: Exemption[];
  today?: string;
  /** Which rules. @default all */
  of?: readonly Rule[];
}

/** Everything that the pack has to say of these resources, in the engine's order: each one, then the stack. */
export function judge(samples: Sample[], world: World = {}): Violation[] {
  const policies = compile(world.of ?? rules, {
    settings: { ...settings, ...world.settings }, exemptions: world.exemptions ?? [], today: new Date(world.today ?? "2026-06-01"),
  });
  const resources = samples.map(asResource);
  for (const [i, { refs = {} }] of samples.entries()) {
    for (const [input, names] of Object.entries(refs)) resources[i].propertyDependencies[input] = resources.filter(({ name }) => names.includes(name));
  }
  const found: Violation[] = [];
  const args = { stackTags: new Map(), getConfig: () => ({}) as any, notApplicable: () => { throw new Error("unused"); } };
  for (const resource of resources) {
    for (const { name, validateResource } of policies as ResourceValidationPolicy[]) {
      const only = (validateResource as any)?.__pulumiType;
      if (typeof validateResource !== "function" || (only !== undefined && only !== resource.type)) continue;
      void validateResource({ ...resource, parent: undefined, ...args } as any, (message: string) => found.push({ rule: name, urn: resource.urn, message }));
    }
  }
  const made = resources.map((resource, i) => ({ ...resource, props: sdk.unknownCheckingProxy({ ...samples[i].props, ...samples[i].outputs }) }));
  const types = new Set([...samples.map(({ type }) => type), "pulumi:pulumi:Stack"]);
  for (const { name, validateStack } of policies as StackValidationPolicy[]) {
    const only = (validateStack as any)?.__pulumiType;
    if (validateStack === undefined || (only !== undefined && !types.has(only))) continue;
    void validateStack({ resources: made, ...args }, (message: string, urn?: string) => found.push({ rule: name, urn, message }));
  }
  return found;
}

export const ruleNamed = (name: string): Rule => {
  const rule = rules.find((each) => each.name === name);
  if (!rule) throw new Error(`no rule ${name}`);
  return rule;
};

/** What shows that a rule does what it says. */
export interface Cases {
  kept: Sample[][];
  broken: [RegExp, ...Sample[]][];
  /** Nothing here is known: it may be let pass in a preview, told, and never in an update. Left out where a rule reads no input. */
  unknown?: Sample[];
}

/** One alone. */
export const alone = (...samples: Sample[]): Sample[][] => samples.map((sample) => [sample]);

/** Tests all rules of a chapter; a rule without cases fails. */
export function chapter(title: About["chapter"], cases: Record<string, Cases>): void {
  test(`every rule of ${title} has cases`, () => {
    expect(Object.keys(cases).sort()).toEqual(rules.filter((rule) => rule.chapter === title).map(({ name }) => name).sort());
  });
  describe.each(Object.entries(cases))("%s", (name, { kept, broken, unknown: hidden }) => {
    const only = { of: [ruleNamed(name)] };
    test.each(kept.map((samples, i) => [i, samples] as const))("accepts the clean case (%i)", (_, samples) => expect(judge(samples, only)).toEqual([]));
    test.each(broken.map(([pattern, ...samples]) => [pattern, samples] as const))("refuses: %s", (pattern, samples) => {
      const violations = judge(samples, only);
      expect(violations.map(({ message }) => message).join("\n")).toMatch(pattern);
      expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set([name]));
      expect(violations[0].message).toContain("To fix: ");
    });
    if (!hidden) return;
    test("reports what a preview cannot know, and never accepts it in an update", () => {
      const previewed = judge(hidden, { ...only, settings: { preview: true } });
      expect(previewed.map(({ rule }) => rule)).toEqual(["not-judged-yet"]);
      expect(previewed[0].message).toContain(`Cannot be judged yet: ${name}`);
      expect(judge(hidden, only)).toEqual([expect.objectContaining({ rule: name, message: expect.stringContaining("unknown") })]);
    });
  });
  test(`rules of ${title} name existing types`, () => {
    for (const rule of rules.filter((each) => each.chapter === title)) for (const type of isStackRule(rule) ? rule.of : rule.types) if (type !== everyType) expect(typeInSdk(type)).toBe(type);
  });
}

/** The type as the provider's own SDK names it. */
export function typeInSdk(type: string): string | undefined {
  const [, own] = /^pulumi:providers:(\w+)$/.exec(type) ?? [];
  // oxlint-disable-next-line typescript/no-require-imports -- as below
  if (own !== undefined) return `pulumi:providers:${(require(`@pulumi/${own}/provider`) as { Provider: { __pulumiType: string } }).Provider.__pulumiType}`;
  const [, provider, path, name] = /^(\w+):([\w/]+):(\w+)$/.exec(type)!;
  // oxlint-disable-next-line typescript/no-require-imports -- by name, and no more of a large SDK than the type's own file
  const file = require(`@pulumi/${provider}/${path.replace(/^index\//, "")}`) as Record<string, { __pulumiType?: string }>;
  return file[name].__pulumiType;
}
