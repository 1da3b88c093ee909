import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { inState } from "./paths";
import { replaceFile } from "../cli/replace";

/** Written once, readable only by its owner; the same content on every later call. */
export function ownSecret(file: string, make: () => string): string {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, make());
  }
  return fs.readFileSync(file, "utf8");
}

/** A secret of the local stack, generated on first use and kept until destroy. */
export const localSecret = (name: string): string =>
  ownSecret(inState("secrets", name), () => randomBytes(48).toString("base64url"));
