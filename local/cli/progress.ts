import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation";
import { bold, dim, green, red, say, seconds, yellow } from "../../cli/terminal";

const verbs: Record<string, [mark: string, done: string]> = {
  create: ["+", "created"],
  "create-replacement": ["+", "created anew"],
  update: ["~", "updated"],
  delete: ["-", "deleted"],
  "delete-replaced": ["-", "deleted (replaced)"],
  import: ["=", "imported"],
  refresh: ["?", "read"],
};

/** A state is applied, whatever the engine does with its record of the former one (components/host.ts): nothing is created or deleted. */
const applied: typeof verbs = { create: ["+", "applied"], "create-replacement": ["~", "applied"], update: ["~", "applied"] };
const verbOf = (op: string, type: string): [mark: string, done: string] | undefined => (type === "command:remote:Command" ? applied : verbs)[op];

/** Without the engine's colour codes. */
const plain = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "").trimEnd();

/** What the engine says when it gives up for another error. */
const consequence = /: (?:update failed|preview failed|failed to run (?:policy|remediation): context canceled)$/;

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The resource's own name, and its type's last word: `api-0` `Droplet`. */
function describe(urn: string, type: string): string {
  return `${bold(nameOf(urn).padEnd(24))} ${dim(type.slice(type.lastIndexOf(":") + 1))}`;
}

/**
 * The actual fault in an error that repeats all output of its command: a machine's apply ends with it
 * (machine/apply/main.py). Everything before was printed when it happened.
 */
function fault(message: string): string {
  const at = message.lastIndexOf("\nfailed: ");
  return at < 0 ? message : message.slice(at + 1);
}

/**
 * Prints what the engine does: one line when a resource is done, and each line that a machine prints while
 * its state is applied. Unchanged resources are not mentioned.
 */
export class Progress {
  private readonly started = Date.now();
  private readonly begun = new Map<string, number>();
  private readonly advised = new Set<string>();
  private readonly reported: string[] = [];

  /** @param silent only collects errors */
  constructor(private readonly silent = false) {}

  /** What the engine reported as errors, for the last lines of a failed run: what it only says in consequence of others, if there are none. */
  get errors(): string[] {
    const causes = this.reported.filter((text) => !consequence.test(text));
    return causes.length > 0 ? causes : this.reported;
  }

  /** For the Automation API's `onEvent`. */
  readonly on = (event: EngineEvent): void => {
    if (event.resourcePreEvent) {
      this.begun.set(event.resourcePreEvent.metadata.urn, Date.now());
    } else if (event.resOutputsEvent) {
      const { op, urn, type } = event.resOutputsEvent.metadata;
      const verb = verbOf(op, type);
      if (!verb || /^(ringo|pulumi):/.test(type)) return;
      if (op === "refresh") return;
      const took = Date.now() - (this.begun.get(urn) ?? Date.now());
      this.line(`${green(verb[0])} ${describe(urn, type)} ${verb[1]}${took > 500 ? dim(` in ${seconds(took)}`) : ""}`);
    } else if (event.resOpFailedEvent) {
      const { urn, type } = event.resOpFailedEvent.metadata;
      this.line(`${red("!")} ${describe(urn, type)} ${red("failed")}`);
    } else if (event.diagnosticEvent) {
      this.diagnostic(event.diagnosticEvent);
    } else if (event.policyEvent) {
      this.policy(event.policyEvent);
    }
  };

  private diagnostic(event: { urn?: string; message: string; severity: string }): void {
    const message = plain(event.message);
    if (message === "" || event.severity === "debug") return;
    const text = event.severity === "error" ? fault(message) : message;
    const name = event.urn ? nameOf(event.urn) : "stack";
    if (event.severity === "error") this.reported.push(`${name}: ${text}`);
    this.lines(name, text, event.severity === "error" ? red : event.severity === "warning" || text.startsWith("warning: ") ? yellow : (t: string) => t);
  }

  /** What is wrong, what was found, and how to fix it. An advisory one is printed and passes; of its further findings only what was found is printed. */
  private policy({ resourceUrn, message, policyName, enforcementLevel }: PolicyEvent): void {
    const name = resourceUrn ? nameOf(resourceUrn) : "stack";
    const words = plain(message);
    const text = `policy ${policyName}: ${words}`;
    if (enforcementLevel === "mandatory") {
      this.reported.push(`${name}: ${text}`);
      return this.lines(name, text, red);
    }
    const found = words.split("\n").slice(1).filter((line) => !line.startsWith("To fix: "));
    this.lines(name, this.advised.has(policyName) && found.length > 0 ? `policy ${policyName}: ${found.join("\n")}` : text, yellow);
    this.advised.add(policyName);
  }

  private lines(name: string, text: string, colour: (text: string) => string): void {
    for (const line of text.split("\n")) this.line(`  ${name.padEnd(24)} ${dim("│")} ${colour(line)}`);
  }

  private line(text: string): void {
    if (!this.silent) say(`${dim(`${((Date.now() - this.started) / 1000).toFixed(1).padStart(6)}s`)} ${text}`);
  }
}
