import { StringDecoder } from "node:string_decoder";
import type { Context } from "../resource";

export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** A command's output. */
export interface Captured {
  stdout: string;
  stderr: string;
}

/** Collects a command's output while it runs and shows it line by line, as far as `logging` allows. */
export class Capture {
  private readonly stdout: Stream;
  private readonly stderr: Stream;
  private both = "";

  /** @param logging @default "stdoutAndStderr" */
  constructor(log: Context["log"], logging: Logging = "stdoutAndStderr") {
    const show = (line: string) => log(line, { ephemeral: true });
    const quiet = () => undefined;
    const also = (text: string) => { this.both += text; };
    this.stdout = new Stream(also, logging === "stdout" || logging === "stdoutAndStderr" ? show : quiet);
    this.stderr = new Stream(also, logging === "stderr" || logging === "stdoutAndStderr" ? show : quiet);
  }

  readonly onStdout = (chunk: Buffer): void => this.stdout.write(chunk);
  readonly onStderr = (chunk: Buffer): void => this.stderr.write(chunk);

  /** All of it, without the line feed at the end. */
  finish(): Captured {
    return { stdout: this.stdout.finish(), stderr: this.stderr.finish() };
  }

  /** The official provider's error for a failed command: why, which command, and all its output. */
  failure(why: string, command: string): Error {
    this.finish();
    return new Error(`${why}: running ${JSON.stringify(command)}:\n${this.both}`);
  }
}

class Stream {
  private readonly decoder = new StringDecoder("utf8");
  private text = "";
  private line = "";

  constructor(private readonly also: (text: string) => void, private readonly show: (line: string) => void) {}

  write(chunk: Buffer): void {
    this.add(this.decoder.write(chunk));
  }

  finish(): string {
    this.add(this.decoder.end());
    if (this.line !== "") this.show(this.line);
    this.line = "";
    return this.text.replace(/\n$/, "");
  }

  private add(text: string): void {
    this.text += text;
    this.also(text);
    const lines = (this.line + text).split("\n");
    this.line = lines.pop() ?? "";
    lines.forEach((line) => this.show(line.replace(/\r$/, "")));
  }
}
