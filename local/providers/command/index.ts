import { ProviderModel, ProviderSchema } from "../resource";
import schema from "../schemas/command.json";
import { copyFile, copyToRemote } from "./copy";
import { localCommand } from "./local";
import { remoteCommand } from "./remote";

/** Stand-in for `command` 1.2.1. */
export const command: ProviderModel = {
  name: "command",
  version: "1.2.1",
  schema: schema as ProviderSchema,
  resources: {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
    "command:remote:CopyFile": copyFile,
  },
};
