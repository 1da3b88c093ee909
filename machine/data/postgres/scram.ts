import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { unreserved } from "../../content";

const iterations = 4096;

/**
 * PostgreSQL's verifier of a password (RFC 5803): a role is created with this, so the password itself never reaches the
 * server's logs. The salt is derived from the password unless given, so that the same role renders the same text.
 * @throws if the password contains characters that the application's DSN or SCRAM's normalisation would alter.
 */
export function scramVerifier(role: string, password: string, salt = saltOf(role, password)): string {
  if (!unreserved.test(password)) throw new Error(`the password of role ${role} may contain only A-Z a-z 0-9 . _ ~ -`);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}

const saltOf = (role: string, password: string): Buffer =>
  createHmac("sha256", password).update(`scram salt of ${role}`).digest().subarray(0, 16);
