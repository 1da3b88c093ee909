/** Permission for one resource to violate one rule, until a date. */
export interface Exemption {
  /** Name of the rule. */
  rule: string;
  /** The resource: its URN, or `type::name`. */
  resource: string;
  /** Why the violation is acceptable here. */
  reason: string;
  /**
   * The last day, as 2026-12-31: 90 days from today at most. From the next day on the rule applies again, and the
   * exemption itself is a violation.
   */
  until: string;
}

/** The exemptions in force: none. */
export const exemptions: Exemption[] = [];

/** After a quarter of a year nobody remembers why: if it is still needed, review and renew it. */
const longestInDays = 90;

/** What is wrong with an exemption, or undefined. */
export function exemptionFault({ rule, resource, reason, until }: Exemption, rules: ReadonlySet<string>, today: Date): string | undefined {
  if (!rules.has(rule)) return `there is no rule ${rule}`;
  if (!/.::./.test(resource)) return "it names no resource: a URN, or type::name";
  if (reason.trim().length < 20) return "it gives no reason that a reader could judge";
  if (!/^\d{4}-\d\d-\d\d$/.test(until) || Number.isNaN(Date.parse(until))) return "its end is not a date such as 2026-12-31";
  if (tooLate(until, today)) return `it ends more than ${longestInDays} days from today`;
  return expired(until, today) ? `it ended on ${until}` : undefined;
}

/** Whether an exemption that holds covers this violation. */
export const isExempt = (list: readonly Exemption[], rule: string, urn: string, today: Date): boolean =>
  list.some((each) => each.rule === rule && !expired(each.until, today) && !tooLate(each.until, today) && (each.resource === urn || each.resource === shortName(urn)));

/** `urn:pulumi:stack::project::parent$type::name` as `type::name`. */
function shortName(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  return `${types.slice(types.lastIndexOf("$") + 1)}::${name.join("::")}`;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);
const expired = (until: string, today: Date): boolean => until < day(today);
const tooLate = (until: string, today: Date): boolean => until > day(new Date(today.getTime() + longestInDays * 24 * 60 * 60 * 1000));
