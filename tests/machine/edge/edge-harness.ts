/** The rendered edge under a real nginx on loopback: other paths and ports, all else as on a machine. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { wafDirectory } from "../../../machine/edge/modsecurity";
import { edge, type EdgeOptions } from "../../../machine/edge/nginx";

export const domain = "api.example.test";

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** How often each header came, by lower-case name. */
  counts: Record<string, number>;
  body: string;
}

export interface RequestOptions {
  method?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
  /** The client's address, any of 127.0.0.0/8. */
  from?: string;
  /** Another address that the edge takes the client's for, where loopback has none such: one of IPv6. */
  claimed?: string;
  servername?: string;
  /** Whose connections to use. @default one of its own */
  agent?: https.Agent;
}

export interface Edge {
  root: string;
  plainPort: number;
  tlsPort: number;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  getPlain(path: string, options?: RequestOptions): Promise<Answer>;
  accessLog(): string;
  errorLog(): string;
  /** The access log's lines as soon as one of them is like this: nginx writes a line when it has answered. */
  logged(like: (line: Record<string, string>) => boolean): Promise<Record<string, string>[]>;
  /** What the firewall found. */
  found(): string;
  /** Seconds that the workers have worked. */
  worked(): number;
  /** How many files one of them may have open. */
  openFiles(): number;
  stop(): Promise<void>;
}

let clients = 0;
/** An address no test has used: rates are per client. */
export const newClient = (): string => `127.${100 + (++clients >> 16)}.${(clients >> 8) & 255}.${clients & 255}`;

