import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { physicalName } from "./naming";

/** A server's certificate and its private key. */
export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PEM. Secret. */
  key: string;
}

/** A self-signed certificate of a server inside the stack, whose clients are given it to trust. Renewed a year before it expires. */
export function selfSigned(name: string, address: pulumi.Input<string>, parent: pulumi.Resource): pulumi.Output<Certificate> {
  const key = new tls.PrivateKey(`${name}-tls-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent });
  const certificate = new tls.SelfSignedCert(`${name}-tls-certificate`, {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: physicalName(name) },
    ipAddresses: [address],
    dnsNames: [name],
    allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
    validityPeriodHours: 5 * 365 * 24,
    earlyRenewalHours: 365 * 24,
  }, { parent });
  return pulumi.all([certificate.certPem, key.privateKeyPem]).apply(([pem, privatePem]) => ({ certificate: pem, key: privatePem }));
}
