import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { Fault, Properties, ResourceModel, UNKNOWN } from "../resource";
import { remembered } from "../rules";
import { allowedUses, alternativeNames, extensions, serialNumber, signer, subjectName, x509 } from "./x509";

const hour = 3_600_000;
const subjectAlternativeName = "2.5.29.17";

/** Whether a certificate is due for renewal. */
const due = (state: Properties, earlyRenewalHours: number, now = Date.now()): boolean =>
  typeof state.validityEndTime === "string" && Date.parse(state.validityEndTime) - earlyRenewalHours * hour <= now;

/** Defaults of both kinds of certificate. */
const shared = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false };

/** Whether a certificate is due for renewal as soon as it is created. */
function dueAtOnce({ validityPeriodHours, earlyRenewalHours = 0 }: Properties): boolean | typeof UNKNOWN {
  if (validityPeriodHours === UNKNOWN || earlyRenewalHours === UNKNOWN) return UNKNOWN;
  return earlyRenewalHours >= validityPeriodHours;
}

/** Checks each member of a list, as far as it is known. */
function checkEach(inputs: Properties, property: string, holds: (value: string) => boolean, reason: string): Fault[] {
  const list: unknown[] = Array.isArray(inputs[property]) ? inputs[property] : [];
  return list.flatMap((value, i) => (typeof value !== "string" || holds(value) ? [] : [{ property: `${property}[${i}]`, reason }]));
}

function checkCertificate(inputs: Properties): Fault[] {
  const faults = [
    ...checkEach(inputs, "allowedUses", (use) => allowedUses.includes(use), `must be one of ${allowedUses.join(", ")}`),
    ...checkNames(inputs),
  ];
  for (const property of ["validityPeriodHours", "earlyRenewalHours", "maxPathLength"]) {
    if (inputs[property] < 0) faults.push({ property, reason: `must be at least 0, got ${inputs[property]}` });
  }
  if (inputs.maxPathLength !== undefined && (inputs.isCaCertificate ?? false) === false) {
    faults.push({ property: "maxPathLength", reason: "is only for certificates of an authority: set isCaCertificate" });
  }
  return faults;
}

const checkNames = (inputs: Properties): Fault[] => [
  ...checkEach(inputs, "ipAddresses", (address) => isIP(address) !== 0, "must be an IP address"),
  ...checkEach(inputs, "uris", URL.canParse, "must be a URI"),
];

/** Only `earlyRenewalHours` changes in place; a certificate that is due is replaced, as is one whose other inputs change. */
const certificate = (create: ResourceModel["create"], replaceOn: string[], defaults: Properties = shared): ResourceModel => ({
  check: checkCertificate,
  effective: (inputs) => ({ ...defaults, ...inputs }),
  plan: (inputs) => ({ readyForRenewal: dueAtOnce(inputs) }),
  replaceOn: [...replaceOn, "allowedUses", "isCaCertificate", "maxPathLength", "setSubjectKeyId", "validityPeriodHours"],
  expired: (state, news) => (due(state, news.earlyRenewalHours ?? 0) ? ["readyForRenewal"] : []),
  create,
  read: async (_, state) => {
    const { inputs, outputs } = remembered(state);
    return { inputs, outputs: { ...outputs, readyForRenewal: outputs.readyForRenewal || due(state, state.earlyRenewalHours ?? 0) } };
  },
  update: async (_, olds, news) => ({ ...olds, earlyRenewalHours: news.earlyRenewalHours ?? 0 }),
  delete: async () => undefined,
});

function validity(inputs: Properties): { notBefore: Date; notAfter: Date } {
  const now = new Date();
  now.setMilliseconds(0);
  return { notBefore: now, notAfter: new Date(now.getTime() + inputs.validityPeriodHours * hour) };
}

