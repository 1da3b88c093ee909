import * as fs from "node:fs";
import * as path from "node:path";
import { acmeRootsFile, binDir, inState } from "../paths";
import { replaceFile } from "../../cli/replace";
import { caCertificate, issueCertificate } from "./ca";
import { serviceNames } from "./dns";
import { answers, get } from "./probe";
import { ensureRunning } from "./supervise";

const port = 14000;
const managementPort = 15000;

/** The stack's `acmeDirectory` on the local cloud. */
export const acmeDirectoryUrl = `https://${serviceNames.acme}:${port}/dir`;

/**
 * Starts the ACME server (pebble). It keeps accounts and its issuing CA only in memory: a restart forgets both, so its
 * former roots are kept, and clients register again.
 */
export async function startAcme(address: string): Promise<void> {
  const authority = await caCertificate();
  const { certificatePath, keyPath } = await issueCertificate("acme", [serviceNames.acme, address]);
  const server = { address, name: serviceNames.acme, caCertificatePem: authority };
  const configPath = inState("acme", "pebble.json");
  const pebble = {
    listenAddress: `${address}:${port}`,
    managementListenAddress: `${address}:${managementPort}`,
    certificate: certificatePath,
    privateKey: keyPath,
    httpPort: 80,
    tlsPort: 443,
    keyAlgorithm: "ecdsa",
    retryAfter: { authz: 1, order: 1 },
    profiles: { default: { description: "as long as Let's Encrypt's", validityPeriod: 90 * 86_400 } },
  };
  await ensureRunning({
    name: "acme",
    command: [path.join(binDir, "pebble"), "-config", configPath, "-dnsserver", `${address}:53`],
    environment: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" },
    files: [{ path: configPath, content: JSON.stringify({ pebble }, undefined, 2) }],
    ready: () => answers({ ...server, port, path: "/dir" }),
  });

  const root = await get({ ...server, port: managementPort, path: "/roots/0" });
  if (root?.status !== 200) throw new Error(`acme: ${address}:${managementPort}/roots/0 does not answer with the root`);
  const known = fs.existsSync(acmeRootsFile) ? fs.readFileSync(acmeRootsFile, "utf8") : "";
  if (!known.includes(root.body.trim())) replaceFile(acmeRootsFile, `${known}${root.body.trim()}\n`);
}

/**
 * All roots that this state's ACME server ever had, as one PEM bundle: certificates issued before a restart stay valid.
 * @throws if the server was never started
 */
export async function acmeRoots(): Promise<string> {
  return fs.promises.readFile(acmeRootsFile, "utf8");
}
