/**
 * How ModSecurity reads letters that are not ASCII.
 *
 * Many rules turn a value's UTF-8 into code points and those into single bytes, to see through full-width letters and the
 * like. A code point that the map does not have becomes its lowest byte: "имо" is U+0438 U+043C U+043E and was read as
 * "8<>", "являются не" as ";ONBAO =5", and Russian text was taken for SQL and for markup. ModSecurity's own map adds to it
 * that « and » become < and >, as Windows would have it. The application is Python, where none of this happens: there « is
 * nothing but «. So letters are letters here, marks between words are spaces, and only what some part of the application
 * could take for ASCII is ASCII: the full-width forms, and Latin letters with their accents taken off.
 */
const ranges: [first: number, last: number, ascii: string][] = [
  [0x00a0, 0x00bf, " "], // « » ° § №'s neighbours
  [0x00c0, 0x024f, "a"], // Latin letters with accents; the plain one for some of them below
  [0x0300, 0x036f, "a"], // accents by themselves: й and ё as some systems write them
  [0x0370, 0x03ff, "a"], // Greek
  [0x0400, 0x052f, "a"], // Cyrillic
  [0x0530, 0x06ff, "a"], // Armenian, Hebrew, Arabic
  [0x10a0, 0x10ff, "a"], // Georgian
  // Emoji take five digits, of which only the first four are read: U+1F600 is read as U+1F60.
  [0x1f00, 0x1fff, "a"],
  [0x2000, 0x206f, " "], // dashes, quotes, spaces, …
  [0x2070, 0x214f, " "], // ₽ € № ™
  [0x2150, 0x27ff, " "], // ½ → ≤ ✓ ☎
  [0x2b00, 0x2bff, " "],
  [0xfe00, 0xfe0f, " "], // what says how an emoji is drawn
];

/** What Latin letters look like without their accents, by code point. */
function plainLetter(code: number): string | undefined {
  const [base] = String.fromCodePoint(code).normalize("NFD");
  return /^[A-Za-z]$/.test(base) ? base : undefined;
}

/** The map, in the format of ModSecurity's own, under the number of its page for ASCII. */
export function unicode(): string {
  const map = new Map<number, number>();
  for (const [first, last, ascii] of ranges) {
    for (let code = first; code <= last; code++) map.set(code, (plainLetter(code) ?? ascii).charCodeAt(0));
  }
  for (let code = 0xff01; code <= 0xff5e; code++) map.set(code, code - 0xfee0);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  return `20127 (US-ASCII)\n${[...map].map(([code, ascii]) => `${hex(code, 4)}:${hex(ascii, 2)}`).join(" ")} \n\n`;
}
