import { replaced, replacedElsewhere } from "./additions";

/** One place that one or more rules must not look at. */
export interface Exclusion {
  /** Beginning of the path. */
  path: string;
  /** Numbers of the rules. */
  rules: number[];
  /** What they must not look at, as ModSecurity names it: `ARGS:json.comment`. Without it they don't look at such requests at all. */
  target?: string;
}

/** Whether a rule looks for attacks, so that there may be something that it must not look at. Others add up, refuse or prepare. */
export const looksForAttacks = (rule: number): boolean => (rule >= 910_000 && rule <= 948_999) || (rule >= 10_400 && rule <= 10_499);
/** The same in words. */
export const rulesThatLook = "910000 to 948999 of the Core Rule Set, 10400 to 10499 of this program";

/** An exclusion as operators write it: `942100,10414 /api/v1/orders/ ARGS:json.comment`. */
export function exclusionOf(text: string): Exclusion {
  const [rules, path, target] = text.split(" ");
  return { rules: rules.split(",").map(Number), path, target };
}

/** Fields that hold a password, in JSON, in forms and in Django's admin. */
const passwords = ["password", "password1", "password2", "old_password", "new_password", "new_password1", "new_password2", "current_password", "re_password",
  "re_new_password", "password_confirm", "confirm_password", "passwordConfirm", "new_password_confirm", "password_confirmation", "confirmPassword", "oldPassword", "newPassword"]
  .flatMap((name) => [name, `json.${name}`]);

/** The rules that look at a body as it came. */
const bodyRules = [920260, 920272, 920273, 921110, 931110, 944100, 944110, 944120, 944130, 944200, 944210, 944240, 944250, 944300];

/** Where the application reads passwords and text. */
export const application = "@rx ^/(?:api|admin)/";

/** Rules that look at nothing of the application's requests. */
const removed = [
  // US-ASCII with its eighth bit set, which no browser has read as such since Internet Explorer 7: м and о are such bytes. Bytes
  // that are no UTF-8 are refused by rules 10404, 10406 and 10407.
  941310,
  // A per cent sign in a query ("10%25 "): ModSecurity 3 shows this rule the address decoded, and what was encoded looks broken.
  920220,
  // A header that forms should no longer have, and that Dart's http writes before every field that is not ASCII. Values that change
  // how a part is read are refused by rule 10031.
  922120,
  // A single quote in the name of a file; all else that this rule looks for rule 10405 does.
  920120,
];

/** What the rules must not look at: the reasons are on the operators' page, docs/security/waf.md. */
export const exclusions = (operators: Exclusion[]): string => `# Passwords: a good one looks like an attack, is only ever hashed, and what a rule finds it quotes in the log. Only where there
# is one: an exclusion by tag costs a look at every tag of every rule.
SecRule REQUEST_FILENAME "!${application}" "id:10200,phase:2,pass,t:none,nolog,skipAfter:END-PASSWORDS"
SecRule &ARGS:/password/ "@eq 0" "id:10204,phase:2,pass,t:none,nolog,skipAfter:END-PASSWORDS"
${passwords.map((name, i) => `SecRule &ARGS:${name} "@gt 0" "id:${10210 + i},phase:2,pass,t:none,nolog,ctl:ruleRemoveTargetByTag=OWASP_CRS;ARGS:${name}"`).join("\n")}
SecMarker END-PASSWORDS
# Rules that refuse ordinary requests, and those that find commands, scripts and SQL in ordinary text, each of these with a narrower
# one in its place (additions.conf).
SecRule REQUEST_FILENAME "${application}" "id:10203,phase:1,pass,t:none,nolog,\\
${[
    ...removed.map((rule) => `ruleRemoveById=${rule}`),
    ...[...replaced.map((rule) => `${rule};ARGS`), ...replacedElsewhere].map((one) => `ruleRemoveTargetById=${one}`),
  ].map((control) => `    ctl:${control}`).join(",\\\n")}"
# A body that has been taken apart is looked at field by field (ARGS), with the names of its files (FILES). The rules that
# would look at it once more as it came were written for ModSecurity 2, which has it no more then; and what is in an uploaded
# file is data.
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:multipart/form-data|application/(?:[a-z0-9.-]+\\+)?(?:json|xml)|text/xml)" "id:10202,phase:1,pass,t:none,t:lowercase,nolog,\\
${bodyRules.map((rule) => `    ctl:ruleRemoveTargetById=${rule};REQUEST_BODY`).join(",\\\n")}"
${operators.map(operator).join("")}`;

const operator = ({ path, rules, target }: Exclusion, index: number): string => {
  const controls = rules.map((rule) => (target === undefined ? `ctl:ruleRemoveById=${rule}` : `ctl:ruleRemoveTargetById=${rule};${target}`));
  return `SecRule REQUEST_FILENAME "@beginsWith ${path}" "id:${10300 + index},phase:1,pass,t:none,nolog,\\\n${controls.map((c) => `    ${c}`).join(",\\\n")}"\n`;
};
