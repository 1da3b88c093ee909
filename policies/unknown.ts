/**
 * Values that a preview does not know. The SDK throws when a policy reads one, and would say so for each resource and
 * policy; a new stack of 300 machines has thousands. They are gathered here and told once a rule, at the preview's end.
 */
interface UnknownValue {
  /** Where the value is. */
  props: PropertyKey[];
}

/** The SDK's own error, which it does not export. */
export const isUnknownValue = (error: unknown): error is UnknownValue =>
  error instanceof Error && "unknownTypeSentinel" in error && "props" in error;

const targetOf = "__getSpecialProxyTarget"; // how the SDK itself looks behind its proxy

/**
 * The same inputs, with arrays that work. The SDK's proxy wraps what it finds on prototypes, too, and on such an array
 * `map` and `filter` throw a TypeError; here only what an object holds itself is read through it.
 */
export function readable<T>(inputs: T): T {
  if (typeof inputs !== "object" || inputs === null) return inputs;
  const held = ((inputs as Record<string, unknown>)[targetOf] ?? inputs) as object;
  return new Proxy(held, {
    get: (_, key) => (Object.hasOwn(held, key) ? readable((inputs as Record<PropertyKey, unknown>)[key]) : Reflect.get(held, key)),
  }) as T;
}

/** Judges each by itself: what a preview does not know of one keeps no other from being judged. */
export function* eachKnown<T, R>(items: Iterable<T>, judge: (item: T) => Iterable<R>): Generator<R> {
  let hidden: unknown;
  for (const item of items) {
    try {
      yield* judge(item);
    } catch (error) {
      if (!isUnknownValue(error)) throw error;
      hidden ??= error;
    }
  }
  if (hidden !== undefined) throw hidden;
}

/** What is read, or nothing where a preview does not know it. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return undefined;
  }
}

export class NotJudged {
  private readonly byRule = new Map<string, { names: string[]; paths: Set<string> }>();

  note(rule: string, name: string, { props }: UnknownValue): void {
    const entry = this.byRule.get(rule) ?? { names: [], paths: new Set() };
    this.byRule.set(rule, entry);
    entry.names.push(name);
    entry.paths.add(props.filter((part) => !/^\d+$/.test(String(part))).join("."));
  }

  /** One line a rule; then forgets. */
  drain(): string[] {
    const lines = [...this.byRule].map(([rule, { names, paths }]) => `${rule}: ${few([...paths])} of ${few(names)}`);
    this.byRule.clear();
    return lines;
  }
}

/** The first three, and how many more. */
export const few = (words: readonly string[]): string =>
  words.slice(0, 3).join(", ") + (words.length > 3 ? ` and ${words.length - 3} more` : "");