const given = new Set<number>();
/** A port that is free on every loopback address. Never the same twice: the system may give again what is free again, and an edge asks for two. */
export async function freePort(): Promise<number> {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "0.0.0.0", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

/** An edge as the stack's defaults have it. */
export const usual: EdgeOptions = {
  domain, upstreams: ["127.0.0.1"], adminCidrs: [], corsAllowedOrigins: [], clientMaxBodyMiB: 50, hstsSeconds: 31_536_000, readTimeoutSeconds: 125,
  limits: { apiPerSecond: 10, apiBurst: 20, loginPerMinute: 5, largeBodies: 4 },
};

export type EdgeSettings = Partial<Omit<EdgeOptions, "staticRoot" | "mediaRoot">>;

export async function startEdge(options: EdgeSettings): Promise<Edge> {
  const root = mkdtempSync(join(tmpdir(), "ringo-edge-"));
  const [plainPort, tlsPort] = [await freePort(), await freePort()];
  for (const name of ["release", "media", "tls", "acme/.well-known/acme-challenge", "tmp", "waf"]) mkdirSync(join(root, name), { recursive: true });
  // A link, as where releases are switched.
  symlinkSync("release", join(root, "static"));
  execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", `/CN=${domain}`,
    "-keyout", `${root}/tls/privkey.pem`, "-out", `${root}/tls/fullchain.pem`,
  ], { stdio: "ignore" });
  const state = edge({ ...usual, ...options, staticRoot: `${root}/static`, mediaRoot: `${root}/media` });
  for (const file of state.files!.filter((f) => /^\/etc\/(?:nginx|modsecurity)\//.test(f.path))) {
    const path = join(root, file.path.replace("/etc/nginx/", "").replace(wafDirectory, "waf"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, relocate(file.content, root, plainPort, tlsPort));
  }
  // With systemd's own limit of open files.
  const nginx = spawn("sh", ["-c", 'ulimit -Sn 1024; exec nginx "$@"', "nginx", "-p", root, "-e", `${root}/error.log`, "-c", `${root}/nginx.conf`, "-g", "daemon off;"], { stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  nginx.stderr!.on("data", (chunk) => (complaints += chunk));
  await listening(tlsPort, nginx, () => complaints);
  const workers = () => readFileSync(`/proc/${nginx.pid}/task/${nginx.pid}/children`, "utf8").trim().split(" ");
  const ask = (secure: boolean) => (path: string, o: RequestOptions = {}) => request(secure ? tlsPort : plainPort, secure, path, o);
  return {
    root, plainPort, tlsPort,
    get: ask(true),
    getPlain: ask(false),
    accessLog: () => readFileSync(`${root}/access.log`, "utf8"),
    errorLog: () => readFileSync(`${root}/error.log`, "utf8"),
    logged: async (like) => {
      for (const end = Date.now() + 5000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
        const lines = readFileSync(`${root}/access.log`, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, string>);
        if (lines.some(like) || Date.now() > end) return lines;
      }
    },
    found: () => readFileSync(`${root}/waf.log`, "utf8").split("\n").filter((line) => line.includes("ModSecurity: ")).join("\n"),
    openFiles: () => Number(/^Max open files +(\d+)/m.exec(readFileSync(`/proc/${workers()[0]}/limits`, "utf8"))![1]),
    worked: () => workers()
      .reduce((sum, pid) => sum + readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13).reduce((a, b) => a + Number(b) / 100, 0), 0),
    stop: () => new Promise((resolve) => {
      nginx.once("exit", () => { rmSync(root, { recursive: true, force: true }); resolve(); });
      nginx.kill("SIGTERM");
    }),
  };
}

/** The header with a claimed address. */
const claim = "X-Claimed-Address";

const [major, minor] = execFileSync("sh", ["-c", "nginx -v 2>&1"]).toString().match(/(\d+)\.(\d+)/)!.slice(1).map(Number);
const old = major === 1 && minor < 25;

function relocate(content: string, root: string, plainPort: number, tlsPort: number): string {
  return content
    .replace("user www-data;", process.getuid!() === 0 ? "user root;" : "")
    .replace("include /etc/nginx/modules-enabled/*.conf;", ["ndk_http", "ngx_http_lua", "ngx_http_modsecurity"].map((name) => `load_module /usr/lib/nginx/modules/${name}_module.so;`).join("\n"))
    .replaceAll(wafDirectory, `${root}/waf`)
    .replaceAll("/etc/nginx/ringo", `${root}/ringo`)
    .replaceAll("/etc/nginx/tls", `${root}/tls`)
    .replaceAll("/var/log/nginx", root)
    .replaceAll("/run/nginx.pid", `${root}/nginx.pid`)
    .replaceAll("/var/www/acme", `${root}/acme`)
    .replace(/listen \[::\].*\n/g, "")
    // In one go: a port that was put in may begin with 443.
    .replace(/listen (80|443)\b/g, (_, port) => `listen ${port === "80" ? plainPort : tlsPort}`)
    // Debian 12's nginx has no such directive yet.
    .replace(/ ssl;(\s+)http2 on;/g, old ? " ssl http2;" : " ssl;$1http2 on;")
    // Nor does its OpenSSL know this group, or how to do without one.
    .replace("?X25519MLKEM768:", old ? "" : "?X25519MLKEM768:")
    // What a rate limit made of a request, which an operator learns from its status.
    .replaceAll("'{\"time\":", `'{"limit":"$limit_req_status","time":`)
    .replace("http {\n", `http {\n    set_real_ip_from 127.0.0.0/8;\n    real_ip_header ${claim};\n${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((n) => `    ${n}_temp_path ${root}/tmp/${n};\n`).join("")}`);
}

async function listening(port: number, nginx: ChildProcess, complaints: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended: ${complaints()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true); }).on("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nginx does not listen: ${complaints()}`);
}

function request(port: number, secure: boolean, path: string, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settings = {
      host: "127.0.0.1", port, path, method: options.method ?? "GET", localAddress: options.from ?? newClient(), agent: options.agent ?? (false as const),
      headers: { host: domain, ...options.claimed && { [claim]: options.claimed }, ...options.headers },
    };
    const sent = (secure ? https.request({ ...settings, servername: options.servername ?? domain, rejectUnauthorized: false }) : http.request(settings))
      .on("error", reject)
      .on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk)).on("error", reject).on("end", () => {
          const counts: Record<string, number> = {};
          response.rawHeaders.forEach((name, i) => { if (i % 2 === 0) counts[name.toLowerCase()] = (counts[name.toLowerCase()] ?? 0) + 1; });
          resolve({ status: response.statusCode!, headers: response.headers, counts, body: Buffer.concat(chunks).toString() });
        });
      });
    sent.end(options.body);
  });
}

/** What the application saw of one request. */
export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
}

/** Stands for gunicorn on one API machine. `answer` may destroy the socket. */
export function startUpstream(
  address: string, port: number, answer?: (request: http.IncomingMessage, response: http.ServerResponse) => boolean,
): Promise<{ seen: Seen[]; stop(): Promise<void> }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    seen.push({ method: request.method!, path: request.url!, headers: request.headers });
    request.resume().on("end", () => {
      if (answer?.(request, response)) return;
      response.setHeader("X-Frame-Options", "SAMEORIGIN");
      response.setHeader("Strict-Transport-Security", "max-age=1");
      response.setHeader("Connection", "close");
      response.end(JSON.stringify({ path: request.url, from: address }));
    });
  });
  return new Promise((resolve) => {
    server.listen(port, address, () => resolve({
      seen,
      stop: () => new Promise((done) => { server.closeAllConnections(); server.close(() => done()); }),
    }));
  });
}
