/** How a state travels: one constant command line, and everything else on its stdin. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pack, unpack } from "./packing";
import type { MachineState } from "./state";

/** The program's modules in the order they are loaded: each imports only what stands before it. */
const modules = ["shell", "record", "commands", "shims", "packages", "accounts", "files", "units", "mounts", "drain", "containers", "owned", "main"];

/**
 * The command line run on the machine as root. It never changes and holds nothing of the state: it reads the program
 * and the state from stdin, makes the state so, prints what it did and exits 1 when anything failed.
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

/** The same for every state: packed once, and not by who only reads what others have told. */
let packed: string | undefined;
const program = (): string => (packed ??= pack(JSON.stringify(modules.map((name) => [name, readFileSync(join(__dirname, "apply", `${name}.py`), "utf8")]))));

/**
 * What `remoteCommand` reads, a line for the program and one for the state, each packed: the engine keeps both twice, and writes all that it keeps
 * with each step. Holds every secret of the state: a secret wherever it is stored.
 * @param name the state's among those of its machine: what it once declared and no longer does is taken away
 */
export const payload = (name: string, state: MachineState): string => `${program()}\n${pack(JSON.stringify({ name, state }))}`;

/** What a payload makes so. @throws when it is none */
export const stateIn = (sent: string): MachineState => (JSON.parse(unpack(sent.slice(sent.indexOf("\n") + 1))) as { state: MachineState }).state;
