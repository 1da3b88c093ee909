import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { rootCertificates } from "node:tls";
import { digest, key } from "./fixture";

/** A value for each blank that a command may have. */
const values: Record<string, () => string> = {
  "your address": () => "185.12.64.9",
  "your domain": () => "ringo.dev",
  "your store": () => "s3.ringo.dev:7070",
  "your wiki": () => "wiki.ringo.dev/operations",
  digest: () => digest.replace("sha256:", ""),
  owner: () => "ringo-uchet",
  user: () => "12345", // what the CLI would take for a number
  organization: () => "ringo-uchet",
  project: () => "backend",
  bucket: () => "ringo-media",
  "client id": () => "12345",
  "group number": () => "1001234567890",
  key: () => `AAAAC3NzaC1lZDI1NTE5AAAAI${"Bw".repeat(21)}H`,
  name: () => "mine",
  text: () => "0123",
  time: () => "2020-02-20T09:30:00Z",
  file: certificate,
};

let file: string | undefined;
function certificate(): string {
  file ??= path.join(mkdtempSync(path.join(tmpdir(), "ringo-config-")), "ca.pem");
  writeFileSync(file, rootCertificates[0]!);
  return file;
}

/** A command with its blanks filled in. */
export const filled = (command: string): string => command.replace(/<([^<>]*)>/g, (_, blank: string) => {
  if (!Object.hasOwn(values, blank)) throw new Error(`nobody knows what to put into <${blank}>: ${command}`);
  return values[blank]!();
});

/** A good value of each secret that has a form. */
export const secrets: Record<string, string> = {
  sentryDsn: "https://publickey@sentry.ringo.dev/1", alertTelegramToken: `1:${"not-a-token".repeat(3)}`,
  alertWebhookUrl: "https://hooks.ringo.dev/not-a-hook", alertSlackUrl: "https://hooks.ringo.dev/not-a-hook", deadMansSwitchUrl: "https://switch.ringo.dev/not-a-switch",
};

/** The answer to a prompt for a secret. */
export const typed = (secret: string): string => secrets[secret] ?? `another-${key}`;
