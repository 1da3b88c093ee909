/** Debian's exporters, with our arguments and address, confined, and each as its own user. */
import { mayReach, type Destination } from "../egress";
import { sandbox } from "../sandbox";
import { combine, type File, type Fragment } from "../state";

export interface ExporterOptions {
  /**
   * Of the unit, without `.service`, and of the system user that it runs as, with whom no other program shares rights or files; Debian's
   * exporters are packaged under the same name.
   */
  name: string;
  /** @default `name` */
  package?: string;
  /** Where it answers: an address and a port. */
  listen: string;
  /** Program and arguments. Contains no secret: those are in files. */
  command: string[];
  /** Our own units have a description; without one Debian's unit is modified. */
  description?: string;
  /** What it connects to. @default nothing: it only answers */
  reaches?: Omit<Destination, "users">[];
  /** A directory below `/var/lib`, the only one that it may write to. @default none */
  data?: string;
  /** Further lines of `[Service]`, above what the sandbox says. */
  service?: string[];
  /** Files that it reads at its start. */
  files?: File[];
  /** Files that it rereads on reload. */
  reloaded?: File[];
}

const units = "/etc/systemd/system";

/** An exporter as a unit that always runs, whatever happens to what it measures. */
export function exporter(options: ExporterOptions): Fragment {
  const { name, listen, reaches = [], files = [], reloaded = [] } = options;
  const unit: File = options.description === undefined
    ? { path: `${units}/${name}.service.d/ringo.conf`, content: section(options, [["ExecCondition", ""], ["ExecStart", ""], ["EnvironmentFile", ""]]) }
    : { path: `${units}/${name}.service`, content: section(options, []) };
  const ways = reaches.length === 0 ? {} : mayReach(name, reaches.map((destination) => ({ ...destination, users: [name] })));
  return combine(ways, {
    packages: [options.package ?? name],
    users: [{ name }],
    files: [unit, ...files, ...reloaded],
    units: [{ name: `${name}.service`, restartOn: [unit.path, ...files.map(({ path }) => path)], reloadOn: reloaded.map(({ path }) => path) }],
    checks: [{ name: `${name} answers`, command: `curl -sS --max-time 5 -o /dev/null http://${listen}/metrics` }],
  });
}

/** An empty value resets Debian's unit's. */
function section({ name, description, command, data, service = [] }: ExporterOptions, taken: [string, string][]): string {
  return `[Unit]
${description === undefined ? "" : `Description=${description}\n`}Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
${taken.map(([key, value]) => `${key}=${value}\n`).join("")}ExecStart=${command.map(word).join(" ")}
User=${name}
${data === undefined ? "" : stateDirectory(data)}# Its address may appear after it starts, and nothing may stop it permanently.
Restart=always
RestartSec=2
# A scrape does not need a second core.
Environment=GOMAXPROCS=1
${sandbox({ network: "internet" })}${service.map((line) => `${line}\n`).join("")}${description === undefined ? "" : "\n[Install]\nWantedBy=multi-user.target\n"}`;
}

/** At each start systemd gives the directory to the program's user, even if an update of Debian's package or an earlier release of ours gave it to another. */
const stateDirectory = (data: string): string => `StateDirectory=${data}\nStateDirectoryMode=0700\n`;

/** A word of a command, quoted for systemd. */
const word = (text: string): string => {
  const plain = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[A-Za-z0-9_@%+=:,./$|()^?*-]+$/.test(plain) ? plain : `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
};
