/** gotestwaf's test cases, made into requests as its own Go sources make them (`internal/payload`). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as YAML from "yaml";
import { multipart, request, type Sent } from "../tests/waf/request";

/** A request of the case's own, with `{{payload}}` in it. */
interface Raw {
  method: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

type File = Record<"payload" | "encoder", string[]> & { placeholder: (string | Record<string, Raw>)[] };

export interface Case {
  /** File, encoder and placeholder. */
  name: string;
  payload: string;
  attack: boolean;
  /** Nothing where what it is written for is not here. */
  sent?: Omit<Sent, "name">;
}

const base = "/api/v1/orders/";
/** gotestwaf takes another for each request: five random bytes. */
const field = "5f3a90c1de";

/** As Go's url.PathEscape does: what may stand in a path stays, also where it divides a form. */
const pathEscape = (text: string): string => encodeURIComponent(text)
  .replace(/[!*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  .replace(/%(?:24|26|2B|3A|3D|40)/g, decodeURIComponent);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jsUnicode = (text: string): string => text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** What Go writes of a text into XML. */
const xmlEntity = (text: string): string => `<string>${text.replace(/[&<>"'\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</string>`;

const encoders: Record<string, (payload: string) => string> = {
  Plain: (payload) => payload, URL: pathEscape, Base64: base64, Base64Flat: (payload) => base64(payload).replaceAll("=", ""), JSUnicode: jsUnicode, XMLEntity: xmlEntity,
};

const post = (type: string, body: string): Omit<Sent, "name"> => request("POST", base, { "Content-Type": type }, body);

/** Not among them: gRPC and GraphQL, which this API does not speak. */
const placeholders: Record<string, (value: string, raw: Raw) => Omit<Sent, "name">> = {
  URLParam: (value) => request("GET", `${base}?${field}=${value}`),
  URLPath: (value) => request("GET", base + value),
  Header: (value) => request("GET", base, { [`X-${field}`]: value }),
  UserAgent: (value) => request("GET", base, { "User-Agent": value }),
  HTMLForm: (value) => post("application/x-www-form-urlencoded", `${field}=${value}`),
  HTMLMultipartForm: (value) => multipart([{ name: field, value }], base),
  JSONRequest: (value) => post("application/json", `{"test": true, "${field}": "${jsUnicode(value)}"}`),
  JSONBody: (value) => post("application/json", value),
  SOAPBody: (value) => post("text/xml", `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><ab${field}>${xmlEntity(value)}</ab${field}></Body></Envelope>`),
  XMLBody: (value) => post("application/xml", value),
  RequestBody: (value) => request("POST", base, {}, value),
  RawRequest: (value, { method, path = "/", headers = {}, body = "" }) => {
    const filled = (text: string): string => text.replaceAll("{{payload}}", () => value);
    return request(method, base + path.replace(/^\//, "").replaceAll("{{payload}}", () => pathEscape(value)),
      Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, filled(text)])), filled(body));
  },
};

/** All cases of all files of a directory: each payload in each of its encodings and places. */
export function read(directory: string): Case[] {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => /\.ya?ml$/.test(name)).sort();
  return files.flatMap((file) => {
    // Go's YAML knows an escape more: "\'".
    const { payload: payloads, encoder: encodings, placeholder } = YAML.parse(readFileSync(join(directory, file), "utf8").replaceAll("\\'", "'")) as File;
    const places = placeholder.map((one): [string, Raw?] => (typeof one === "string" ? [one] : Object.entries(one)[0]));
    return places.flatMap(([place, raw = { method: "" }]) => encodings.flatMap((encoding) => payloads.map((payload): Case => {
      const [encode, render] = [encoders[encoding], placeholders[place]];
      return { name: `${file}, ${encoding}, ${place}`, payload, attack: !file.startsWith("false"), sent: encode && render && render(encode(payload), raw) };
    })));
  });
}
