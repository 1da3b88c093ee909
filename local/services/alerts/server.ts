/**
 * Stand-in for receivers of alerts: accepts what Alertmanager posts, and stores the newest, a line of JSON each.
 * usage: server.ts SETTINGS
 */
import * as fs from "node:fs";
import * as https from "node:https";

export interface Settings {
  address: string;
  port: number;
  certificatePath: string;
  keyPath: string;
  /** The file that stores what arrives. */
  recordsPath: string;
}

/** What arrived. */
export interface Told {
  /** Milliseconds since 1970. */
  at: number;
  path: string;
  alerts: unknown[];
}

const settings = JSON.parse(fs.readFileSync(process.argv[2]!, "utf8")) as Settings;
const most = 8 * 1024 ** 2;

function keep(told: Told): void {
  fs.appendFileSync(settings.recordsPath, `${JSON.stringify(told)}\n`, { mode: 0o600 });
  if (fs.statSync(settings.recordsPath).size > most) fs.renameSync(settings.recordsPath, `${settings.recordsPath}.1`);
}

https.createServer({ cert: fs.readFileSync(settings.certificatePath), key: fs.readFileSync(settings.keyPath) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    try {
      if (request.method === "POST") keep({ at: Date.now(), path: request.url!, alerts: (JSON.parse(Buffer.concat(chunks).toString()) as Pick<Told, "alerts">).alerts });
      response.writeHead(200).end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
}).listen(settings.port, settings.address);
