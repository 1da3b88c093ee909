import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as z from "zod";
import { contains, networkOf, neverSources, overlaps, parseCidr, privateRanges, reservedRanges } from "./cidr";
import { nearest } from "./nearest";
import { sizes } from "./sizes";

/** What is wrong with a value and, where it is plain what was meant, the value to set instead. */
export type Finding = string | { reason: string; value: string | undefined };

/** Says what is wrong with a value, or nothing. */
export type Judge = (value: string) => Finding | undefined;

/** What would fix an issue. */
export interface Fix {
  value?: string;
  /** `replace` where the key must be removed before it is set, since what is there is of another kind. */
  remedy?: "remove" | "replace";
  /** Elements to add to a list. */
  append?: readonly string[];
  /** Path of the secret that it should have been. */
  secret?: readonly PropertyKey[];
}

/** A text that a judge finds nothing wrong with. The value that it suggests is passed on only if it is valid itself. */
export const text = (judge: Judge) => z.string().superRefine((value, context) => {
  const finding = judge(value);
  if (finding === undefined) return;
  const { reason, value: meant } = typeof finding === "string" ? { reason: finding, value: undefined } : finding;
  const fixes = meant !== undefined && judge(meant) === undefined;
  context.addIssue({ code: "custom", message: reason, params: fixes ? { value: meant } satisfies Fix : {} });
});

/** A text that matches a pattern. */
export const pattern = (expression: RegExp, reason: string) => text((value) => (expression.test(value) ? undefined : reason));

/** What an example's file has where a secret belongs. */
export const unreplaced = (value: string): string | undefined =>
  (/change[-_ ]?(me|this)|replace[-_ ]?(me|this)|placeholder|^<.*>$/i.test(value) ? "is still a placeholder" : undefined);

/** A list without repetitions. */
export const list = <T extends z.ZodType<string> | z.ZodType<number>>(element: T) => z.array(element).superRefine((values, context) => {
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) {
      context.addIssue({ code: "custom", path: [index], message: "is in the list twice", params: { remedy: "remove" } satisfies Fix });
    }
  });
});

/** A whole number within bounds, both included. */
export const whole = (min: number, max: number) => z.int(`is not a whole number`)
  .min(min, `is below ${min}`).max(max, `is above ${max}`);

/** One of a few words; the nearest is suggested. */
export const oneOf = <Word extends string>(words: readonly Word[], what: string) => text((value) =>
  (words as readonly string[]).includes(value) ? undefined : misspelt(`is not a ${what}`, value, words)) as unknown as z.ZodType<Word, string>; // zod does not narrow by a check

const misspelt = (reason: string, value: string, words: readonly string[]): Finding => {
  const near = nearest(value, words);
  return { reason: near === undefined ? reason : `${reason}; did you mean ${near}?`, value: near };
};

const hostBits = (network: string): Finding => ({ reason: `has host bits set; the network is ${network}`, value: network });

/** A droplet size that exists and has the memory that the role needs. */
export const sizeWith = (minMiB: number) => text((slug) => {
  const size = Object.hasOwn(sizes, slug) ? sizes[slug] : undefined;
  if (size === undefined) return misspelt("is not a droplet size", slug, Object.keys(sizes));
  return size.memoryMiB < minMiB ? `has ${size.memoryMiB} MiB of memory; this role needs ${minMiB}` : undefined;
});

/** For the description of a size: what changing it does. @param machines those that are powered off */
export const resizing = (machines: string): string =>
  `A change powers off ${machines} for minutes, and a smaller disk than before is refused: [how to change it safely](setup.md#11-machines-of-another-size).`;

/** @see RFC 1123: labels of letters, digits and inner hyphens; lower case, two labels at least, the last not a number. */
const isHostName = (name: string): boolean => {
  const labels = name.split(".");
  return name.length <= 253 && labels.length >= 2 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
    && /[a-z]/.test(labels[labels.length - 1]);
};

/** Without what stands around it, in lower case, and as DNS has it (Punycode) where it is of another alphabet. */
export const hostNameFault: Judge = (value) => {
  if (isHostName(value)) return undefined;
  if (value.includes("*")) return "has a wildcard; name each host";
  const address = value.includes("://") ? value : `https://${value.trim()}`;
  const meant = URL.canParse(address) ? new URL(address).hostname.replace(/\.$/, "") : "";
  if (value.includes("://")) return { reason: "is a URL; give the host name alone", value: meant };
  return isHostName(meant) ? { reason: `is not a host name; did you mean ${meant}?`, value: meant } : "is not a host name";
};

/** Whether a text is a port's number. */
export const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;

/** What the cloud does to mail, where a mail server's port is chosen: nothing tells of it but a time that runs out. */
export const mailPorts = "DigitalOcean blocks ports 25, 465 and 587 for new accounts: use the alternative port that most mail services offer, 2525.";

/** A host and a port. */
export const serverFault: Judge = (value) => {
  const [, host, port] = /^(.+):(\d+)$/.exec(value) ?? [];
  if (host === undefined) return "is not a host and port";
  return isPort(port) ? hostNameFault(host) : "has no port from 1 to 65535";
};

/** An `https` URL, written as it is read: nothing around it, nothing in it that would have to be encoded, no port that goes without saying. */
export const urlFault: Judge = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return "is not a URL";
  if (url.protocol !== "https:") return "is not https";
  if (url.port === "0") return "has no port from 1 to 65535";
  const meant = url.pathname === "/" ? url.href.replace(/\/$/, "") : url.href;
  return [url.href, meant].includes(value) ? undefined : { reason: "is not in its normal form", value: meant };
};

