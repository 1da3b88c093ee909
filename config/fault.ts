/** One thing wrong with the configuration. */
export interface Fault {
  /** Path of the key, as `pulumi config set --path` takes it. */
  key: string;
  /** What was given, shortened; undefined when nothing was, or when it may be a secret. */
  given?: string;
  reason: string;
  /** What is allowed, in words. */
  allowed: string;
  /** The command that fixes it, with a `<blank>` for what only a person knows. */
  command: string;
}

/** Whether a text may hold a credential: a URL's user or query does, with whatever else is wrong. A digest is none. */
export const mayHoldCredential = (text: string): boolean => /\/\/[^/]*@|:[^/]*@(?!sha256:)|[?#]./.test(text);

/** A value on one line, shortened. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** All faults at once, as a person reads them. */
export function renderFaults(stack: string, faults: readonly Fault[]): string {
  const head = `the configuration of stack ${stack} has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}; nothing was changed`;
  const parts = faults.map(({ key, given, reason, allowed, command }) => [
    `  ${key}${given === undefined ? "" : ` = ${given}`}: ${reason}`,
    `    allowed: ${allowed}`,
    `    to fix: ${command}`,
  ].join("\n"));
  return [head, ...parts].join("\n\n");
}
