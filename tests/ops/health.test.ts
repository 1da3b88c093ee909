import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { askHealth } from "../../ops/health";
import type { Outputs } from "../../cli/outputs";

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-health-"));
const [key, cert] = [path.join(directory, "key.pem"), path.join(directory, "cert.pem")];
let server: https.Server;
let asked: string[] = [];
let answer: (response: { writeHead(status: number): { end(): void } }) => void;
beforeAll(async () => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert], { stdio: "ignore" });
  server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(response);
  });
  await new Promise<void>((ready) => void server.listen(0, "localhost", ready));
});
beforeEach(() => void (asked = []));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  fs.rmSync(directory, { recursive: true });
});

const ask = (ca?: string, patience?: number) => askHealth({ outputs: () => ({ apiUrl: `https://localhost:${(server.address() as AddressInfo).port}` }) as Outputs, ca }, patience);
const trusted = (): string => fs.readFileSync(cert, "utf8");

test.each([200, 500, 503])("an answer is reported with its status, %i, and its certificate's expiry", async (status) => {
  answer = (response) => response.writeHead(status).end();
  const health = await ask(trusted());
  expect(health).toMatchObject({ status, url: expect.stringMatching(/\/api\/health\/$/) });
  expect(Math.round((health.certificateEnds! - Date.now()) / 86_400_000)).toBe(2);
  expect(asked).toEqual(["GET /api/health/"]);
});

test("a missing answer times out", async () => {
  answer = () => undefined;
  expect((await ask(trusted(), 0.3)).status).toBe("no answer in 0.3 s");
});

test("an untrusted certificate counts as no answer", async () => {
  answer = (response) => response.writeHead(200).end();
  expect((await ask()).status).toMatch(/self-signed certificate/);
  expect(asked).toEqual([]);
});