/** The same without credentials, query or fragment. */
export const httpsUrlFault: Judge = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.username || url?.password) return "has credentials in it";
  return url?.search || url?.hash ? "has a query or a fragment" : urlFault(value);
};

/** A web origin: `https://` and a host name, a port if it is not 443, and nothing after. */
export const originFault: Judge = (value) => {
  if (value.startsWith("http://")) return { reason: "is not encrypted: an origin must be https", value: value.replace("http", "https") };
  if (!value.startsWith("https://")) return { reason: "does not begin with https://", value: `https://${value.replace(/^[A-Za-z]+:\/\//, "")}` };
  const meant = URL.canParse(value) ? new URL(value).origin : undefined;
  const [, host, port] = /^https:\/\/([^/:?#@]+)(?::(\d{1,5}))?$/.exec(value) ?? [];
  if (host === undefined) return { reason: "has more than a scheme, a host and a port", value: meant };
  if (port !== undefined && !isPort(port)) return "has no valid port";
  if (port === "443") return { reason: "names the default port; leave it out", value: meant };
  const fault = hostNameFault(host);
  return fault && { reason: typeof fault === "string" ? fault : fault.reason, value: meant };
};

/** Addresses let in from outside. Wider than /16 (IPv4) or /32 (IPv6) is no longer a named network. */
export const allowedSourceFault: Judge = (value) => {
  const cidr = parseCidr(value);
  if (cidr === undefined) {
    const family = isIP(value);
    return family === 0 ? "is not a CIDR" : { reason: "is an address without a prefix", value: `${value}/${family === 4 ? 32 : 128}` };
  }
  if (cidr.prefix === 0) return "is open to the world";
  const widest = cidr.family === "ipv4" ? 16 : 32;
  if (cidr.prefix < widest) return `is wider than /${widest}`;
  if (neverSources.some((range) => contains(range, cidr))) return "is private or reserved: no connection from the internet has such an address";
  return cidr.family === "ipv4" && networkOf(cidr) !== value ? hostBits(networkOf(cidr)) : undefined;
};

/** A private IPv4 network, from /16 to /24, that the cloud does not keep for itself. */
export const privateNetworkFault: Judge = (value) => {
  const cidr = parseCidr(value);
  if (cidr?.family !== "ipv4") return "is not an IPv4 CIDR";
  if (cidr.prefix < 16 || cidr.prefix > 24) return `is a /${cidr.prefix}; from /16 to /24 is allowed`;
  if (networkOf(cidr) !== value) return hostBits(networkOf(cidr));
  if (!privateRanges.some((range) => contains(range, cidr))) return "is not private (RFC 1918)";
  const taken = reservedRanges.find((range) => overlaps(range, cidr));
  return taken && `overlaps ${taken.address}/${taken.prefix}, which DigitalOcean keeps for itself`;
};

/** An OpenSSH public key that a current sshd accepts. */
export const publicKeyFault: Judge = (value) => {
  if (value.includes("PRIVATE KEY")) return "is a private key: give the public one, and replace this key, since it is no longer secret";
  const match = /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com|ecdsa-sha2-nistp(?:256|384|521)|sk-ecdsa-sha2-nistp256@openssh\.com|ssh-rsa) ([A-Za-z0-9+/]+={0,2})( [^\r\n]*)?$/.exec(value);
  if (!match) return /^ssh-dss /.test(value) ? "is a DSA key, which sshd no longer accepts" : "is not an OpenSSH public key";
  const fields = sshFields(Buffer.from(match[2], "base64"));
  if (fields?.[0]?.toString() !== match[1] || fields.length < 2) return "is cut short or damaged";
  if (match[1] !== "ssh-rsa") return undefined;
  const bits = fields.length === 3 ? (fields[2].length - (fields[2][0] === 0 ? 1 : 0)) * 8 : 0;
  return bits < 3072 ? `is an RSA key of ${bits} bits; 3072 is the least` : undefined;
};

/** The length-prefixed fields of a key's blob (RFC 4253), or undefined when they do not add up. */
function sshFields(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** One PEM certificate. */
export const certificateFault: Judge = (value) => {
  if (value.includes("PRIVATE KEY")) return "contains a private key: give the certificate alone, and replace this key, since it is no longer secret";
  if ((value.match(/-----BEGIN /g) ?? []).length !== 1) return "is not exactly one PEM certificate";
  try {
    new X509Certificate(value);
    return undefined;
  } catch {
    return "is not a PEM certificate";
  }
};

/** A reference as Docker takes it: registry and path, then a tag, a digest, or both. */
export const imageFault: Judge = (value) => {
  if (/^https?:\/\//.test(value)) return { reason: "is a URL; leave out the scheme", value: value.replace(/^https?:\/\//, "") };
  const match = /^(?:[a-z0-9]+(?:[.-]+[a-z0-9]+)*(?::(\d{1,5}))?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+|\/[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@(.+))?$/.exec(value);
  if (!match) return "is not an image reference";
  const [, port, digest] = match;
  if (port !== undefined && !isPort(port)) return "names a registry at no port from 1 to 65535";
  return digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest) ? undefined : "has a digest that is not sha256: and 64 hexadecimal digits";
};
