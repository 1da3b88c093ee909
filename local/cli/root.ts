import { UserError } from "../../cli/terminal";

/** @throws UserError unless run as root */
export function mustBeRoot(command: string): void {
  if (process.getuid!() === 0) return;
  throw new UserError(`the local stack needs root: it creates network namespaces and mounts, and only root can read its keys. Run \`sudo make ${command}\`.`);
}
