/** Colours only on a terminal, and never when the user says no (https://no-color.org). */
export const colourful = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;

const paint = (code: number) => (text: string): string => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const cyan = paint(36);

/** Progress goes to stderr, so that stdout stays what a script reads. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** An error that a person caused and can fix: printed without a stack trace. */
export class UserError extends Error {}

/** Seconds with one decimal, as in "12.3 s". */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
