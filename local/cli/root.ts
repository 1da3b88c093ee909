import { UserError } from "../../cli/terminal";

/** @throws UserError for anybody but root */
export function mustBeRoot(command: string): void {
  if (process.getuid!() === 0) return;
  throw new UserError(`the local stack is root's: it is made of network namespaces and mounts, and nobody else reads its keys. Run \`sudo make ${command}\`.`);
}
