import type { OperatedStack } from "./stack";

/** What one command on a machine came to. */
export interface Answer {
  code: number;
  stdout: string;
}

/** What a machine answered, a command each, and what it printed besides; or why nothing is known of it. */
export type Asked = { answers: Answer[]; errors: string } | { unasked: string };

/** Ends what a command has printed, and its exit status: no text or JSON has it. */
const mark = "\u001e";

/** Runs shell commands on a machine over one connection, one after the other: a machine that is asked in several would answer some, and seem gone to others, when it is slow. */
export async function ask(stack: OperatedStack, host: string, commands: string[]): Promise<Asked> {
  const script = commands.map((command) => `(\n${command}\n)\nprintf '\\036%d\\036' $?`).join("\n");
  const { code, stdout, stderr } = await stack.run(host, ["sh", "-c", script], { capture: true, quiet: true });
  const errors = stderr.trim().split(/\s*\n\s*/).join("; ");
  if (code !== 0) return { unasked: errors || (code === 255 ? "the connection failed" : `status ${code}`) };
  const parts = stdout.split(mark);
  return { answers: commands.map((_, i) => ({ stdout: parts[2 * i]!, code: Number(parts[2 * i + 1]) })), errors };
}
