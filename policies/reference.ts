/** Writes docs/security/checklist.md, policies.md and coverage.md. With `--check` it only tells whether they are as they should be. */
import { keepPages } from "../config/page";
import { checklist, gaps, type Row } from "./checklist";
import { levelsOf } from "./levels";
import packs from "./packs/rules.json";
import { unanswered } from "./packs/unanswered";
import { chapters, isStackRule, type Rule } from "./rule";
import { rules } from "./rules";

const made = "Made from `policies/` by `make reference`: change it there.";
const stacks = ["production", "staging", "local"];

const levelIn = (stack: string, rule: Rule): string => levelsOf(stack)[rule.name] ?? rule.level ?? "mandatory";

function levelText(rule: Rule): string {
  const own = levelIn("production", rule);
  const others = stacks.slice(1).filter((stack) => levelIn(stack, rule) !== own).map((stack) => `${levelIn(stack, rule)} in ${stack}`);
  return [own, ...others].join(", ");
}

const section = (rule: Rule): string[] => [
  `### \`${rule.name}\``, "", `**${rule.demands}** ${rule.wrong}`, "",
  `- To mend: ${rule.mend}`,
  `- Severity: ${rule.severity}. Level: ${levelText(rule)}.`,
  `- Judged: ${isStackRule(rule) ? "when the stack is whole, in a preview and after an update" : "of each resource, before it is made or changed"}; of ${(isStackRule(rule) ? rule.of : rule.types).map((type) => `\`${type}\``).join(", ")}`,
  ...(rule.answers.length > 0 ? [`- Answers to: ${rule.answers.join(", ")}`] : []), "",
];

const cell = (text: string): string => text.replaceAll("|", "\\|");
const lines = (column: string[] | undefined): string => (column ?? []).join("<br>");
const policyLink = (name: string): string => `[\`${name}\`](policies.md#${name})`;

/** One row of the checklist as one of the page's. */
function row(each: Row): string {
  const missing = gaps(each);
  return `| ${[
    each.demands + (missing.length === 0 ? "" : ` **Gap:** ${missing.join("; ")}.`),
    lines(each.policies?.map(policyLink)),
    lines(each.machine?.map((file) => `[${file}](../../machine/${file})`)),
    lines(Object.entries(each.tests ?? {}).map(([file, names]) => `[${file.slice(file.lastIndexOf("/") + 1).replace(".test.ts", "")}](../../tests/${file}): ${names.join("; ")}`)),
  ].map(cell).join(" | ")} |`;
}

export function checklistPage(chaptersOf: Record<string, Row[]>): string {
  const rows = Object.values(chaptersOf).flat();
  return [
    "# The security checklist", "", made, "",
    "What must hold, and what holds it: a **policy**, which refuses a plan that breaks it ([all of them](policies.md); each is tried on what it",
    "refuses and on what it lets pass in `tests/policies`); the **machine**'s own state, which each apply puts back where it differs; a **test**.",
    `A column is empty where the row needs none. Of ${rows.length} rows ${rows.filter((each) => gaps(each).length > 0).length} have a gap.`, "",
    ...Object.entries(chaptersOf).flatMap(([chapter, list]) => [`## ${chapter}`, "", "| what holds | policy | machine | test |", "| --- | --- | --- | --- |", ...list.map(row), ""]),
  ].join("\n").trimEnd() + "\n";
}

const policiesPage = (): string => [
  "# What the policies demand", "", made, "",
  "A mandatory rule stops a preview, and an update before the resource is touched; an advisory one is told and passes. How a level is changed and an",
  "exemption is given: [setup](../setup.md). What holds beside them: [the checklist](checklist.md). What other packs demand, and which rule here answers:",
  "[coverage](coverage.md).", "",
  "| chapter | rule | severity | level |", "| --- | --- | --- | --- |",
  ...rules.map((rule) => `| ${rule.chapter} | [\`${rule.name}\`](#${rule.name}) ${rule.demands} | ${rule.severity} | ${levelText(rule)} |`), "",
  ...chapters.flatMap((chapter) => [`## ${chapter}`, "", ...rules.filter((rule) => rule.chapter === chapter).flatMap(section)]),
].join("\n").trimEnd() + "\n";

function coverage(): string {
  const answering = (id: string): string[] => rules.filter(({ answers }) => answers.includes(id)).map(({ name }) => policyLink(name));
  return [
    "# What other packs demand", "", made, "",
    "Every rule of Checkov, Trivy and ScoutSuite for DigitalOcean, and of theirs for AWS's S3, IAM and KMS, as they stood in August 2026,",
    "with the rule here that answers it, or why none does.", "",
    ...Object.entries(packs).flatMap(([pack, list]) => [
      `## ${pack}`, "", `${list.filter(([id]) => answering(id).length > 0).length} of ${list.length} are answered.`, "", "| id | what it demands | answered by |", "| --- | --- | --- |",
      ...list.map(([id, title]) => `| ${id} | ${cell(title)} | ${answering(id).join(", ") || `none: ${unanswered[id]}`} |`), "",
    ]),
  ].join("\n").trimEnd() + "\n";
}

export const pages = (): Record<string, string> => ({ "security/checklist.md": checklistPage(checklist), "security/policies.md": policiesPage(), "security/coverage.md": coverage() });

if (require.main === module) keepPages(pages(), "the policies say", "make reference");
