/** Requests of the corpora, as data: what is sent where the field stands in which a rule has to find something. */
export interface Sent {
  /** Family of the Core Rule Set, for attacks: `942`. What it is, for ordinary requests. */
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const usual = { "User-Agent": browser, Accept: "application/json" };

export type Carrier = (value: string) => Omit<Sent, "name">;

const bare = (method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer): Omit<Sent, "name"> => {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return { method, path, headers: { ...usual, ...headers, ...(bytes ? { "Content-Length": String(bytes.length) } : {}) }, body: bytes };
};

export const inQuery: Carrier = (value) => bare("GET", `/api/v1/orders/?search=${encodeURIComponent(value)}`);
export const inName: Carrier = (value) => bare("GET", `/api/v1/orders/?${encodeURIComponent(value)}=1`);
export const inPath: Carrier = (value) => bare("GET", value);
export const inForm: Carrier = (value) =>
  bare("POST", "/api/v1/orders/", { "Content-Type": "application/x-www-form-urlencoded" }, `title=${encodeURIComponent(value)}&amount=1`);
export const inJson: Carrier = (value) => json("POST", "/api/v1/orders/", { title: value, amount: "12.50" });
/** Deep in a list of objects. */
export const inList: Carrier = (value) => json("PUT", "/api/v1/orders/7/", { items: [{ name: "стул" }, { name: value, tags: ["a", "b"] }] });
export const inPatch: Carrier = (value) => json("PATCH", "/api/v1/orders/7/", { comment: value });
export const inCookie: Carrier = (value) => bare("GET", "/api/v1/orders/", { Cookie: `csrftoken=aTrue; theme=${value}` });
export const inAgent: Carrier = (value) => bare("GET", "/api/v1/orders/", { "User-Agent": value });
export const inReferer: Carrier = (value) => bare("GET", "/api/v1/orders/", { Referer: `https://app.example.test/?${value}` });
export const inHeader = (header: string): Carrier => (value) => bare("GET", "/api/v1/orders/", { [header]: value });
export const inXml: Carrier = (value) => bare("POST", "/api/v1/orders/", { "Content-Type": "application/xml" }, value);
export const inField: Carrier = (value) => multipart([{ name: "comment", value }, { name: "file", file: "a.txt", type: "text/plain", value: "a" }]);
export const inFileName: Carrier = (value) => multipart([{ name: "file", file: value, type: "application/octet-stream", value: "a" }]);
export const asMethod: Carrier = (value) => bare(value, "/api/v1/orders/");

export const json = (method: string, path: string, value: unknown, headers: Record<string, string> = {}): Omit<Sent, "name"> =>
  bare(method, path, { "Content-Type": "application/json", ...headers }, JSON.stringify(value));

export const request = bare;

export interface Part {
  name: string;
  value: string | Buffer;
  file?: string;
  type?: string;
}

export function multipart(parts: Part[], path = "/api/v1/media/", headers: Record<string, string> = {}): Omit<Sent, "name"> {
  const boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
  const chunks = parts.flatMap(({ name, value, file, type }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? "" : `; filename="${file}"`}\r\n${type ? `Content-Type: ${type}\r\n` : ""}\r\n`),
    Buffer.from(value),
    Buffer.from("\r\n"),
  ]);
  return bare("POST", path, { "Content-Type": `multipart/form-data; boundary=${boundary}`, ...headers }, Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]));
}

/** Each value in the place that a family's attacks come in. */
export const each = (name: string, carrier: Carrier, values: string[]): Sent[] => values.map((value) => ({ name, ...carrier(value) }));