/** The certificate's serial number is its id, in decimal. */
function result(inputs: Properties, made: x509.X509Certificate, more: Properties): { id: string; outputs: Properties } {
  return {
    id: BigInt(`0x${made.serialNumber}`).toString(),
    outputs: {
      ...shared,
      ...more,
      ...inputs,
      readyForRenewal: dueAtOnce(inputs),
      certPem: `${made.toString("pem")}\n`,
      validityStartTime: made.notBefore.toISOString().replace(".000Z", "Z"),
      validityEndTime: made.notAfter.toISOString().replace(".000Z", "Z"),
    },
  };
}

export const selfSignedCert = certificate(async (inputs) => {
  const { algorithm, keys, signingAlgorithm } = await signer(inputs.privateKeyPem);
  const name = subjectName(inputs.subject);
  if (inputs.isCaCertificate && name.length === 0) {
    throw new Error("the certificate of an authority must have a subject with at least one distinguished name");
  }
  const own = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  const hasOwn = inputs.isCaCertificate || inputs.setSubjectKeyId;
  if (inputs.setAuthorityKeyId && !hasOwn) {
    throw new Error("setAuthorityKeyId needs a subject key identifier: set isCaCertificate or setSubjectKeyId");
  }
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: name,
    issuer: name,
    ...validity(inputs),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm,
    extensions: [
      ...(await extensions(inputs, keys.publicKey, inputs.setAuthorityKeyId ? own.keyId : undefined)),
      ...alternativeNames(inputs),
    ],
  });
  return result(inputs, made, { keyAlgorithm: algorithm, setAuthorityKeyId: false });
}, ["dnsNames", "ipAddresses", "uris", "privateKeyPem", "setAuthorityKeyId", "subject"], { ...shared, setAuthorityKeyId: false });

/** @throws with the name of the invalid input, rather than the ASN.1 library's message */
function parsed<T>(property: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new Error(`${property} is not a ${what} in PEM`);
  }
}

export const locallySignedCert = certificate(async (inputs, { log }) => {
  const request = parsed("certRequestPem", "certificate request", () => new x509.Pkcs10CertificateRequest(inputs.certRequestPem));
  if (!(await request.verify())) throw new Error("certRequestPem is not signed by the key that it contains");
  const authority = parsed("caCertPem", "certificate", () => new x509.X509Certificate(inputs.caCertPem));
  if (!authority.getExtension(x509.BasicConstraintsExtension)?.ca) {
    log("caCertPem does not appear to be the certificate of an authority: what it signs may fail validation", { severity: "warning" });
  }
  const { algorithm, keys, signingAlgorithm } = await signer(inputs.caPrivateKeyPem, "caPrivateKeyPem");
  if (!new X509Certificate(inputs.caCertPem).checkPrivateKey(createPrivateKey(inputs.caPrivateKeyPem))) throw new Error("caPrivateKeyPem is not the key of caCertPem");
  const names = request.getExtension(subjectAlternativeName);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: request.subjectName.toJSON(),
    issuer: authority.subjectName.toJSON(),
    ...validity(inputs),
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm,
    extensions: [
      ...(await extensions(inputs, request.publicKey, authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId)),
      ...(names ? [names] : []),
    ],
  });
  return result(inputs, made, { caKeyAlgorithm: algorithm });
}, ["caCertPem", "caPrivateKeyPem", "certRequestPem"]);

/** Any change creates a new request. */
export const certRequest: ResourceModel = {
  check: checkNames,
  async create(inputs) {
    const { algorithm, keys, signingAlgorithm } = await signer(inputs.privateKeyPem);
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: subjectName(inputs.subject),
      keys,
      signingAlgorithm,
      extensions: alternativeNames(inputs),
    });
    return {
      id: createHash("sha1").update(Buffer.from(request.rawData)).digest("hex"),
      outputs: { keyAlgorithm: algorithm, certRequestPem: `${request.toString("pem")}\n` },
    };
  },
  read: async (_, state) => remembered(state),
  delete: async () => undefined,
};
