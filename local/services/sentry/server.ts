/**
 * Stand-in for Sentry: its API of releases and deploys, for one organization with one project.
 * usage: server.ts SETTINGS
 */
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";

export interface Settings {
  address: string;
  port: number;
  /** Without one it serves plain HTTP. */
  certificatePath?: string;
  keyPath?: string;
  organization: string;
  project: string;
  /** Secret. */
  token: string;
  /** The file that stores what it receives. */
  recordsPath: string;
}

export interface Deploy {
  id: string;
  environment: string;
  dateStarted: string | null;
  dateFinished: string;
}

export interface Release {
  version: string;
  projects: string[];
  dateCreated: string;
  dateReleased: string | null;
  deploys: Deploy[];
}

type Answer = [status: number, body: unknown];

const settings = JSON.parse(fs.readFileSync(process.argv[2]!, "utf8")) as Settings;
const releases: Record<string, Release> = fs.existsSync(settings.recordsPath) ? JSON.parse(fs.readFileSync(settings.recordsPath, "utf8")) : {};

const keep = (): void => {
  fs.writeFileSync(`${settings.recordsPath}.new`, JSON.stringify(releases, undefined, 2), { mode: 0o600 });
  fs.renameSync(`${settings.recordsPath}.new`, settings.recordsPath);
};

/** With microseconds, as in Sentry. */
const time = (text: string): string => new Date(text).toISOString().replace("Z", "000Z");
const now = (): string => time(new Date().toISOString());
const shown = ({ deploys, projects, ...release }: Release): object => ({ ...release, projects: projects.map((slug) => ({ slug })), deployCount: deploys.length });

function answer(method: string, path: string, authorization: string | undefined, body: any): Answer {
  if (path === "/_health/") return [200, "ok"];
  if (authorization !== `Bearer ${settings.token}`) return [401, { detail: "Invalid token" }];
  const base = `/api/0/organizations/${settings.organization}/releases/`;
  if (!path.startsWith(base)) return [404, { detail: "The requested resource does not exist" }];
  const [version, what] = path.slice(base.length).split("/").map(decodeURIComponent);
  if (version === "" && method === "POST") return register(body);
  const release = releases[version!];
  if (release === undefined) return [404, { detail: "The requested resource does not exist" }];
  if (what === "" && method === "PUT") {
    if (body.dateReleased) release.dateReleased = time(body.dateReleased);
    return [200, shown(release)];
  }
  if (what === "deploys" && method === "GET") return [200, release.deploys.toReversed()];
  if (what === "deploys" && method === "POST") return deploy(release, body);
  return [405, { detail: `Method "${method}" not allowed.` }];
}

/** An existing release is returned as it is; names are validated as Sentry does. */
function register({ version, projects, dateReleased }: any): Answer {
  if (typeof version !== "string" || !/^[^/\\\r\n\t\f]{1,200}$/.test(version) || /^(?:\.{1,2}|latest)$/i.test(version.trim())) return [400, { version: ["Release with name is not allowed"] }];
  if (!Array.isArray(projects) || projects.length === 0) return [400, { projects: ["This field is required."] }];
  if (projects.some((slug) => slug !== settings.project)) return [400, { projects: ["Invalid project ids or slugs"] }];
  const known = releases[version];
  releases[version] ??= { version, projects, dateCreated: now(), dateReleased: dateReleased ? time(dateReleased) : null, deploys: [] };
  return [known ? 208 : 201, shown(releases[version])];
}

/** Every request adds a deploy. */
function deploy(release: Release, { environment, dateStarted, dateFinished }: any): Answer {
  if (typeof environment !== "string" || !/^[^/\s]{1,64}$/.test(environment)) return [400, { environment: ["This field is required."] }];
  const made: Deploy = {
    id: String(release.deploys.length + 1), environment, dateStarted: dateStarted ? time(dateStarted) : null, dateFinished: dateFinished ? time(dateFinished) : now(),
  };
  release.deploys.push(made);
  return [201, made];
}

const listener: http.RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
    let told: Answer;
    try {
      const text = Buffer.concat(chunks).toString();
      told = answer(request.method!, request.url!, request.headers.authorization, text === "" ? {} : JSON.parse(text));
      keep();
    } catch (error) {
      told = [400, { detail: String(error) }];
    }
    response.writeHead(told[0], { "content-type": "application/json" }).end(JSON.stringify(told[1]));
  });
};

const { certificatePath, keyPath } = settings;
const server = certificatePath && keyPath ? https.createServer({ cert: fs.readFileSync(certificatePath), key: fs.readFileSync(keyPath) }, listener) : http.createServer(listener);
server.listen(settings.port, settings.address, () => process.stdout.write(`${JSON.stringify(server.address())}\n`));
