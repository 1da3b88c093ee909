/**
 * Removed from every line before it leaves its machine: personal data and credentials, by their shape or by their field.
 * Each rule is an expression that PCRE, used by the shipper, and JavaScript interpret alike; they are applied in this order.
 */
export interface Rule {
  pattern: string;
  /** With `$1`, `$2` for what the expression captured. */
  replacement: string;
  /** Case-sensitive. @default false */
  exact?: boolean;
}

/** Endings of credentials' field names, as parts of an expression. */
const credentialEndings = ["passw(?:or)?d\\d?", "secret(?:[_-]?key)?", "token"];

/** Fields of credentials. */
const credentials = [
  "api[_-]?key", "access[_-]?key(?:[_-]?id)?", "session(?:[_-]?id|[_-]?key)",
  "csrf\\p{L}*", "cookie", "signature", "x-amz-(?:signature|credential)", "otp", "pin", "cvv",
];

/** Fields of names and addresses. */
const personal = [
  "(?:first|last|middle|full|father|maiden|customer|client|contact|recipient|sender|courier|person)[_ -]?name", "surname", "patronymic", "fio", "фио", "имя", "фамилия", "отчество",
  "address(?:_?(?:line)?_?\\d)?", "адрес(?:_доставки| доставки)?", "street", "улица", "apartment", "квартира",
  "(?:date_of_)?birth(?:_?da(?:y|te))?", "дата рождения", "passport\\w*", "паспорт\\p{L}*", "snils", "снилс", "inn", "инн", "kpp",
  "(?:mobile_?|home_?|contact_?)?phone(?:_?number)?", "телефон", "e-?mail", "card(?:_?number)?", "pan", "iban",
];

/**
 * Values of fields: in JSON within JSON, in JSON, in Python's way of showing a dictionary, as numbers, in forms and URLs. No two
 * ways through an expression fit the same text, and what repeats is bounded: a line made to be slow is not. None begins with what fits
 * any letter, either: the shipper may not compile expressions (`MemoryDenyWriteExecute`), and would try such a one at each letter.
 */
const fields = (names: string[], hidden: string, endings: string[] = []): Rule[] => {
  const key = `(?:${[...endings, `(?<![\\p{L}\\p{N}])(?:${names.join("|")})`].join("|")})`;
  const is = "\\s{0,4}[:=]\\s{0,4}";
  return [
    { pattern: `(${key}\\\\"${is}\\\\")(?:[^\\\\]|\\\\\\\\(?:\\\\.|[^\\\\]))*`, replacement: `$1${hidden}` },
    { pattern: `(${key}["']?${is}")(?:[^"\\\\]|\\\\.)*`, replacement: `$1${hidden}` },
    { pattern: `(${key}["']?${is}')(?:[^'\\\\]|\\\\.)*`, replacement: `$1${hidden}` },
    { pattern: `(${key}(\\\\?["'])\\s{0,4}:\\s{0,4})-?\\d[\\d.]*(?:e[+-]?\\d+)?`, replacement: `$1$2${hidden}$2` },
    { pattern: `(${key}=)[^\\s,;&"'}\\])]+`, replacement: `$1${hidden}` },
  ];
};

/** Not within a hexadecimal id (a request's, a task's, an image's), which may contain as many digits as a phone number. */
const noId = (number: string): string => `(?<![0-9a-f]{6}[a-f]|-[a-f])(?![0-9a-f]{1,8}(?:-[0-9a-f]{4}){0,3}-[0-9a-f]{12})${number}(?![a-f][0-9a-f]{6})`;

const digits = (groups: string, separator = "[ -]?"): string => noId(`(?<![\\d.-])${groups.split(" ").join(separator)}(?![\\d-]|\\.\\d)`);

