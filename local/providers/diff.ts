import { Properties, ProviderSchema, ResourceModel, UNKNOWN } from "./resource";
import { specsAlong } from "./schema";
import { isArchive, isAsset, isObject } from "./wire";

type Path = (string | number)[];
export type Kind = "add" | "delete" | "update";

export interface Change {
  path: Path;
  kind: Kind;
  /** Whether the resource must be replaced for it. */
  replaces: boolean;
}

/** What changed between two sets of inputs, and which changes replace the resource. */
export function changes(
  model: ResourceModel, schema: ProviderSchema, type: string, olds: Properties, news: Properties, state: Properties,
): Change[] {
  const inputs = schema.resources[type]!.inputs;
  const replacing = (path: Path): boolean =>
    !model.update ||
    (model.replaceOn ?? []).includes(String(path[0])) ||
    specsAlong(path, inputs, schema.types).some((spec) => spec.willReplaceOnChanges || spec.replaceOnChanges);
  const [before, after] = [model.effective?.(olds) ?? olds, model.effective?.(news) ?? news];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !equal(before[key], after[key]) && !model.same?.(key, olds, news))
    .flatMap((key) => differences(before[key], after[key], [key]))
    .map((difference) => ({ ...difference, replaces: replacing(difference.path) }));
  const expired = (model.expired?.(state, news) ?? []).map((key): Change => ({ path: [key], kind: "update", replaces: true }));
  return [...changed, ...expired];
}

function differences(a: unknown, b: unknown, path: Path): { path: Path; kind: Kind }[] {
  if (equal(a, b)) return [];
  if (a === undefined) return [{ path, kind: "add" }];
  if (b === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(a) && Array.isArray(b)) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => differences(a[i], b[i], [...path, i])).flat();
  }
  if (isPlain(a) && isPlain(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], [...path, key]));
  }
  return [{ path, kind: "update" }];
}

const isPlain = (value: unknown): value is Properties => isObject(value) && !isAsset(value) && !isArchive(value);

/** Deep equality; assets are equal when their hashes are, and a value not known yet equals nothing. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  if ((isAsset(a) && isAsset(b)) || (isArchive(a) && isArchive(b))) return a.hash === b.hash;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]));
}

/** A path as the engine writes it: `rules[0].port`, `tags["a.b"]`. */
export function printPath(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join("");
}
