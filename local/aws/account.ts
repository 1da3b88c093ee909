import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import { inState } from "../paths";
import { replaceFile } from "../../cli/replace";

/** A document of AWS, as plain JSON. */
export type Document = Record<string, any>;

export interface Bucket {
  name: string;
  region: string;
  tags: Record<string, string>;
  objectLock: boolean;
  /** By kind: `lifecycle`, `encryption`, … as they were given. */
  settings: Record<string, Document>;
}

export interface AccessKey {
  active: boolean;
  createdAt: string;
}

export interface User {
  arn: string;
  uniqueId: string;
  path: string;
  tags: Record<string, string>;
  groups: string[];
  accessKeys: Record<string, AccessKey>;
}

export interface Group {
  arn: string;
  uniqueId: string;
  path: string;
  /** Inline policies by name, as JSON. */
  policies: Record<string, string>;
}

export interface Key {
  arn: string;
  region: string;
  /** What the program declared. */
  settings: Document;
  /** Scheduled for deletion: unusable, and removed when the window has passed. */
  deletionDate?: string;
}

/** An AWS account on this machine: everything that S3 itself does not store. Without secrets. */
export interface Account {
  id: string;
  buckets: Record<string, Bucket>;
  users: Record<string, User>;
  groups: Record<string, Group>;
  keys: Record<string, Key>;
  /** Key's id by alias. */
  aliases: Record<string, string>;
}

const file = (): string => inState("aws", "account.json");

/** A read-only copy of the account, which is created on first use. */
export function account(): Account {
  if (fs.existsSync(file())) return JSON.parse(fs.readFileSync(file(), "utf8")) as Account;
  const opened: Account = {
    id: String(randomInt(100_000_000_000, 1_000_000_000_000 - 1)), buckets: {}, users: {}, groups: {}, keys: {}, aliases: {},
  };
  save(opened);
  return opened;
}

/** Changes the account atomically: not at all if `edit` throws. */
export function change<T>(edit: (account: Account) => T): T {
  const edited = account();
  const result = edit(edited);
  save(edited);
  return result;
}

function save(state: Account): void {
  fs.mkdirSync(inState("aws"), { recursive: true, mode: 0o700 });
  replaceFile(file(), JSON.stringify(state, undefined, 1));
}
