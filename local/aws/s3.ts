import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import {
  DeleteBucketPolicyCommand, DeleteObjectsCommand, ListObjectVersionsCommand, PutBucketPolicyCommand, S3Client,
} from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { caCertificatePath } from "../services/ca";
import { s3Facts, s3RootKey } from "../services/s3";
import { account } from "./account";
import { effectivePolicy } from "./policy";

const agent = (): https.Agent => new https.Agent({ ca: fs.readFileSync(caCertificatePath()) });

/** An S3 client with a key. @default the account's root */
export const s3 = (credentials = s3RootKey()): S3Client => new S3Client({
  endpoint: s3Facts.endpoint,
  region: s3Facts.region,
  forcePathStyle: true,
  credentials,
  requestHandler: { httpsAgent: agent() },
});

/** Enforces the policies on one bucket, or on all, since a key or a group may concern any. */
export async function enforce(buckets: string[] = Object.keys(account().buckets)): Promise<void> {
  const state = account();
  const client = s3();
  await Promise.all(buckets.map((bucket) => {
    const Statement = effectivePolicy(state, bucket);
    return Statement.length === 0 ? client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))
      : client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }));
  }));
}

/**
 * Removes every version of every object, also locked ones if the lock allows it to the account's owner.
 * @throws if something is locked permanently
 */
export async function empty(bucket: string): Promise<void> {
  const client = s3();
  // The gateway requires a policy's permission to bypass a lock even of the owner.
  await client.send(new PutBucketPolicyCommand({
    Bucket: bucket,
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: [
      { Effect: "Allow", Principal: { AWS: [s3RootKey().accessKeyId] }, Action: ["s3:*"], Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] },
    ] }),
  }));
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (found.length === 0) return;
    const done = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: found, Quiet: true }, BypassGovernanceRetention: true }));
    const [error] = done.Errors ?? [];
    if (error) throw new Error(`deleting S3 Bucket (${bucket}): ${error.Key}: ${error.Code}: ${error.Message}`);
  }
}

/** A key pair that S3 accepts, with the rights that the policies give it. */
export const addKey = (id: string, secret: string): Promise<void> =>
  administer("/create-user", {}, `<Account><Access>${id}</Access><Secret>${secret}</Secret><Role>user</Role></Account>`);

/** Does nothing if the pair does not exist. */
export const removeKey = (access: string): Promise<void> => administer("/delete-user", { access }, "", ["XAdminNoSuchUser", "XAdminUserNotFound"]);

/** The gateway's own API for its users, signed like S3's requests. */
async function administer(path: string, query: Record<string, string>, body: string, allowed: string[] = []): Promise<void> {
  const url = new URL(s3Facts.endpoint);
  const { sha256 } = s3().config;
  const signer = new SignatureV4({ service: "s3", region: s3Facts.region, credentials: s3RootKey(), sha256, uriEscapePath: false });
  const { headers } = await signer.sign({
    method: "PATCH", protocol: "https:", hostname: url.hostname, port: Number(url.port), path, query, body,
    headers: { host: url.host, "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") },
  });
  const search = new URLSearchParams(query).toString();
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = https.request({ host: url.hostname, port: url.port, path: search === "" ? path : `${path}?${search}`, method: "PATCH", headers, agent: agent() }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)).on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
  if (status >= 400 && !allowed.some((code) => text.includes(code))) throw new Error(`S3 answers ${status} to ${path}: ${text}`);
}
