import type { EnforcementLevel, Policies, PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { exemptionFault, isExempt, type Exemption } from "./exemptions";
import { everyType, isStackRule, type About, type ResourceRule, type Rule, type StackRule } from "./rule";
import type { Settings } from "./settings";
import { isUnknownValue, NotJudged, readable } from "./unknown";

export interface Context {
  settings: Settings;
  exemptions: readonly Exemption[];
  today: Date;
}

/** Makes Pulumi's policies of the rules, and two of the pack's own: about exemptions, and about what a preview cannot know. */
export function compile(rules: readonly Rule[], context: Context): Policies {
  const notJudged = new NotJudged();
  return [
    ...rules.map((rule) => (isStackRule(rule) ? stackPolicy(rule, context, notJudged) : resourcePolicy(rule, context, notJudged))),
    exemptionsPolicy(rules, context),
    notJudgedPolicy(notJudged),
  ];
}

/** What Pulumi shows of a rule. */
const described = (rule: About) => ({
  name: rule.name,
  description: rule.wrong,
  enforcementLevel: (rule.level ?? "mandatory") as EnforcementLevel,
  severity: rule.severity,
  tags: [rule.chapter, ...rule.answers],
  remediationSteps: rule.fix,
  framework: { name: "Ringo security checklist", version: "1", reference: rule.answers.join(", "), specification: rule.chapter },
});

function resourcePolicy(rule: ResourceRule, context: Context, notJudged: NotJudged): ResourceValidationPolicy {
  const types = new Set(rule.types);
  const validate: ResourceValidationPolicy["validateResource"] = ({ type, name, urn, opts, props }, report) => {
    if (!types.has(type) && !types.has(everyType)) return;
    const findings = function* () {
      for (const found of rule.check(readable(props), { type, name, urn, opts, settings: context.settings })) yield { found, urn };
    };
    judge(rule, findings(), { name, urn }, context, notJudged, report);
  };
  return { ...described(rule), validateResource: rule.types.length === 1 && !types.has(everyType) ? onlyFor(rule.types[0], validate) : validate };
}

function stackPolicy(rule: StackRule, context: Context, notJudged: NotJudged): StackValidationPolicy {
  const validateStack = whole(rule.of, (resources, report) =>
    judge(rule, rule.check(resources.map(readableResource), context.settings), { name: "the stack" }, context, notJudged, report));
  return { ...described(rule), validateStack };
}

const stackType = "pulumi:pulumi:Stack";

/** Looks at a whole stack that has one of these types. What is wrong with no resource is the stack's own: `pulumi policy analyze` fails by an assertion on a finding that names none. */
function whole(types: readonly string[], look: (resources: PolicyResource[], report: ReportViolation) => void): StackValidationPolicy["validateStack"] {
  const validate: StackValidationPolicy["validateStack"] = ({ resources }, report) =>
    look(resources, (message, urn = resources.find(({ type }) => type === stackType)?.urn) => report(message, urn));
  return types.length === 1 ? onlyFor(types[0], validate) : validate;
}

const readableResource = (resource: PolicyResource): PolicyResource => ({ ...resource, props: readable(resource.props) });

/** Lets the SDK pass over resources of other types without unpacking them: its own mark, as `validateResourceOfType` sets it. */
const onlyFor = <F extends object>(type: string, validate: F): F => Object.assign(validate, { __pulumiType: type });

function judge(
  rule: About, findings: Iterable<{ found: string; urn?: string }>, subject: { name: string; urn?: string }, { settings, exemptions, today }: Context,
  notJudged: NotJudged, report: ReportViolation,
): void {
  const violation = (found: string, urn?: string) => report(concealed(`${found}\nTo fix: ${rule.fix}`, settings.secrets), urn);
  const isExempted = (urn: string | undefined): boolean => urn !== undefined && isExempt(exemptions, rule.name, urn, today);
  try {
    for (const { found, urn } of findings) {
      if (!isExempted(urn)) violation(found, urn);
    }
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    if (settings.preview) notJudged.note(rule.name, subject.name, error);
    // In an update every value is known by now: what can't be judged here is never judged.
    else if (!isExempted(subject.urn)) violation(`${subject.name}: ${error.props.join(".")} is unknown, so nobody can say that the rule holds`);
  }
}

/** Rules name settings, not values; should one of them be a secret of the configuration after all, it is struck out: the longest first, which may contain another. */
const concealed = (text: string, secrets: string[]): string =>
  [...secrets].sort((a, b) => b.length - a.length).reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);

function exemptionsPolicy(rules: readonly Rule[], { exemptions, today }: Context): StackValidationPolicy {
  const names = new Set(rules.map(({ name }) => name));
  return {
    name: "exemptions",
    description: "An exemption from the policies is out of date or says too little.",
    enforcementLevel: "mandatory",
    severity: "high",
    validateStack: whole([stackType], (_resources, report) => {
      for (const exemption of exemptions) {
        const fault = exemptionFault(exemption, names, today);
        if (fault !== undefined) report(`${exemption.rule} for ${exemption.resource}: ${fault}.\nTo fix: keep the rule, or renew the exemption in policies/exemptions.ts.`);
      }
    }),
  };
}

function notJudgedPolicy(notJudged: NotJudged): StackValidationPolicy {
  return {
    name: "not-judged-yet",
    description: "Some values are known only once their resources are made. The update judges them before it uses them.",
    enforcementLevel: "advisory",
    severity: "low",
    validateStack: whole([stackType], (_resources, report) => {
      for (const line of notJudged.drain()) report(`Cannot be judged yet: ${line}.`);
    }),
  };
}
