import * as fs from "node:fs";
import * as path from "node:path";
import { replaceFile } from "../../cli/replace";
import { UserError } from "../../cli/terminal";
import { inState, projectDir } from "../paths";

const example = path.join(projectDir, "examples", "backend");
const record = inState("backend");

/**
 * What the stack deploys: the directory that BACKEND names, or else the one deployed last, or else the example.
 * Most updates name none, and the database belongs to the backend deployed last.
 * @throws UserError if it does not exist
 */
export function backendDirectory(): string {
  const given = process.env.BACKEND;
  const remembered = fs.existsSync(record) ? fs.readFileSync(record, "utf8") : undefined;
  const directory = given ? path.resolve(given) : remembered ?? example;
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory;
  throw new UserError(given
    ? `BACKEND=${given} is not a directory: name the one with the backend's Dockerfile.`
    : `${directory}, from which this stack's backend was built, no longer exists. Give its new path with BACKEND=<dir>, or use the example: BACKEND=examples/backend.`);
}

/** Remembers it for later commands; not the example, which is each checkout's own. */
export function rememberBackend(directory: string): void {
  if (directory === example) fs.rmSync(record, { force: true });
  else replaceFile(record, directory);
}
