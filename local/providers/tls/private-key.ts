import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { Properties, ResourceModel } from "../resource";
import { among, checks, remembered, rule } from "../rules";
import { sshPrivateKey, sshPublicKey } from "./openssh";

const generate = promisify(generateKeyPair);

const curves: Record<string, string> = { P224: "secp224r1", P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" };
const algorithms = ["RSA", "ECDSA", "ED25519"];

async function newKey({ algorithm, rsaBits, ecdsaCurve }: Properties): Promise<KeyObject> {
  switch (algorithm) {
    case "RSA":
      return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
    case "ECDSA":
      return (await generate("ec", { namedCurve: curves[ecdsaCurve]! })).privateKey;
    default:
      return (await generate("ed25519")).privateKey;
  }
}

/** The official provider's name for a key's algorithm. */
export function algorithmOf(key: KeyObject): string {
  const names: Record<string, string> = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };
  const name = names[key.asymmetricKeyType ?? ""];
  if (!name) throw new Error(`private keys of type ${key.asymmetricKeyType} are not supported`);
  return name;
}

/** As Go writes it: PKCS#1 for RSA, SEC 1 for ECDSA, PKCS#8 for Ed25519. */
function traditionalPem(key: KeyObject): string {
  const types: Record<string, "pkcs1" | "sec1"> = { rsa: "pkcs1", ec: "sec1" };
  return key.export({ format: "pem", type: types[key.asymmetricKeyType ?? ""] ?? "pkcs8" }) as string;
}

const defaults = (inputs: Properties): Properties => ({ rsaBits: 2048, ecdsaCurve: "P224", ...inputs });

export const privateKey: ResourceModel = {
  check: checks(
    among("algorithm", algorithms),
    among("ecdsaCurve", Object.keys(curves)),
    // Go creates no shorter ones.
    rule("rsaBits", (bits) => bits >= 1024, "must be at least 1024"),
  ),
  effective: defaults,
  async create(inputs) {
    const wanted = defaults(inputs);
    const key = await newKey(wanted);
    const publicKey = createPublicKey(key);
    const ssh = sshPublicKey(key);
    return {
      id: createHash("sha1").update(publicKey.export({ format: "der", type: "spki" })).digest("hex"),
      outputs: {
        ...wanted,
        privateKeyPem: traditionalPem(key),
        privateKeyPemPkcs8: key.export({ format: "pem", type: "pkcs8" }),
        privateKeyOpenssh: sshPrivateKey(key) ?? "",
        publicKeyPem: publicKey.export({ format: "pem", type: "spki" }),
        publicKeyOpenssh: ssh?.line ?? "",
        publicKeyFingerprintMd5: ssh?.md5 ?? "",
        publicKeyFingerprintSha256: ssh?.sha256 ?? "",
      },
    };
  },
  read: async (_, state) => remembered(state),
  delete: async () => undefined,
};
