import type { OperatedStack } from "./stack";

/** The result of one command on a machine. */
export interface Answer {
  code: number;
  stdout: string;
}

/** One answer per command and everything printed to standard error; or the reason why the machine could not be asked. */
export type Asked = { answers: Answer[]; errors: string } | { unasked: string };

/** Separates outputs and exit statuses: no text or JSON contains it. */
const mark = "\u001e";

/** Runs shell commands on a machine one after another, over one connection: with several, a slow machine could answer some and seem lost to others. */
export async function ask(stack: OperatedStack, host: string, commands: string[]): Promise<Asked> {
  const script = commands.map((command) => `(\n${command}\n)\nprintf '\\036%d\\036' $?`).join("\n");
  const { code, stdout, stderr } = await stack.run(host, ["sh", "-c", script], { capture: true, quiet: true });
  const errors = stderr.trim().split(/\s*\n\s*/).join("; ");
  if (code !== 0) return { unasked: errors || (code === 255 ? "the connection failed" : `status ${code}`) };
  const parts = stdout.split(mark);
  return { answers: commands.map((_, i) => ({ stdout: parts[2 * i]!, code: Number(parts[2 * i + 1]) })), errors };
}
