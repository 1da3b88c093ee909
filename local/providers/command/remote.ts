import type { Client } from "ssh2";
import type { Context, Properties } from "../resource";
import { connected, type Connection } from "./connection";
import { commandModel } from "./lifecycle";
import { Capture, type Captured } from "./output";

/** `command:remote:Command` */
export const remoteCommand = commandModel((command, inputs, previous, context) =>
  connected(inputs.connection as Connection, context, async (client) => {
    const environment: Record<string, string> = { ...previous, ...inputs.environment };
    if (Object.keys(environment).length > 0) await checkEnvironment(client, environment, inputs, context);
    return run(client, command, environment, inputs.stdin, new Capture(context.log, inputs.logging));
  }));

async function run(
  client: Client, command: string, environment: Record<string, string>, stdin: string | undefined, capture: Capture,
): Promise<Captured> {
  const status = await new Promise<string | undefined>((resolve, reject) => client.exec(command, { env: environment }, (error, channel) => {
    if (error) return reject(error);
    // Registered within this call: the command may exit at once, and its exit is reported only once.
    let ended = "wait: remote command exited without exit status or exit signal";
    channel.on("data", capture.onStdout);
    channel.stderr.on("data", capture.onStderr);
    channel.on("error", () => undefined);
    channel.on("exit", (code: number | null, signal?: string) => {
      ended = signal ? `Process exited with signal ${signal}` : code === 0 ? "" : `Process exited with status ${code}`;
    });
    channel.on("close", () => resolve(ended || undefined));
    channel.end(stdin ?? "");
  }));
  if (status !== undefined) throw capture.failure(status, command);
  return capture.finish();
}

const advice =
  "This only works if your SSH server is configured to accept these variables via AcceptEnv. Alternatively, if a Bash-like " +
  "shell runs the command on the remote host, you could prefix the command itself with the variables in the form " +
  "'VAR=value command'";

/**
 * SSH servers drop variables that they do not accept, and the SSH library does not report it: so the environment is checked.
 * A missing variable of the program's own is an error; one that only holds the previous output, a warning.
 */
async function checkEnvironment(client: Client, environment: Record<string, string>, inputs: Properties, { log }: Context): Promise<void> {
  const names = Object.keys(environment);
  const odd = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (odd !== undefined) throw new Error(`could not set environment variable ${JSON.stringify(odd)}: not a name for a variable`);
  const probe = names.map((name) => `printenv ${name} >/dev/null || echo ${name}`).join("; ");
  const { stdout } = await run(client, `sh -c '${probe}; true'`, environment, undefined, new Capture(() => undefined));
  for (const name of stdout.split("\n").filter((line) => line !== "")) {
    const own = name in (inputs.environment ?? {});
    log(`Unable to set '${name}'. ${advice}`, { severity: own ? "error" : "warning" });
    if (own) throw new Error(`could not set environment variable "${name}": the SSH server does not accept it`);
  }
}
