import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Properties, UNKNOWN } from "./resource";

/** Marks an object on the wire as something other than a plain object; its value tells what. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";

const SIGNATURES = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
} as const;

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Unknowns, one for each type that a value will have; we always send the string's, as the Node SDK does. */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that the engine encrypts in the state and hides in its output. */
export class Secret {
  constructor(readonly value: unknown) {}
}

/** Marks a value as secret as a whole: no marks inside. */
const secret = (value: unknown): Secret => new Secret(reveal(value));

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);

/** An asset or archive in its wire form, which the engine reads back as such: `hash` with `text`, `path`, `uri` or `assets`. */
export const isAsset = (value: unknown): boolean => isObject(value) && value[SIGNATURE] === SIGNATURES.asset;
export const isArchive = (value: unknown): boolean => isObject(value) && value[SIGNATURE] === SIGNATURES.archive;

/** Decodes what the engine sent into plain values in which secrets are `Secret`s and unknowns are UNKNOWN. Nulls count as not given. */
export function decode(struct: Struct | undefined): Properties {
  return struct ? (decodeValue(struct.toJavaScript()) as Properties) : {};
}

function decodeValue(value: unknown): unknown {
  if (UNKNOWNS.has(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decodeValue);
  if (!isObject(value)) return value;
  switch (value[SIGNATURE]) {
    case SIGNATURES.secret:
      return new Secret(decodeValue(value.value));
    case SIGNATURES.output: {
      const known = "value" in value ? decodeValue(value.value) : UNKNOWN;
      return value.secret === true ? new Secret(known) : known;
    }
    default:
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== null)
          .map(([key, member]) => [key, decodeValue(member)]),
      );
  }
}

/** The wire form of values in which secrets are `Secret`s and unknowns are UNKNOWN. */
export function encode(properties: Properties): Struct {
  return Struct.fromJavaScript(encodeValue(properties) as Parameters<typeof Struct.fromJavaScript>[0]);
}

function encodeValue(value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (value instanceof Secret) return { [SIGNATURE]: SIGNATURES.secret, value: encodeValue(value.value) };
  if (Array.isArray(value)) return value.map((item) => encodeValue(item ?? null));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, encodeValue(member)]),
  );
}

/** The same values without marks of secrecy, for models. */
export function reveal<T = Properties>(value: unknown): T {
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map((item) => reveal(item)) as T;
  if (!isObject(value)) return value as T;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, reveal(member)])) as T;
}

/**
 * Copies the secrecy of `marked` to the same places of `plain`. A list that contains a secret becomes secret as a
 * whole, since its members may have moved.
 */
export function conceal(plain: Properties, marked: Properties): Properties {
  const result = { ...plain };
  for (const [key, mark] of Object.entries(marked)) {
    const value = result[key];
    if (value === undefined || value instanceof Secret) continue;
    if (isObject(value) && isObject(mark)) result[key] = conceal(value, mark);
    else if (containsSecret(mark)) result[key] = secret(value);
  }
  return result;
}

function containsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isObject(value) && Object.values(value).some(containsSecret);
}
