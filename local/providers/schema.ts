import { nearest } from "../../config/nearest";
import { Fault, Properties, PropertySpec, ProviderSchema, UNKNOWN } from "./resource";
import { isArchive, isAsset, isObject, Secret } from "./wire";

type Specs = Record<string, PropertySpec>;
type Types = ProviderSchema["types"];

const typePrefix = "#/types/";

/** Follows `$ref` to a type of the schema, if the spec has one. */
function named(spec: PropertySpec, types: Types): Types[string] | undefined {
  if (!spec.$ref?.startsWith(typePrefix)) return undefined;
  const name = decodeURIComponent(spec.$ref.slice(typePrefix.length));
  const type = types[name];
  if (!type) throw new Error(`the schema refers to the type ${name}, which it does not have`);
  return type;
}

/**
 * Checks inputs against the schema: unknown keys, missing ones and wrong types, nested ones too. Values that are UNKNOWN
 * pass. A fault never shows the value: it may be a secret.
 */
export function checkInputs(schema: ProviderSchema, type: string, inputs: Properties): Fault[] {
  const resource = schema.resources[type];
  if (!resource) throw new Error(`the stand-in for ${schema.provider} has no resource type ${type}`);
  return checkObject(inputs, resource.inputs, resource.requiredInputs, schema.types, "", type);
}

/** Checks a provider's own settings against the schema. They arrive as strings, whatever their type. */
export function checkConfig(schema: ProviderSchema, settings: Properties): Fault[] {
  return Object.keys(settings)
    .filter((key) => !(key in schema.config))
    .map((key) => ({ property: key, reason: unknownKey(key, Object.keys(schema.config), `the provider ${schema.provider}`) }));
}

function checkObject(
  value: Properties, specs: Specs, required: readonly string[], types: Types, at: string, owner: string,
): Fault[] {
  const path = (key: string) => (at === "" ? key : `${at}.${key}`);
  const missing = required
    .filter((key) => value[key] === undefined)
    .map((key) => ({ property: path(key), reason: `missing: ${owner} requires "${key}"` }));
  const wrong = Object.entries(value).flatMap(([key, member]) => {
    const spec = specs[key];
    if (!spec) return [{ property: path(key), reason: unknownKey(key, Object.keys(specs), owner) }];
    return checkValue(member, spec, types, path(key));
  });
  return [...missing, ...wrong];
}

function checkValue(value: unknown, spec: PropertySpec, types: Types, at: string): Fault[] {
  if (value === UNKNOWN || value === undefined) return [];
  const fault = (reason: string): Fault[] => [{ property: at, reason }];
  if (spec.oneOf) {
    const each = spec.oneOf.map((option) => checkValue(value, option, types, at));
    return each.some((faults) => faults.length === 0) ? [] : (each[0] ?? []);
  }
  if (spec.$ref?.startsWith("pulumi.json#/")) {
    switch (spec.$ref.slice("pulumi.json#/".length)) {
      case "Asset":
        return isAsset(value) || isArchive(value) ? [] : fault("must be an asset or an archive");
      case "Archive":
        return isArchive(value) ? [] : fault("must be an archive");
      default:
        return [];
    }
  }
  const type = named(spec, types);
  if (type?.enum) {
    return type.enum.includes(value) ? [] : fault(`must be one of ${type.enum.map((one) => JSON.stringify(one)).join(", ")}`);
  }
  if (type || spec.type === "object") {
    if (!isObject(value)) return fault(`must be an object, not ${kind(value)}`);
    if (type) return checkObject(value, type.properties ?? {}, type.required ?? [], types, at, at);
    const members = spec.additionalProperties;
    return members ? Object.entries(value).flatMap(([key, member]) => checkValue(member, members, types, `${at}.${key}`)) : [];
  }
  switch (spec.type) {
    case "array": {
      if (!Array.isArray(value)) return fault(`must be a list, not ${kind(value)}`);
      const items = spec.items;
      return items ? value.flatMap((item, i) => checkValue(item, items, types, `${at}[${i}]`)) : [];
    }
    case "integer":
      return Number.isInteger(value) ? [] : fault(`must be a whole number, not ${kind(value)}`);
    case "string":
    case "number":
    case "boolean":
      return typeof value === spec.type ? [] : fault(`must be a ${spec.type}, not ${kind(value)}`);
    default:
      return [];
  }
}

const kind = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;

function unknownKey(key: string, known: readonly string[], owner: string): string {
  const near = nearest(key, known);
  return `${owner} has no input "${key}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

/** Adds the schema's defaults, nested ones too. */
export function withDefaults(value: Properties, specs: Specs, types: Types): Properties {
  const result: Properties = { ...value };
  for (const [key, spec] of Object.entries(specs)) {
    const member = result[key];
    if (member === undefined) {
      if (spec.default !== undefined) result[key] = spec.default;
      continue;
    }
    const properties = named(spec, types)?.properties;
    if (properties && isObject(member)) result[key] = withDefaults(member, properties, types);
  }
  return result;
}

/** Marks as secret what the schema declares secret. */
export function withSecrets(value: Properties, specs: Specs, types: Types): Properties {
  const result: Properties = { ...value };
  for (const [key, spec] of Object.entries(specs)) {
    const member = result[key];
    if (member === undefined || member instanceof Secret) continue;
    const properties = named(spec, types)?.properties;
    const inner = properties && isObject(member) ? withSecrets(member, properties, types) : member;
    // Inner marks stay: the official plugins have them, and would see a change without them.
    result[key] = spec.secret ? new Secret(inner) : inner;
  }
  return result;
}

/** The specs along a path such as `["rules", 0, "port"]`, outermost first. */
export function specsAlong(path: readonly (string | number)[], specs: Specs, types: Types): PropertySpec[] {
  const [first, ...rest] = path;
  let spec: PropertySpec | undefined = specs[String(first)];
  const along: PropertySpec[] = [];
  for (const step of [...rest, undefined]) {
    if (!spec) break;
    along.push(spec);
    if (step === undefined) break;
    spec = typeof step === "number" ? spec.items : (named(spec, types)?.properties?.[step] ?? spec.additionalProperties);
  }
  return along;
}
