import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { useScratchDirectories } from "./scratch";

const scratch = useScratchDirectories();
const { caCertificate, issueCertificate } = jest.requireActual<typeof import("../../../local/services/ca")>("../../../local/services/ca");
const { get } = jest.requireActual<typeof import("../../../local/services/probe")>("../../../local/services/probe");

afterAll(() => fs.rmSync(scratch, { recursive: true }));

describe("the local CA", () => {
  test("is created once, and only root can read its key", async () => {
    expect(await caCertificate()).toBe(await caCertificate());
    expect(fs.statSync(path.join(scratch, "state/ca/ca.key")).mode & 0o777).toBe(0o600);
    expect(new X509Certificate(await caCertificate()).ca).toBe(true);
  });

  test("issues certificates that a TLS client accepts for the name, and for no other", async () => {
    const { certificatePath, keyPath } = await issueCertificate("web", ["web.ringo.test", "127.0.0.1"]);
    expect(fs.statSync(keyPath).mode & 0o777).toBe(0o600);
    const server = https.createServer({ cert: fs.readFileSync(certificatePath), key: fs.readFileSync(keyPath) }, (_, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async (name: string) => get({ address: "127.0.0.1", port, path: "/", name, caCertificatePem: await caCertificate() });
    expect(await ask("web.ringo.test")).toEqual({ status: 200, body: "hello" });
    expect(await ask("other.ringo.test")).toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
  });

  test("reissues if the names change, and not otherwise", async () => {
    const issue = async (...names: string[]) => fs.readFileSync((await issueCertificate("api", names)).certificatePath, "utf8");
    const first = await issue("a.ringo.test");
    expect(await issue("a.ringo.test")).toBe(first);
    expect(await issue("a.ringo.test", "b.ringo.test")).not.toBe(first);
  });
});
