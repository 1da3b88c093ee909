import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { SFTPWrapper, Stats } from "ssh2";
import type { Context, Fault, Properties, ResourceModel } from "../resource";
import { UNKNOWN } from "../resource";
import { remembered } from "../rules";
import { isArchive } from "../wire";
import { connected, type Connection } from "./connection";
import { newId } from "./lifecycle";

type Reply<T> = (error: Error | null | undefined, value: T) => void;

const ask = <T>(start: (reply: Reply<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));

const inSession = (connection: Connection, context: Context, work: (sftp: SFTPWrapper) => Promise<void>): Promise<void> =>
  connected(connection, context, async (client) => work(await ask<SFTPWrapper>((reply) => client.sftp(reply))));

const noSuchFile = 2;

async function stat(sftp: SFTPWrapper, file: string): Promise<Stats | undefined> {
  try {
    return await ask<Stats>((reply) => sftp.stat(file, reply));
  } catch (error) {
    if ((error as { code?: number }).code === noSuchFile) return undefined;
    throw new Error(`failed to stat remote path ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Creates a directory and its parents. */
async function makeDirectory(sftp: SFTPWrapper, directory: string): Promise<void> {
  const there = await stat(sftp, directory);
  if (there?.isDirectory()) return;
  if (there) throw new Error(`remote path ${directory} exists but is not a directory`);
  await makeDirectory(sftp, path.posix.dirname(directory));
  await ask<void>((reply) => sftp.mkdir(directory, (error) => reply(error, undefined)));
}

const put = (sftp: SFTPWrapper, from: string, to: string): Promise<void> =>
  ask<void>((reply) => sftp.fastPut(from, to, (error) => reply(error, undefined))).catch((error: Error) => {
    throw new Error(`failed to copy file ${from} to remote path ${to}: ${error.message}`, { cause: error });
  });

async function putText(sftp: SFTPWrapper, text: string, to: string): Promise<void> {
  if ((await stat(sftp, to))?.isDirectory()) {
    throw new Error(`remote path ${to} is a directory; when using a text asset, remotePath must be a file path`);
  }
  await makeDirectory(sftp, path.posix.dirname(to));
  await ask<void>((reply) => sftp.writeFile(to, text, (error) => reply(error, undefined)));
}

async function putTree(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  await makeDirectory(sftp, to);
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.posix.join(to, entry.name)];
    if ((await fs.stat(source)).isDirectory()) await putTree(sftp, source, target);
    else await put(sftp, source, target);
  }
}

/**
 * Targets as with `cp`: a file goes into a directory if that exists, otherwise to exactly the path; a directory goes
 * into the path under its own name, or its contents do when the source ends in a slash.
 */
async function putPath(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if ((await fs.stat(from)).isDirectory()) {
    return putTree(sftp, from, from.endsWith("/") ? to : path.posix.join(to, path.basename(from)));
  }
  const target = (await stat(sftp, to))?.isDirectory() ? path.posix.join(to, path.basename(from)) : to;
  await makeDirectory(sftp, path.posix.dirname(target));
  return put(sftp, from, target);
}

const copy = ({ connection, source, remotePath }: Properties, context: Context): Promise<void> =>
  inSession(connection, context, (sftp) =>
    source.text === undefined ? putPath(sftp, source.path, remotePath) : putText(sftp, source.text, remotePath));

function checkSource({ source }: Properties): Fault[] {
  if (source === UNKNOWN || source === undefined || source.path) return [];
  if (isArchive(source)) return [{ property: "source", reason: "an archive must be a path to a file or directory" }];
  return source.text === undefined ? [{ property: "source", reason: "an asset must be a path to a file, or text" }] : [];
}

/** `command:remote:CopyToRemote`: copies again when the source or the path changes, not for a new connection. */
export const copyToRemote: ResourceModel = {
  check: checkSource,
  async create(inputs, context) {
    await copy(inputs, context);
    return { id: newId(), outputs: {} };
  },
  read: async (_, state) => remembered(state),
  async update(_, olds, news, context) {
    if (news.source.hash !== olds.source?.hash || news.remotePath !== olds.remotePath) await copy(news, context);
    return {};
  },
  delete: async () => undefined,
};

/** `command:remote:CopyFile`, the older one: one file, to exactly the path; every change copies again. */
export const copyFile: ResourceModel = {
  async create({ connection, localPath, remotePath }, context) {
    await inSession(connection, context, (sftp) => put(sftp, localPath, remotePath));
    return { id: newId(), outputs: {} };
  },
  read: async (_, state) => remembered(state),
  delete: async () => undefined,
};
