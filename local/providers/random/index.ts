import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import { hash } from "bcryptjs";
import { Fault, Properties, ProviderModel, ProviderSchema, ResourceModel } from "../resource";
import schema from "../schemas/random.json";
import { checkRecipe, randomCharacters, recipe, shuffled } from "./characters";
import { adjectives, adverbs, animals } from "./words";

/** A resource of this kind is created once, and exists only in the state. */
interface Value {
  effective?(inputs: Properties): Properties;
  check?(inputs: Properties): Fault[];
  make(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** From the id given to `pulumi import`. */
  import?(id: string): Promise<{ id?: string; inputs: Properties; outputs: Properties }>;
}

/** There is no update: any change, also of `keepers`, creates a new value. */
const value = ({ effective, check, make, import: adopt }: Value): ResourceModel => ({
  ...(effective ? { effective } : {}),
  ...(check ? { check } : {}),
  same: (property, olds, news) => property === "keepers" && empty(olds.keepers) && empty(news.keepers),
  create: make,
  read: async (id, state) => {
    if (Object.keys(state).length > 0) return { inputs: state, outputs: state };
    if (!adopt) throw new Error("this type cannot be imported, by the official provider neither: its id does not contain its value");
    return adopt(id);
  },
  delete: async () => undefined,
});

const empty = (keepers: unknown): boolean => keepers === undefined || Object.keys(keepers as object).length === 0;

const atLeast = (inputs: Properties, property: string, least: number): Fault[] =>
  typeof inputs[property] === "number" && inputs[property] < least
    ? [{ property, reason: `must be at least ${least}, got ${inputs[property]}` }]
    : [];

/** Cost 10; bcrypt reads at most 72 bytes. Go uses the older version's name for the same algorithm. */
const bcrypt = async (password: string): Promise<string> => (await hash(password, 10)).replace("$2b$", "$2a$");

/** A recipe in full, with the deprecated `number` beside `numeric`. */
const characters = (inputs: Properties): Properties => {
  const full = recipe(inputs);
  return { ...inputs, ...full, number: full.numeric };
};

/** Inputs of an imported string. */
const adopted = (text: string): Properties =>
  ({ length: Buffer.byteLength(text), lower: true, number: true, numeric: true, special: true, upper: true });

const password = value({
  effective: characters,
  check: checkRecipe,
  make: async (inputs) => {
    const result = randomCharacters(recipe(inputs));
    return { id: "none", outputs: { ...characters(inputs), result, bcryptHash: await bcrypt(result) } };
  },
  import: async (id) => {
    const inputs = adopted(id);
    return { id: "none", inputs, outputs: { ...characters(inputs), result: id, bcryptHash: await bcrypt(id) } };
  },
});

const string = value({
  effective: characters,
  check: checkRecipe,
  make: async (inputs) => {
    const result = randomCharacters(recipe(inputs));
    return { id: result, outputs: { ...characters(inputs), result } };
  },
  import: async (id) => {
    const inputs = adopted(id);
    return { inputs, outputs: { ...characters(inputs), result: id } };
  },
});

/** The same bytes in each notation. Only the id itself goes without the prefix. */
function notations(bytes: Buffer, prefix: string): Properties {
  return {
    byteLength: bytes.length,
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    hex: prefix + bytes.toString("hex"),
    dec: prefix + BigInt(`0x0${bytes.toString("hex")}`).toString(),
  };
}

const id = value({
  check: (inputs) => atLeast(inputs, "byteLength", 1),
  make: async (inputs) => {
    const bytes = randomBytes(inputs.byteLength);
    return { id: bytes.toString("base64url"), outputs: notations(bytes, inputs.prefix ?? "") };
  },
  import: async (given) => {
    const comma = given.lastIndexOf(",");
    const prefix = given.slice(0, Math.max(comma, 0));
    const encoded = given.slice(comma + 1);
    const bytes = Buffer.from(encoded, "base64url");
    if (bytes.toString("base64url") !== encoded) throw new Error("the id to import must be base64 in its URL-safe form, without padding");
    const inputs = { byteLength: bytes.length, ...(prefix ? { prefix } : {}) };
    return { id: encoded, inputs, outputs: { ...inputs, ...notations(bytes, prefix) } };
  },
});

const bytes = value({
  check: (inputs) => atLeast(inputs, "length", 1),
  make: async (inputs) => {
    const made = randomBytes(inputs.length);
    return { id: made.toString("base64"), outputs: { base64: made.toString("base64"), hex: made.toString("hex") } };
  },
  import: async (given) => {
    const made = Buffer.from(given, "base64");
    if (made.toString("base64") !== given) throw new Error("the id to import must be base64 in its standard form");
    return { inputs: { length: made.length }, outputs: { length: made.length, base64: given, hex: made.toString("hex") } };
  },
});

/**
 * Whole numbers below a limit. With a seed always the same ones, though not those of the official provider with
 * that seed: its generator is Go's own.
 */
function drawer(seed: string | undefined): (limit: number) => number {
  if (!seed) return randomInt;
  let turn = 0;
  return (limit) => Number(createHash("sha256").update(`${seed}\0${turn++}`).digest().readBigUInt64BE() % BigInt(limit));
}

const integer = value({
  check: ({ min, max }) =>
    typeof min === "number" && typeof max === "number" && max < min
      ? [{ property: "max", reason: `must not be below min (${min}), got ${max}` }]
      : [],
  make: async ({ min, max, seed }) => {
    const result = min + drawer(seed)(max - min + 1);
    return { id: String(result), outputs: { result } };
  },
  import: async (given) => {
    const [result, min, max, seed, ...rest] = given.split(",");
    const numbers = [result, min, max].map(Number);
    if (!result || !min || !max || rest.length > 0 || !numbers.every(Number.isInteger)) {
      throw new Error("the id to import must be {result},{min},{max} or {result},{min},{max},{seed}");
    }
    const inputs = { min: numbers[1], max: numbers[2], ...(seed ? { seed } : {}) };
    return { id: result, inputs, outputs: { ...inputs, result: numbers[0] } };
  },
});

const uuid = (make: () => string): ResourceModel =>
  value({
    make: async () => {
      const result = make();
      return { id: result, outputs: { result } };
    },
    import: async (given) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given)) throw new Error("the id to import must be a UUID");
      const result = given.toLowerCase();
      return { id: result, inputs: {}, outputs: { result } };
    },
  });

