import type { Unwrap } from "@pulumi/pulumi";
import type { PolicyResource, PolicyResourceOptions, Severity } from "@pulumi/policy";
import type { Settings } from "./settings";

export const chapters = ["Network", "Machines", "Edge", "Data", "Identity", "Application"] as const;

/** What a person needs to know of a rule. Its messages and the pages under docs/security both speak from it. */
export interface About {
  /** Unique in the pack: what levels and exemptions call it. */
  name: string;
  chapter: (typeof chapters)[number];
  severity: Severity;
  /** Whether a violation stops the update, where `levels.ts` says nothing else. @default "mandatory" */
  level?: "mandatory" | "advisory";
  /** What holds when the rule is kept. */
  demands: string;
  /** What is wrong when it is not, and why that matters. */
  wrong: string;
  /** What to do. */
  fix: string;
  /** Ids of the rules of other packs and frameworks that it answers to. */
  answers: string[];
}

/** The resource that a rule looks at, beside its properties. */
export interface Subject {
  type: string;
  name: string;
  urn: string;
  opts: PolicyResourceOptions;
  settings: Settings;
}

/** Among a rule's types: it looks at all of them. */
export const everyType = "*";

/** Judges one resource by its inputs, before it is made or changed. */
export interface ResourceRule extends About {
  types: string[];
  of?: undefined;
  /**
   * What was found, one text a violation. Names and settings, and of values what is no secret by its nature (a range, a tag, an action): any other may be one.
   * Reading an input that is not known yet throws, and the rule is recorded as not judged: read only what matters.
   */
  check(inputs: any, subject: Subject): Iterable<string>;
}

/** Judges what no resource shows alone. Runs after the resources were made or changed. */
export interface StackRule extends About {
  types?: undefined;
  /** The rule has nothing to say of a stack without one of these types. */
  of: string[];
  check(resources: PolicyResource[], settings: Settings): Iterable<Finding>;
}

export interface Finding {
  /** What was found; as of a resource rule. */
  found: string;
  /** URN of the resource to blame. @default the stack */
  urn?: string;
}

export type Rule = ResourceRule | StackRule;

export const isStackRule = (rule: Rule): rule is StackRule => rule.types === undefined;

/** A rule about one type, whose inputs' names the compiler checks. */
export const ruleFor = <Args>(type: string, rule: About & { check(inputs: Unwrap<Args>, subject: Subject): Iterable<string> }): ResourceRule =>
  ({ ...rule, types: [type] });
