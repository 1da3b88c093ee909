// The certificate library's dependency injection needs it, and needs it first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { createPrivateKey, createPublicKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import { Properties } from "../resource";
import { algorithmOf } from "./private-key";

x509.cryptoProvider.set(webcrypto);

/** What a certificate may be used for, by the official provider's names. */
const keyUsages: Record<string, x509.KeyUsageFlags> = {
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  content_commitment: x509.KeyUsageFlags.nonRepudiation,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
  data_encipherment: x509.KeyUsageFlags.dataEncipherment,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
  encipher_only: x509.KeyUsageFlags.encipherOnly,
  decipher_only: x509.KeyUsageFlags.decipherOnly,
};

const extendedKeyUsages: Record<string, string> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

export const allowedUses = [...Object.keys(keyUsages), ...Object.keys(extendedKeyUsages)].sort();

const hashes: Record<string, string> = { prime256v1: "SHA-256", secp384r1: "SHA-384", secp521r1: "SHA-512" };
const webCurves: Record<string, string> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

/** A private key that can sign, with its public half and its signing algorithm. */
export interface Signer {
  algorithm: string;
  keys: webcrypto.CryptoKeyPair;
  signingAlgorithm: webcrypto.EcdsaParams | webcrypto.Algorithm;
}

/** @throws for a key that is not PEM, or that WebCrypto cannot sign with (ECDSA with P-224). */
export async function signer(pem: string, property = "privateKeyPem"): Promise<Signer> {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error(`${property} is not a private key in PEM`);
  }
  const algorithm = algorithmOf(key);
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  const [importing, signing] = ((): [object, webcrypto.EcdsaParams | webcrypto.Algorithm] => {
    switch (algorithm) {
      case "RSA":
        return [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, { name: "RSASSA-PKCS1-v1_5" }];
      case "ECDSA":
        if (!webCurves[curve]) throw new Error("the stand-in signs only with the curves P256, P384 and P521, not with P224");
        return [{ name: "ECDSA", namedCurve: webCurves[curve] }, { name: "ECDSA", hash: hashes[curve]! }];
      default:
        return [{ name: "Ed25519" }, { name: "Ed25519" }];
    }
  })();
  const load = (format: "pkcs8" | "spki", der: Buffer, use: "sign" | "verify") =>
    webcrypto.subtle.importKey(format, der, importing as webcrypto.AlgorithmIdentifier, true, [use]);
  const keys = {
    privateKey: await load("pkcs8", key.export({ format: "der", type: "pkcs8" }), "sign"),
    publicKey: await load("spki", createPublicKey(key).export({ format: "der", type: "spki" }), "verify"),
  };
  return { algorithm, keys: keys as webcrypto.CryptoKeyPair, signingAlgorithm: signing };
}

/** In Go's order; several values of one kind are one part of the name. */
export function subjectName(subject: Properties = {}): x509.JsonName {
  const parts: [string, string[]][] = [
    ["C", [subject.country]],
    ["O", [subject.organization]],
    ["OU", [subject.organizationalUnit]],
    ["L", [subject.locality]],
    ["ST", [subject.province]],
    ["2.5.4.9", subject.streetAddresses ?? []],
    ["2.5.4.17", [subject.postalCode]],
    ["CN", [subject.commonName]],
    ["2.5.4.5", [subject.serialNumber]],
    ["E", [subject.emailAddress]],
  ];
  return parts
    .map(([type, values]): [string, string[]] => [type, values.filter((value) => value !== undefined)])
    .filter(([, values]) => values.length > 0)
    .map(([type, values]) => ({ [type]: values }));
}

/** DNS names, addresses and URIs, if there are any. */
export function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Properties): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...dnsNames.map((value: string) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value: string) => ({ type: "ip" as const, value })),
    ...uris.map((value: string) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** Extensions from the inputs that both kinds of certificate share, and the key identifiers. */
export async function extensions(
  inputs: Properties, publicKey: x509.PublicKeyType, authorityKeyId: string | undefined,
): Promise<x509.Extension[]> {
  const uses: string[] = inputs.allowedUses;
  const flags = uses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const extended = uses.flatMap((use) => extendedKeyUsages[use] ?? []);
  const isCa = inputs.isCaCertificate ?? false;
  return [
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
    new x509.BasicConstraintsExtension(isCa, isCa ? inputs.maxPathLength : undefined, true),
    ...(isCa || inputs.setSubjectKeyId ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : []),
    ...(authorityKeyId ? [new x509.AuthorityKeyIdentifierExtension(authorityKeyId)] : []),
  ];
}

/** A positive number of 127 bits. */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString("hex");
}

export { x509 };
