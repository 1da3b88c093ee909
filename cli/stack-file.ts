import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";
import { projectDir } from "./project";
import { UserError } from "./terminal";

/** Path, within a stack's file, of one of this project's keys or a member of it. */
export const placeInFile = ([key, ...within]: readonly string[]): string[] => ["config", `ringo-infra:${key}`, ...within];

/** The text of a stack's file in this checkout. @throws UserError if it does not exist or is not valid YAML, for example with a duplicate key */
export function readStackFile(stack: string, directory = projectDir): string {
  const name = `Pulumi.${stack}.yaml`;
  let text: string;
  try {
    text = fs.readFileSync(path.join(directory, name), "utf8");
  } catch (error) {
    throw new UserError(`${name}, the configuration of stack ${stack}, cannot be read: ${(error as Error).message}`);
  }
  const [fault] = YAML.parseDocument(text).errors;
  if (fault) throw new UserError(`${name}: ${fault.message.trim()}`);
  return text;
}