export const rules: readonly Rule[] = [
  // Credentials first, since parts of them could look like something else.
  { pattern: `((?:proxy-)?authorization(?:\\\\?["'])?\\s{0,4}[:=]\\s{0,4}(?:\\\\?["'])?)(?:(?:bearer|basic|token|jwt|digest)\\s+)?[^\\s"',;\\\\]+`, replacement: "$1<credential>" },
  { pattern: "\\b(bearer|basic)\\s+[\\w+/.~-]{8,}=*", replacement: "$1 <credential>" },
  { pattern: "\\beyJ[\\w-]{4,}\\.[\\w-]{4,}(?:\\.[\\w-]*)?", replacement: "<token>", exact: true },
  { pattern: "\\b(?:AKIA[0-9A-Z]{16}|dop_v1_[0-9a-f]{32,}|gh[pousr]_\\w{20,}|github_pat_\\w{20,}|xox[abprs]-[\\w-]{10,}|sntrys_[\\w=+/-]{20,})", replacement: "<token>", exact: true },
  // Telegram's, which stands behind "bot" without a space in the addresses that are asked.
  { pattern: "(?<!\\d)\\d{8,10}:[\\w-]{35}", replacement: "<token>", exact: true },
  { pattern: "(\\w://[^\\s:/@\"']{0,64}:)[^\\s@/\"']{1,256}@", replacement: "$1<secret>@" },
  ...fields(credentials, "<secret>", credentialEndings),
  ...fields(personal, "<personal>"),
  // What PostgreSQL tells whoever asked of a row that it refuses, in a traceback, say: to the end of its text, in JSON and without.
  { pattern: "(Key \\([^)]{1,200}\\)=\\().*?(?=\\)(?: already| is | conflicts|\\.?(?:\\s|[\\\\\"]|$)))", replacement: "$1<personal>" },
  { pattern: '^(\\{[\\s\\S]*?Failing row contains \\()(?:[^"\\\\]|\\\\.)*', replacement: "$1<personal>" },
  { pattern: "^([^{][\\s\\S]*?Failing row contains \\().*", replacement: "$1<personal>" },
  { pattern: "((?:фио|имя|фамилия|отчество|адрес(?: доставки)?|паспорт)\\s{0,4}:\\s{0,4})[^,;|<\"'\\\\}\\s][^,;|\"'\\\\}]*", replacement: "$1<personal>" },
  { pattern: "[\\p{L}\\p{N}_.+%-]{1,64}@(?:[\\p{L}\\p{N}-]{1,63}\\.){1,8}(?!(?:service|socket|timer|mount|slice|scope|target)\\b)\\p{L}{2,}", replacement: "<e-mail>" },
  // A number in JSON becomes a string, or the line would no longer be JSON.
  { pattern: "([\\[,:]\\s{0,4})(?:[2-6]\\d{15}(?:\\d{3})?|3[47]\\d{13}|[78]\\d{10})(?=\\s{0,4}[,}\\]])", replacement: '$1"<number>"' },
  { pattern: digits("\\d{3} \\d{3} \\d{3} \\d{2}", "[ -]"), replacement: "<snils>" },
  { pattern: digits("[2-6]\\d{3} \\d{4} \\d{4} \\d{4}(?: \\d{3})?"), replacement: "<card>" },
  { pattern: digits("3[47]\\d{2} \\d{6} \\d{5}"), replacement: "<card>" },
  { pattern: "(?<![\\d.-])\\d{2} ?\\d{2} (?:№ ?)?\\d{6}(?![\\d-])", replacement: "<passport>" },
  { pattern: noId("(?<![\\d.:/-])(?:\\+7|[78])[ (-]{0,2}\\d{3}[ )-]{0,2}\\d{3}[ -]?\\d{2}[ -]?\\d{2}(?![\\d.:-])"), replacement: "<phone>" },
  { pattern: "(?<![\\d\\p{L}])\\+[1-9](?:[ ()-]{0,2}\\d){8,14}(?!\\d)", replacement: "<phone>" },
  // A patronymic marks a person's name, in either order.
  { pattern: "[А-ЯЁ][а-яё-]+\\s+[А-ЯЁ][а-яё-]+\\s+[А-ЯЁ][а-яё]+(?:вич|вна|ична|инична)(?![а-яё])", replacement: "<name>", exact: true },
  { pattern: "[А-ЯЁ][а-яё]+\\s+[А-ЯЁ][а-яё]+(?:ович|евич|овна|евна|ична)(?:\\s+[А-ЯЁ][а-яё-]+)?(?![а-яё])", replacement: "<name>", exact: true },
  {
    pattern: "(?<![\\p{L}])(?:ул|улица|пр-т|просп|проспект|пер|переулок|наб|набережная|ш|шоссе|б-р|бульвар|пл|площадь)\\.?\\s+[А-ЯЁ0-9][\\p{L}\\p{N}-]*"
      + "(?:\\s+[А-ЯЁ][\\p{L}-]*)*(?:,?\\s*(?:д|дом|кв|квартира|корп|к|стр)\\.?\\s*\\d+[\\p{L}]?(?:/\\d+)?)*",
    replacement: "<address>",
    exact: true,
  },
];
