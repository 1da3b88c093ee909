import { rule } from "./rule";

/** Fields, and the end of the path. */
const fields = "ARGS|REQUEST_BASENAME";
/** Nothing else decodes to a line of ASCII: a picture, a key or a word of a dozen letters does not. */
const text = "\\A(?=[\\t\\r\\n -~]{12,}+\\z)";
const decoded = "t:none,t:base64Decode";
const encoded = (id: number, operator: string, message: string, signs: string): string => rule(id, fields, operator, decoded, `${message} in Base64`, ["MATCHED_VARS", `@rx ${text}[\\s\\S]*?(?:${signs})`]);

/** What is looked for in fields as they are, where the whole of one is Base64. */
export const encodedAttacks = [
  encoded(10452, "@detectXSS", "Script", "[<='\\x22]"),
  encoded(10453, "@detectSQLi", "SQL injection", "['\\x22=;(#]|--"),
  rule(10454, fields, `@rx ${text}[\\s\\S]*?(?:<(?:[!?#]|script|svg|img|body|iframe)|\\bon\\w{3,20}\\s*+=|script:|\\b(?:alert|confirm|prompt)\\b\\)?(?:[(\\x60]|\\.\\w+\\()|\\bconstructor\\(|/etc/\\w|\\.\\./|\\\\\\w\\$\\\\|[;|&]\\s*+(?:wget|curl|getent|nc|bash|sh|cat|set)\\b|[{#$]\\{\\s*+\\d|\\(\\s*+[&|!]\\s*+\\(|\\w:(?:\\d+\\.){3}\\d|\\$(?:where|or|ne|gt)\\b|\\bdb\\.\\w+\\.\\w+\\(|\\bnew date\\(|[\\r\\n](?:rcpt to:|quit[\\r\\n]|\\w\\d+ (?:capability|fetch))|\\bjson_\\w+\\(|\\bunion\\s+select\\b|\\bselect\\s*+\\()`, `${decoded},t:lowercase`, "Attack in Base64"),
].join("");
