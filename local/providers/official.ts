import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UserError } from "../../cli/terminal";
import type { ProviderModel } from "./resource";

/** Providers that need no cloud: the official plugin, if installed, can replace the stand-in. */
const replaceable = ["random", "tls", "command"];

/** An installed plugin, as a project names it (`plugins.providers` in `Pulumi.yaml`). */
export interface Plugin {
  name: string;
  version: string;
  /** The directory that holds the executable. */
  path: string;
}

/** Where `pulumi plugin install` puts the current user's plugins. */
const pluginDirectory = (): string => path.join(process.env.PULUMI_HOME || path.join(os.homedir(), ".pulumi"), "plugins");

/**
 * The official plugins to use instead of stand-ins.
 * @param wanted names, separated by commas or spaces, as in `OFFICIAL=random,tls`
 * @param models the stand-ins, with the versions that the SDKs require
 * @throws UserError with every unavailable name, and what fixes it
 */
export function officialPlugins(wanted: string, models: ProviderModel[], directory = pluginDirectory()): Plugin[] {
  const names = [...new Set(wanted.split(/[\s,]+/).filter((name) => name !== ""))];
  const faults: string[] = [];
  const plugins = names.flatMap((name) => {
    const model = replaceable.includes(name) ? models.find((one) => one.name === name) : undefined;
    if (!model) {
      faults.push(`"${name}" is not one of ${replaceable.join(", ")}: the stack's other providers need the local cloud`);
      return [];
    }
    const plugin = { name, version: model.version, path: path.join(directory, `resource-${name}-v${model.version}`) };
    const program = path.join(plugin.path, `pulumi-resource-${name}`);
    if (isInstalled(plugin.path, program)) return [plugin];
    faults.push(
      `the official plugin "${name}" ${model.version}, which the SDK asks for, is not installed: looked for ${program}; ` +
      `run \`pulumi plugin install resource ${name} ${model.version}\`, or leave ${name} out of OFFICIAL`);
    return [];
  });
  if (faults.length > 0) throw new UserError(`OFFICIAL=${wanted}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
  return plugins;
}

/** While the CLI unpacks a plugin, a file beside its directory says so. */
function isInstalled(directory: string, program: string): boolean {
  if (fs.existsSync(`${directory}.partial`)) return false;
  try {
    fs.accessSync(program, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
