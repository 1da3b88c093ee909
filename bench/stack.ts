/** The running local stack, as the measurements reach into it. */
import { execFileSync } from "node:child_process";
import { listMachines } from "../local/cloud";
import { inState } from "../local/paths";
import { quoted } from "../machine/shell";

/** What a command on a machine prints. @throws when it fails */
export const on = (host: string, command: string): string =>
  execFileSync("ssh", ["-F", inState("ssh", "config"), host, command], { encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "pipe"] }).trim();

export const data = (command: string): string => on("data", command);

/** What a database answers. */
export const sql = (statement: string, database: string, role: "postgres" | "operator" = "postgres"): string =>
  data(`cd / && runuser -u postgres -- psql -X -q -At -U ${role} ${database} -c ${quoted(statement)}`);

/** The first machine of a role. */
export function machineOf(role: string): ReturnType<typeof listMachines>[number] {
  const found = listMachines().find(({ tags }) => tags.some((tag) => tag.endsWith(`-${role}`)));
  if (!found) throw new Error(`no ${role} machine: run \`make up\` first`);
  return found;
}
