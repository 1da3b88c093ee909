import { markup } from "./markup";
import { rule } from "./rule";
import { shell } from "./shell";
import { windows } from "./windows";

/**
 * Rules of the Core Rule Set that are taken out altogether, for what they cost: from every place where they may begin they look
 * through the rest of a field, some of them many times over, and a few kilobytes of brackets or quotes held up one of nginx's
 * workers for seconds. The same is looked for here by expressions that pass over a field once.
 */
export const linear = markup + shell + windows;

/** The one that is taken out keeps a variable for each header and compiles an expression for each request to read them again. */
export const headers = rule(10459, "REQUEST_HEADERS_NAMES", "@rx (?i)^(?:accept-charset|content-encoding|content-range|if|lock-token|proxy)$", "t:none", "Restricted header (920450)");

/** Rules that are taken out, each with those in its place. */
export const takenOut: Record<number, number[]> = {
  920450: [10459], 932100: [10423], 932105: [10423], 932140: [10427, 10428, 10429, 10430], 932150: [10424], 941140: [10425, 10426], 941160: [10420, 10421, 10422],
};
