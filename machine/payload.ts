/** How a state is sent: one constant command line, and everything else on its stdin. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pack, unpack } from "./packing";
import type { MachineState } from "./state";

/** The program's modules in the order they are loaded: each imports only earlier ones. */
const modules = ["shell", "record", "commands", "shims", "packages", "accounts", "files", "units", "mounts", "drain", "containers", "owned", "main"];

/**
 * The command line that runs on the machine as root. It is constant and contains nothing of the state: it reads the program
 * and the state from stdin, applies the state, prints what it did, and exits 1 if anything failed. Machines' boot resources keep the one
 * that they were created with, so after a change the policy `command-state` advises against each of them.
 */
export const remoteCommand =
  "python3 -c '" +
  [
    "import base64, json, sys, types, zlib",
    "program, told = [json.loads(zlib.decompress(base64.b64decode(line))) for line in sys.stdin]",
    'sys.modules["apply"] = types.ModuleType("apply")',
    "for name, source in program:",
    '    module = sys.modules["apply." + name] = types.ModuleType("apply." + name)',
    '    exec(compile(source, name + ".py", "exec"), module.__dict__)',
    'sys.exit(sys.modules["apply.main"].main(told["state"], told["name"]))',
  ].join("\n") +
  "'";

/** The apply program, the same for every state: packed once, when first needed. */
let packed: string | undefined;
const program = (): string => (packed ??= pack(JSON.stringify(modules.map((name) => [name, readFileSync(join(__dirname, "apply", `${name}.py`), "utf8")]))));

/**
 * The stdin of `remoteCommand`: a line for the program and one for the state, each packed, since the engine stores both twice and writes
 * its whole state after each step. It contains every secret of the state, so treat it as a secret.
 * @param name of the state, unique on its machine: what it declared before and no longer declares is removed
 */
export const payload = (name: string, state: MachineState): string => `${program()}\n${pack(JSON.stringify({ name, state }))}`;

/** The state in a payload. @throws Error if it is not a payload */
export const stateIn = (sent: string): MachineState => (JSON.parse(unpack(sent.slice(sent.indexOf("\n") + 1))) as { state: MachineState }).state;
