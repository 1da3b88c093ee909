import { asBrowsersRead, rule } from "./rule";

/** A picture as pages write it into a field, wholly: (*COMMIT) has nothing more looked at. Decoding has made spaces of its pluses. */
const picture = "\\Adata:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/= ]*+\\z(*COMMIT)(*FAIL)";
const inFields = (id: number, expression: string, message: string): string => rule(id, "ARGS", `@rx (?i)(?:${picture}|${expression})`, asBrowsersRead, message);

const spread = (word: string): string => [...word].join("\\W*?");
/** From the last of a run of what makes no letter: the others would look through the same. */
const atImport = `@[^\\w@]*+${spread("import")}`;
const binding = `(?:\\A|\\w)[^\\w-]*+-\\W*+m\\W*+o\\W*+z[^\\w-]*+-\\W*+${spread("binding")}`;
/** The first that comes; whatever comes after a later one comes after it. */
const first = (what: string): string => `(?>[\\s\\S]*?${what})`;
const url = spread("url");

/**
 * In the place of 941130 and 941170, which take pictures for attacks, and look through the rest of a field from every place where they
 * may begin. What holds for a later place holds for the first: (*COMMIT) has no other looked at.
 */
export const scripts = [
  inFields(10418, `[\\s\\S](?:!ENTITY\\s++(?:\\S++|%\\s++\\S++)\\s++(?:PUBLIC|SYSTEM)|x(?:link:href|html|mlns)|data:text/html|formaction|@import|;base64)\\b`, "HTML attribute that is given a document (941130)"),
  inFields(10431, `[\\s\\S]pattern\\b(?:.*=|[^\\n]*+(*SKIP)(*FAIL))`, "HTML attribute with a pattern (941130)"),
  inFields(10419, `(?:\\W|^)javascript:(*COMMIT)(?:[\\s\\S]+[=\\x5c(\\[.<]|[\\s\\S]*?\\bname\\b)`, "Address that is a script (941170)"),
  inFields(10432, `(?:\\W|^)data:(?:[a-z]\\w++/\\w(?:[\\w+-]+\\w)?)?[;,]`, "Address that is a document (941170)"),
  inFields(10433, `(?:\\W|^)data:(*COMMIT)(?:${first(";")}[\\s\\S]*?\\b(?:base64|charset=)|${first(",")}${first("<")}${first("\\w")}[\\s\\S]*?>)`, "Address that is a document (941170)"),
  inFields(10434, `${atImport}[^\\w\\x22']*+[\\x22']`, "Style sheet that is imported (941170)"),
  inFields(10435, `${atImport}\\W*+${url}(*COMMIT)[\\s\\S]*?\\(`, "Style sheet that is imported (941170)"),
  inFields(10436, `${atImport}(?>\\W*?/\\*)(*COMMIT)(?:[\\s\\S]*?[\\x22']|${first(url)}[\\s\\S]*?\\()`, "Style sheet that is imported (941170)"),
  inFields(10437, `${binding}(*COMMIT)${first(":")}${first(url)}[\\s\\S]*?\\(`, "Style that is bound to a script (941170)"),
].join("");
