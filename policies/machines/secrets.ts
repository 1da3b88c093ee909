/** What looks like a secret in a text, by what it is called or by how random it is. Never the text itself. */

const shapes: [kind: string, pattern: RegExp][] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["an access key of AWS", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of DigitalOcean", /\bdo[opr]_v1_[a-f0-9]{64}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20}/],
  ["a token of Slack", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a JSON web token", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ["a password in a URL", /\b[a-z][a-z0-9+]*:\/\/[^/\s:@"']*:[^/\s:@"']+@/i],
  ["a password's hash", /\$(2[aby]|[156y])\$[./A-Za-z0-9$]{20,}/],
  ["a password of a user", /\bchpasswd["']?:[\s{]*(["']?expire["']?:\s*\w+[\s,]*)?["']?list["']?:|\b[\w.-]{1,32}:[^\s$"']{1,200}["']?\s*\|\s*chpasswd\b/],
  ["a credential in a header", /\bAuthorization["']?\s*:\s*["']?(Bearer|Basic|Token)\s+(?!\$)[^\s"']{4,}/i],
  ["a password on a command line", /\b(?:(?:curl|wget)\b[^|;&\n]{0,200}?\s(?:-[a-zA-Z]*u|--user)[ =]?["']?[^\s:"'$]+:|(?:mysql|mariadb)[\w-]*[^|;&\n]{0,200}?\s-p|(?:redis-cli\b[^|;&\n]{0,200}?\s-a|sshpass\b[^|;&\n]{0,200}?\s-p)\s*)["']?[^\s"'$-][^\s"'$]{3,}/],
  // What is below such a word in YAML is called something itself.
  ["something called a secret", /(secret|passw(or)?d|passphrase|api_?key|access_?key|(?:auth|api|access|bearer)_?token|private_?key)[A-Za-z0-9_-]{0,100}\\*["']?\s*[:=](?:[ \t]*|\s*(?![\w-]+:\s))\\*["']?(?!(true|false|null|no|yes|\d+)\b)[^\s"',}\\]{4,}/i],
  // So are variables, by words that mean something else elsewhere.
  ["something called a secret", /(?:^|[\s;"'({,])(?:[A-Z0-9]+_)*(?:TOKEN|(?<=_)PASS|DSN|CREDENTIALS|(?:ENCRYPTION|SERVER|SIGNING)_KEY)\\*["']?\s*[:=][ \t]*\\*["']?(?!(?:true|false|null|no|yes|\d+)\b|[/$])[^\s"',}\\]{4,}/],
];

/** Public by nature, and as random or called as a secret is: public keys and their fingerprints, digests, certificates, the path of a file, what a shell will put there. */
const harmless = [
  /\b(ssh-(ed25519|rsa)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+/g,
  /\bsha(256|512):[a-f0-9]+/g,
  /\bsha(256|384|512)-[A-Za-z0-9+/]{43,88}={0,2}/g, // of a script, as a page names it
  /\b(?:[a-f0-9]{40}|[a-f0-9]{64}|[a-f0-9]{128})(?= [ *][\w./-])/g, // as sha256sum reads them
  /(@|\bcheckout |(sha|commit|revision|release)["']?\s*[:=]\s*["']?)[a-f0-9]{40}\b/gi, // a commit
  /-----BEGIN (CERTIFICATE|(?:PGP )?PUBLIC KEY(?: BLOCK)?)-----[\s\S]*?-----END \1-----/g,
  /\b(keyid["']?\s*[:=]|recv-keys?)\s*["']?(0x)?([A-F0-9] ?){8,40}\b/gi,
  /\b\w+([_-]file|[_-]path|File|Path)["']?\s*[:=]\s*["']?(\/[a-z0-9._-]+)+(?![\w+/=])/gi,
  // What a secret is called, or where one is asked for.
  /--secret-id[= ]["']?[\w/.-]+|\b[\w.]*(existingSecret|secretName)=[\w.-]+|\b\w+_(url|arn)=(https:\/\/[\w./-]+|arn:[\w:/.-]+)(?!\S)/gi,
  /--from-file=[\w.-]+=["']?[\w./-]+/g,
  /\bpassword_encryption["']?\s*[:=]\s*["']?(scram-sha-256|md5)\b/g,
  /[:=]\s*\\*["']?\$(\(|\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]*\b)/g,
];

/** Bits a character, by Shannon. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** A word of 24 characters of base64 has about 4.3 bits a character when it is random; words of a language have 3 to 3.6. */
const isRandom = (word: string): boolean =>
  (/^[a-f0-9]{32,}$/i.test(word) ? entropy(word) > 3 : word.length >= 24 && entropy(word) > 4.1 && /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word));

const isText = (text: string): boolean => /^[\x20-\x7e\s]+$/.test(text);

/** A text, and what is written in base64 or hexadecimal within it, where that is text itself. */
const readIn = (text: string): string[] => [text, ...[
  ...[...text.matchAll(/[A-Za-z0-9+/]{10,}/g)].map(([word]) => Buffer.from(word, "base64")),
  ...[...text.matchAll(/\b(?:[0-9a-f]{2}){8,}\b/gi)].map(([word]) => Buffer.from(word, "hex")),
].map(String).filter(isText)];

const hold = (texts: string[], known: readonly string[]): boolean => texts.some((each) => known.some((secret) => each.includes(secret)));

/** A path as its folders: one after the other they look random, though none of them does. What is text in base64 looks so, too, and is judged as that text. */
const wordsOf = (word: string): string[] => (isText(Buffer.from(word, "base64").toString()) ? [] : word.startsWith("/") ? word.split("/") : [word]);

/** Whether one of these secrets is in a text, as it is or encoded. */
export const isKnownIn = (text: string, known: readonly string[]): boolean =>
  known.length > 0 && hold(readIn(text), known);

/**
 * Kinds of secrets in a text, and in what is encoded in it.
 * @param known secrets by value
 */
export function secretsIn(text: string, known: readonly string[]): string[] {
  const whole = readIn(text);
  const texts = whole.map((each) => harmless.reduce((rest, pattern) => rest.replaceAll(pattern, ""), each));
  const kinds = [...new Set(shapes.filter(([, pattern]) => texts.some((each) => pattern.test(each))).map(([kind]) => kind))];
  if (hold(whole, known)) kinds.push("a secret of the stack's configuration");
  if (kinds.length === 0 && texts.flatMap((each) => each.match(/[A-Za-z0-9+/_-]+=*/g) ?? []).flatMap(wordsOf).some(isRandom)) kinds.push("something as random as a secret");
  return kinds;
}
