import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { binDir, inState } from "../paths";
import { replaceFile } from "../../cli/replace";
import { caCertificate, issueCertificate } from "./ca";
import { serviceNames } from "./dns";
import { answers } from "./probe";
import { ensureRunning } from "./supervise";

const port = 7070;

/** How to reach the object store. */
export interface S3Facts {
  endpoint: string;
  region: string;
}

export const s3Facts: S3Facts = { endpoint: `https://${serviceNames.s3}:${port}`, region: "us-east-1" };

/** The object store's root account. */
export interface S3RootKey {
  accessKeyId: string;
  /** Secret. */
  secretAccessKey: string;
}

const rootKeyFile = (): string => inState("s3", "root.json");

/** Keys of the object store's root account, for the provider that manages buckets and users. @throws if it was never started */
export const s3RootKey = (): S3RootKey => JSON.parse(fs.readFileSync(rootKeyFile(), "utf8"));

/** Starts the object store (versitygw): real S3 with versions, Object Lock, bucket policies and users, on a directory. */
export async function startS3(address: string): Promise<S3Facts> {
  const authority = await caCertificate();
  const { certificatePath, keyPath } = await issueCertificate("s3", [serviceNames.s3, address]);
  for (const directory of ["data", "versions", "iam"]) fs.mkdirSync(inState("s3", directory), { recursive: true, mode: 0o700 });
  if (!fs.existsSync(rootKeyFile())) {
    const key: S3RootKey = { accessKeyId: `RINGO${randomBytes(8).toString("hex").toUpperCase()}`, secretAccessKey: randomBytes(30).toString("base64url") };
    replaceFile(rootKeyFile(), JSON.stringify(key));
  }
  const { accessKeyId, secretAccessKey } = s3RootKey();
  await ensureRunning({
    name: "s3",
    command: [
      path.join(binDir, "versitygw"), "--port", `${address}:${port}`, "--cert", certificatePath, "--key", keyPath,
      "--region", s3Facts.region, "--iam-dir", inState("s3", "iam"), "--iam-cache-ttl", "1", "--health", "/health", "--quiet",
      "posix", "--versioning-dir", inState("s3", "versions"), inState("s3", "data"),
    ],
    environment: { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey },
    ready: () => answers({ address, port, path: "/health", name: serviceNames.s3, caCertificatePem: authority }),
  });
  return s3Facts;
}
