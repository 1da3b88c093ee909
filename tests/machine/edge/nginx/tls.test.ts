import { constants } from "node:crypto";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { domain, startEdge, type Edge } from "../edge-harness";

let nginx: Edge;
beforeAll(async () => { nginx = await startEdge({}); });
afterAll(() => nginx.stop());

/** What a client gets that can do no other than this: protocol and cipher, or why there is no connection. With a session, which it keeps for the next. */
function shaken(options: ConnectionOptions): Promise<{ spoken: string; reused: boolean; session?: Buffer; ticket?: Buffer }> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ host: "127.0.0.1", port: nginx.tlsPort, servername: domain, rejectUnauthorized: false, ...options }, () => {
      resolve({ spoken: `${socket.getProtocol()} ${socket.getCipher().name}`, reused: socket.isSessionReused(), session: socket.getSession(), ticket: socket.getTLSTicket() });
      socket.destroy();
    }).on("error", ({ message }) => resolve({ spoken: message, reused: false }));
  });
}
const of2018 = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;

test("ten-year-old clients are served over TLS 1.2, and today's over 1.3", async () => {
  expect((await shaken(of2018)).spoken).toMatch(/^TLSv1.2 ECDHE-ECDSA-\S+-(?:GCM|POLY1305)/);
  expect((await shaken({})).spoken).toMatch(/^TLSv1.3 /);
});

test("broken protocols are refused: TLS 1.1, and 1.2 without authenticated encryption", async () => {
  // This client would: its library forbids it too, else.
  const old = { ciphers: "ALL:@SECLEVEL=0", secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT };
  for (const version of ["TLSv1", "TLSv1.1"] as const) expect((await shaken({ ...old, minVersion: version, maxVersion: version })).spoken).toMatch(/alert protocol version/);
  for (const ciphers of ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"]) expect((await shaken({ ...of2018, ciphers: `${ciphers}:@SECLEVEL=0` })).spoken).toMatch(/alert handshake failure/);
});

test("returning clients resume sessions, but without tickets, whose key would decrypt all former traffic", async () => {
  const { session, ticket } = await shaken(of2018);
  expect(ticket).toBeUndefined();
  // In another of nginx's workers as well.
  for (let i = 0; i < 8; i++) expect((await shaken({ ...of2018, session })).reused).toBe(true);
});
