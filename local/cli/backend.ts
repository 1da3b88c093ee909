import * as fs from "node:fs";
import * as path from "node:path";
import { replaceFile } from "../../cli/replace";
import { UserError } from "../../cli/terminal";
import { inState, projectDir } from "../paths";

const example = path.join(projectDir, "examples", "backend");
const record = inState("backend");

/**
 * What the stack deploys: the directory that BACKEND names, else the one that was deployed last, else the example.
 * Most commands bring the stack up with none named, and its database is the backend's that it had.
 * @throws UserError when it is not there
 */
export function backendDirectory(): string {
  const given = process.env.BACKEND;
  const remembered = fs.existsSync(record) ? fs.readFileSync(record, "utf8") : undefined;
  const directory = given ? path.resolve(given) : remembered ?? example;
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory;
  throw new UserError(given
    ? `BACKEND=${given} is not a directory: name the one with the backend's Dockerfile.`
    : `${directory}, from which this stack's backend was built, is gone. Give its new path with BACKEND=<dir>, or use the example: BACKEND=examples/backend.`);
}

/** For the commands to come. The example is each checkout's own, so nothing is kept of that. */
export function rememberBackend(directory: string): void {
  if (directory === example) fs.rmSync(record, { force: true });
  else replaceFile(record, directory);
}
