import type { Rule } from "../rule";
import { dropletTypes, templateOf } from "./droplet-template";
import { secretsIn } from "./secrets";

/** What is no base64 is as readable as it stands: AWS refuses it, and the stack's state keeps it. */
const decoded = (text: string | undefined): string | undefined => (text && /^[\w+/-]+={0,2}$/.test(text.replaceAll(/\s/g, "")) ? Buffer.from(text, "base64").toString() : text);

/** User data of each type that has some, in plain text. */
const userDataOf: Record<string, (inputs: any) => (string | undefined)[]> = {
  ...Object.fromEntries(dropletTypes.map((type) => [type, (inputs) => [templateOf(inputs).userData]])),
  "aws:ec2/instance:Instance": (inputs) => [inputs.userData, decoded(inputs.userDataBase64)],
  "aws:ec2/launchConfiguration:LaunchConfiguration": (inputs) => [inputs.userData, decoded(inputs.userDataBase64)],
  "aws:ec2/launchTemplate:LaunchTemplate": (inputs) => [decoded(inputs.userData)],
};

const passwordLogin = /\bssh_pwauth["']?\s*:\s*["']?(true|yes|on|1)\b|\bPasswordAuthentication\s+yes\b/i;

/** What DigitalOcean's provider keeps of user data, and has for it after a refresh: a SHA-1 digest. What it is of was judged before. */
const isDigest = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/**
 * The one exception, by name: `ssh_keys.ed25519_private` of the program's cloud-config is a one-time key. It proves a
 * machine's identity for its first connection, over which the real host key arrives, and then nobody trusts it
 * (machine/base/cloud-init.ts). Only a key is let pass under that name.
 */
function withoutBootHostKey(text: string): string {
  const body = /^#cloud-config\n(\{[\s\S]*)$/.exec(text)?.[1];
  if (body === undefined) return text;
  let config: any;
  try {
    config = JSON.parse(body);
  } catch {
    return text;
  }
  const key = config.ssh_keys?.ed25519_private;
  if (typeof key !== "string" || !/^-----BEGIN OPENSSH PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END OPENSSH PRIVATE KEY-----\s*$/.test(key)) return text;
  delete config.ssh_keys.ed25519_private;
  return JSON.stringify(config);
}

export const userData: Rule = {
  name: "user-data-secret",
  types: Object.keys(userDataOf),
  chapter: "Machines",
  severity: "critical",
  demands: "User data contains no secret except the one-time host key of a machine's first connection, and enables no password log-in.",
  wrong: "Any process on the machine, and anyone with read access to the account, can read user data as long as the machine exists; a password can be guessed.",
  fix: "remove ssh_pwauth; put a secret into the machine's state, which is sent over SSH into a file that only root can read. If the secret was real, replace it.",
  answers: ["CKV_AWS_46", "AWS-0029", "AWS-0122", "AWS-0129"],
  *check(inputs, { type, settings }) {
    for (const text of userDataOf[type](inputs)) {
      if (typeof text !== "string" || isDigest(text)) continue;
      if (passwordLogin.test(text)) yield "it enables password log-in";
      yield* secretsIn(withoutBootHostKey(text), settings.secrets).map((kind) => `${kind} is in its user data`);
    }
  },
};
