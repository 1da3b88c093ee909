import { events } from "./markup";
import { noRichText, richText } from "./richtext";
import { asBrowsersRead, rule } from "./rule";

/** A picture or a document as pages write it into a field, wholly, of a type that no browser runs. Decoding has made spaces of its pluses. */
const picture = "data:(?:image/(?:png|jpe?g|gif|webp|bmp|heic|avif)|(?:audio|video)/[\\w.-]+|text/csv|application/(?:gzip|json|msword|octet-stream|pdf|rtf|zip|vnd\\.[\\w.-]+))(?:;codecs=[\\w.,-]+)?;base64,[A-Za-z0-9+/= ]*+\\z";
/** A key or a signature in Base64, wholly: "Onw/onNa==" gives no attribute anything. */
const key = "[A-Za-z\\d+/\\s]{8,}+={1,2}\\s*+\\z";
/** "online=да" and "style = классика": nothing of it is in quotes or in brackets, and no browser knows it for an attribute that does anything. Bounded, as each of its signs is a step. */
const named = `(?=[^<>\\x22'\\x60&\\x5c]{1,2000}+\\z)(?![\\s\\S]*?(?:(?:on${events}|action|data|href|src|to)[\\s\\x08]*+=|(?:style|background)[\\s\\x08]*+=(?![\\s\\x08]*+[\\w -]++(?:[,;.]|\\z))|[a-z]:))`;
/** (*COMMIT) has nothing more looked at. */
const no = (whole: string): string => `\\A(?:${whole})(*COMMIT)(*FAIL)`;
const harmless = `${picture}|${key}|${named}`;
const inFields = (id: number, expression: string, message: string): string => rule(id, "ARGS", `@rx (?i)(?:${no(picture)}|${expression})`, asBrowsersRead, message);

const spread = (word: string): string => [...word].join("\\W*?");
/** From the last of a run of what makes no letter: the others would look through the same. */
const atImport = `@[^\\w@]*+${spread("import")}`;
const binding = `(?:\\A|\\w)[^\\w-]*+-\\W*+m\\W*+o\\W*+z[^\\w-]*+-\\W*+${spread("binding")}`;
/** The first that comes; whatever comes after a later one comes after it. */
const first = (what: string): string => `(?>[\\s\\S]*?${what})`;
const url = spread("url");
const script = (language: string): string => `${[...language, ..."script"].join("(?:[\\t\\r\\n]|&(?:tab|newline);)*+")}(?:[\\t\\r\\n]|&(?:tab|newline);)*+(?::|&colon;)`;

/**
 * In the place of 941130 and 941170, which take pictures for attacks, and look through the rest of a field from every place where they
 * may begin. What holds for a later place holds for the first: (*COMMIT) has no other looked at.
 */
export const scripts = [
  inFields(10418, `[\\s\\S](?:!ENTITY\\s++(?:\\S++|%\\s++\\S++)\\s++(?:PUBLIC|SYSTEM)|x(?:link:href|mlns)|data:text/html|formaction|(?<!\\w)@import|;base64)\\b`, "HTML attribute that is given a document (941130)"),
  inFields(10431, `[\\s\\S]pattern\\b(?:.*=|[^\\n]*+(*SKIP)(*FAIL))`, "HTML attribute with a pattern (941130)"),
  // "JavaScript: the good parts" calls nothing, assigns nothing and takes nothing from a window's name; nor does a remark after a word that is not ASCII, of which the map makes a's, and two of those are no script. Browsers pass over ends of lines within the word.
  inFields(10419, `(?:${script("java")}|${script("vb")})(*COMMIT)(?!\\s++a{2,}+ [a-z](?![\\s\\S]*?script))(?!\\s++(?![\\s\\S]*?\\bname\\b)(?:[^=(){}\\[\\]<\\x60\\x5c]++|(?<=aa|aa )\\([^=(){}\\[\\]<\\x60\\x5c]*+\\))*+\\z)[\\s\\S]`, "Address that is a script (941170, 941210, 941220)"),
  inFields(10432, `(?:\\W|^)data:(?:[a-z]\\w++/\\w(?:[\\w+-]+\\w)?)?[;,]`, "Address that is a document (941170)"),
  inFields(10433, `(?:\\W|^)data:(*COMMIT)(?:${first(";")}[\\s\\S]*?\\b(?:base64|charset=)|${first(",")}${first("<")}${first("\\w")}[\\s\\S]*?>)`, "Address that is a document (941170)"),
  inFields(10434, `${atImport}[^\\w\\x22']*+[\\x22']`, "Style sheet that is imported (941170)"),
  inFields(10435, `${atImport}\\W*+${url}(*COMMIT)[\\s\\S]*?\\(`, "Style sheet that is imported (941170)"),
  inFields(10436, `${atImport}(?>\\W*?/\\*)(*COMMIT)(?:[\\s\\S]*?[\\x22']|${first(url)}[\\s\\S]*?\\()`, "Style sheet that is imported (941170)"),
  inFields(10437, `${binding}(*COMMIT)${first(":")}${first(url)}[\\s\\S]*?\\(`, "Style that is bound to a script (941170)"),
  rule(10456, "ARGS|REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/", `@rx (?i)(?:${richText}|${no(harmless)}|[\\s\\x22'\\x60;/\\d=\\x0b\\x0c,(]on[a-z]+[\\s\\x0b\\x0c,(;]*+=)`, asBrowsersRead, "HTML attribute (941120)"),
  rule(10457, "ARGS|REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/", "@detectXSS", asBrowsersRead, "Script (941100)", ["MATCHED_VARS", `@rx \\A(?!${harmless})${noRichText}`]),
].join("");

/** Excluded from the application's fields and cookies for the last two. */
export const scriptsReplaced = [941100, 941120];
