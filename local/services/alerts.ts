import { issueCertificate, type ServerCertificate } from "./ca";

const address = "198.18.0.254";
/** Where the local stack's alerts go: to whoever listens on this machine. */
export const alertsPort = 9443;
export const alertsUrl = `https://${address}:${alertsPort}`;

/** For whoever listens there. */
export const alertsCertificate = (): Promise<ServerCertificate> => issueCertificate("alerts", [address]);
