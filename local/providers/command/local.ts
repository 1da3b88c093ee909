import { spawn } from "node:child_process";
import type { ResourceModel } from "../resource";
import { commandModel } from "./lifecycle";
import { Capture } from "./output";

const command = commandModel(async (line, inputs, previous, { log, signal }) => {
  const [program, ...args]: string[] = inputs.interpreter?.length > 0 ? inputs.interpreter : ["/bin/sh", "-c"];
  const capture = new Capture(log, inputs.logging);
  const child = spawn(program!, [...args, line], {
    cwd: inputs.dir ?? process.cwd(),
    env: { ...process.env, ...inputs.environment, ...previous },
    stdio: ["pipe", "pipe", "pipe"],
    signal,
  });
  child.stdout.on("data", capture.onStdout);
  child.stderr.on("data", capture.onStderr);
  // A command need not read its input.
  child.stdin.on("error", () => undefined);
  child.stdin.end(inputs.stdin ?? "");
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killedBy) =>
      resolve(killedBy ? `signal: ${killedBy}` : code === 0 ? undefined : `exit status ${code}`));
  });
  if (failure !== undefined) throw capture.failure(failure, line);
  return capture.finish();
});

/** `command:local:Command`, without the files that the official one can return. */
export const localCommand: ResourceModel = {
  ...command,
  plan: (news, olds) => ({ ...command.plan?.(news, olds), assets: undefined, archive: undefined }),
  check: (inputs) =>
    ["assetPaths", "archivePaths"]
      .filter((property) => inputs[property] !== undefined)
      .map((property) => ({ property, reason: "the stand-in returns no files: read them in the program, or use the official plugin" })),
};
