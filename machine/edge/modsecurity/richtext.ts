import { alternatives } from "./rule";

const elements = alternatives(`
  a b blockquote br caption center code col colgroup div em figcaption figure font h[1-6] hr i img li ol p pre s small span strong sub sup table tbody
  td tfoot th thead tr u ul
`);
const plain = alternatives("align alt border cellpadding cellspacing class color colspan dir face height id lang rel rowspan size start target title valign width");
/** No sign of equality outside an address, so that nothing of it is an attribute wherever it is written to. */
const attribute = [
  `${plain}="[^\\x22<>=\\x60\\x5c&]*+"`,
  'style="(?![^\\x22]*?(?:behavior|binding|expression|position))(?:[\\w :;.,#%!-]++(?:\\((?<=rgb\\(|rgba\\()[\\d., ]*+\\))?+)*+"',
  'href="(?:https?:/|mailto:|tel:|/|#)(?![^\\x22]*?/[^\\w\\x22]*on\\w+=)[\\w.~:/?#@!$*+,;=%-]*+"',
  'src="(?:https?:)?/[\\w.~:/@%-]*\\.(?:avif|gif|jpe?g|png|webp)"',
].join("|").replaceAll('"', "\\x22");

const whole = `\\A(?:[^<>=\\x60\\x5c]++|</?${elements}(?:\\s++(?:${attribute}))*+\\s*+/?>)*+\\z`;

/**
 * What an editor makes of a text, wholly: known elements with known attributes, which load pictures and run nothing. In an
 * expression that is `(?i)`: (*COMMIT) has nothing more looked at.
 */
export const richText = `${whole}(*COMMIT)(*FAIL)`;
export const noRichText = `(?!${whole})`;
