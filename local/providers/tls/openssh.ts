import { createHash, randomBytes, type KeyObject } from "node:crypto";

/** A public key in SSH's format, or undefined if SSH has no such key (P-224). */
export interface SshPublicKey {
  /** One line of `authorized_keys`, with its line feed. */
  line: string;
  md5: string;
  sha256: string;
}

/** The parts of a key in SSH's own encoding: type, then the public and private numbers in the order that OpenSSH writes them. */
interface Parts {
  type: string;
  public: Buffer[];
  /** What follows the type in a private key; RSA repeats its public numbers in another order. */
  private: Buffer[];
}

const curves: Record<string, string> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

const raw = (field: string | undefined): Buffer => Buffer.from(field ?? "", "base64url");

/** Length and bytes (RFC 4251, `string`). */
function string(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number without needless zeros (RFC 4251, `mpint`). */
function mpint(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const bytes = start < 0 ? Buffer.alloc(0) : value.subarray(start);
  return string(bytes.length > 0 && bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function parts(privateKey: KeyObject): Parts | undefined {
  // Node's JWK export knows no P-224, and neither does SSH.
  if (privateKey.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = privateKey.export({ format: "jwk" });
  switch (jwk.kty) {
    case "RSA": {
      const [n, e, d, p, q, qi] = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.qi].map((field) => mpint(raw(field)));
      return { type: "ssh-rsa", public: [e!, n!], private: [n!, e!, d!, qi!, p!, q!] };
    }
    case "EC": {
      const curve = curves[jwk.crv ?? ""];
      if (!curve) return undefined;
      const point = Buffer.concat([Buffer.from([4]), raw(jwk.x), raw(jwk.y)]);
      const fields = [string(curve), string(point)];
      return { type: `ecdsa-sha2-${curve}`, public: fields, private: [...fields, mpint(raw(jwk.d))] };
    }
    default: {
      const [x, d] = [raw(jwk.x), raw(jwk.d)];
      return { type: "ssh-ed25519", public: [string(x)], private: [string(x), string(Buffer.concat([d, x]))] };
    }
  }
}

/** The public half of a private key, with both fingerprints as `ssh-keygen -l` prints them. */
export function sshPublicKey(privateKey: KeyObject): SshPublicKey | undefined {
  const key = parts(privateKey);
  if (!key) return undefined;
  const blob = Buffer.concat([string(key.type), ...key.public]);
  return {
    line: `${key.type} ${blob.toString("base64")}\n`,
    md5: createHash("md5").update(blob).digest("hex").replace(/(..)(?!$)/g, "$1:"),
    sha256: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
  };
}

/** A private key in OpenSSH's own format (its PROTOCOL.key), unencrypted; undefined if SSH has no such key. */
export function sshPrivateKey(privateKey: KeyObject): string | undefined {
  const key = parts(privateKey);
  if (!key) return undefined;
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, string(key.type), ...key.private, string("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"), string("none"), string(""),
    one,
    string(Buffer.concat([string(key.type), ...key.public])),
    string(Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}