/** RFC 9562: 48 bits of milliseconds, version, 74 random bits. */
function uuid7(): string {
  const raw = randomBytes(16);
  raw.writeUIntBE(Date.now(), 0, 6);
  raw[6] = (raw[6]! & 0x0f) | 0x70;
  raw[8] = (raw[8]! & 0x3f) | 0x80;
  return raw.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const one = (words: readonly string[]): string => words[randomInt(words.length)]!;

const petDefaults = (inputs: Properties): Properties => ({ length: 2, separator: "-", ...inputs });

const pet = value({
  effective: petDefaults,
  check: (inputs) => atLeast(inputs, "length", 1),
  make: async (inputs) => {
    const { length, separator, prefix } = petDefaults(inputs);
    const words = [...Array.from({ length: Math.max(length - 2, 0) }, () => one(adverbs)), ...(length > 1 ? [one(adjectives)] : []), one(animals)];
    return { id: [...(prefix ? [prefix] : []), ...words].join(separator), outputs: { length, separator } };
  },
});

const shuffle = value({
  check: (inputs) => atLeast(inputs, "resultCount", 0),
  make: async ({ inputs, resultCount, seed }) => {
    const wanted: number = inputs.length === 0 ? 0 : (resultCount ?? inputs.length);
    const draw = drawer(seed);
    const results: unknown[] = [];
    while (results.length < wanted) results.push(...shuffled(inputs, draw));
    return { id: "-", outputs: { results: results.slice(0, wanted) } };
  },
});

/** Stand-in for `random` 4.21.1. */
export const random: ProviderModel = {
  name: "random",
  version: "4.21.1",
  schema: schema as ProviderSchema,
  resources: {
    "random:index/randomPassword:RandomPassword": password,
    "random:index/randomString:RandomString": string,
    "random:index/randomId:RandomId": id,
    "random:index/randomBytes:RandomBytes": bytes,
    "random:index/randomInteger:RandomInteger": integer,
    "random:index/randomUuid:RandomUuid": uuid(randomUUID),
    "random:index/randomUuid4:RandomUuid4": uuid(randomUUID),
    "random:index/randomUuid7:RandomUuid7": uuid(uuid7),
    "random:index/randomPet:RandomPet": pet,
    "random:index/randomShuffle:RandomShuffle": shuffle,
  },
};
