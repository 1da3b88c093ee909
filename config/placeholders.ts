import { child, docOf, kindOf, membersOf } from "./doc";
import { settings } from "./schema";

/** Names kept for documentation and tests (RFC 2606, RFC 6761): no authority issues for them and nobody owns them. */
const kept = ["example", "example.com", "example.net", "example.org", "invalid", "localhost", "test"];

export const within = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** Whether a host's name, an address, a URL or an image is somebody's example. */
export function isExample(text: string): boolean {
  const [host] = text.replace(/@sha256:.*$/, "").replace(/^https:\/\/|^.*@/, "").split(/[:/]/);
  return host.includes(".") && kept.some((zone) => within(host, zone));
}

/** Paths of the texts, and lists of texts, that an example's name may be left in. What is concealed is not looked at: a key's comment may be anything. */
export const textPaths: string[][] = membersOf(settings)
  .filter(({ schema }) => !docOf(schema)?.concealed && kindOf(kindOf(schema) === "list" ? child(schema, 0)! : schema) === "text")
  .map(({ path }) => path);
