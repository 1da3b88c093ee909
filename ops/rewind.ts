import { CopyObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { confirmed } from "../cli/confirm";
import type { OperatedStack } from "./stack";
import { green, say, UserError } from "../cli/terminal";

/** One entry of an object's history: a version, or the mark of a deletion. */
export interface Entry {
  key: string;
  version: string;
  at: Date;
  deletion: boolean;
  current: boolean;
}

const atOnce = 8;

/**
 * The versions to copy so that every object is as it was at a time. Objects created since then stay: they may be newer
 * backups. Locks of restic's repository are left out: their commands have finished long ago.
 */
export function toBringBack(history: Entry[], time: Date): Entry[] {
  const then = new Map<string, Entry>();
  for (const entry of history) {
    const known = then.get(entry.key);
    if (entry.at <= time && (!known || follows(entry, known))) then.set(entry.key, entry);
  }
  return [...then.values()].filter((entry) => !entry.deletion && !entry.current && !entry.key.startsWith("locks/"));
}

/** S3 lists versions newest first, and times by the second: what was deleted within the second that it was written in stays deleted. */
const follows = (entry: Entry, other: Entry): boolean =>
  entry.at > other.at || (entry.at.getTime() === other.at.getTime() && !other.current && (entry.current || entry.deletion));

/**
 * Makes the buckets' objects of a time current again, by copying their versions: nothing is deleted or overwritten for
 * good. Uses the operator's own AWS credentials; the machine's key, which an intruder may have, has no such rights.
 */
export async function rewindBackups(stack: OperatedStack): Promise<number> {
  const time = parseTime(process.env.TIME ?? "");
  const { region, buckets } = stack.outputs().backups;
  const client = await stack.s3(region);
  const plan = await Promise.all(buckets.map(async (bucket) => {
    const entries = await history(client, bucket);
    return { bucket, objects: new Set(entries.map(({ key }) => key)).size, back: toBringBack(entries, time) };
  }));
  for (const { bucket, objects, back } of plan) {
    say(`${bucket}: ${back.length} of ${objects} objects were deleted or overwritten since ${time.toISOString()}`);
    for (const { key } of back.slice(0, 5)) say(`  ${key}`);
    if (back.length > 5) say(`  … and ${back.length - 5} more`);
  }
  if (plan.every(({ back }) => back.length === 0)) return 0;
  if (!(await confirmed(stack.name))) return 1;
  for (const { bucket, back } of plan) await copy(client, bucket, back);
  say(green("the buckets are as they were; what was added since is kept"));
  return 0;
}

/** @throws UserError if it is not a time with a time zone */
function parseTime(text: string): Date {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new UserError(`TIME=${text || "(empty)"} is not a time with a time zone; for example TIME=2026-11-24T09:30:00Z`);
  }
  return new Date(text);
}

async function history(client: S3Client, bucket: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, KeyMarker: page?.NextKeyMarker, VersionIdMarker: page?.NextVersionIdMarker }));
    for (const [deletion, found] of [[false, page.Versions], [true, page.DeleteMarkers]] as const) {
      for (const { Key, VersionId, LastModified, IsLatest } of found ?? []) {
        entries.push({ key: Key!, version: VersionId!, at: LastModified!, deletion, current: IsLatest === true });
      }
    }
  } while (page.IsTruncated);
  return entries;
}

async function copy(client: S3Client, bucket: string, back: Entry[]): Promise<void> {
  const left = [...back];
  let said = Date.now();
  const worker = async (): Promise<void> => {
    for (let entry = left.shift(); entry; entry = left.shift()) {
      const { key, version } = entry;
      const source = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}?versionId=${version}`;
      await client.send(new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: source }));
      if (Date.now() - said > 2000) {
        said = Date.now();
        say(`${bucket}: ${back.length - left.length} of ${back.length}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
