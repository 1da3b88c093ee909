/**
 * The desired state of a machine, as data. Everything in `machine/` renders fragments of it; `apply/` applies it, and removes files,
 * our units and containers that are no longer declared. It does not depend on Pulumi: a state can be rendered and checked without an engine.
 */

/** A file with exactly this content. Written atomically, only when content, owner or mode differ. Missing directories above it are created with mode 0755. */
export interface File {
  path: string;
  content: string;
  /** Octal, as in `chmod`. @default "0644" */
  mode?: string;
  /** @default "root" */
  owner?: string;
  /** @default "root" */
  group?: string;
  /** The content contains a secret and is never printed. The values in `secrets` are redacted from all output. @default false */
  secret?: boolean;
  /** A command to run after the file was removed because no state declares it any more, e.g. to reload the program that reads it. @default none */
  whenGone?: string;
}

/** A directory, created with its parents. */
export interface Directory {
  path: string;
  /** @default "0755" */
  mode?: string;
  /** User name or number. @default "root" */
  owner?: string;
  /** Group name or number. @default "root" */
  group?: string;
}

/** A system user, without a home. */
export interface User {
  name: string;
  uid?: number;
  /** The user's primary group; created if missing. @default the user's name */
  group?: string;
  /** Further groups. */
  groups?: string[];
  /** @default "/usr/sbin/nologin" */
  shell?: string;
}

/** A block device's XFS file system, mounted by a systemd mount unit, also after a reboot. */
export interface Mount {
  /** Path of the device. The apply waits for it up to a minute. */
  device: string;
  path: string;
  /** Size of the device, in GiB. When it changes, the file system grows to the device's size. */
  gib: number;
}

/** A systemd unit that is enabled and running. Its file, if ours, is among `files`. */
export interface Unit {
  name: string;
  /** Start at boot. A `oneshot` unit that a timer starts is enabled through its timer only: leave it out of `units`. @default true */
  enabled?: boolean;
  /** Start now. @default true */
  running?: boolean;
  /** Files whose change restarts the unit: it compares them with those at its last start, whichever apply wrote them. */
  restartOn?: string[];
  /** Files whose change reloads the unit, unless it is restarted anyway. */
  reloadOn?: string[];
}

/** A Docker container, replaced when any of these fields changes. */
export interface Container {
  name: string;
  /** By digest; a throwaway stack may use a tag. */
  image: string;
  command: string[];
  /** Written to a root-only env file; may contain secrets. */
  environment: Record<string, string>;
  /** `address:hostPort:containerPort`, address always given: without it Docker bypasses the host's firewall (moby 4737). */
  publish?: string[];
  /** `source:target[:options]` */
  volumes?: string[];
  /** `host`: it shares the machine's network, loopback and firewall. @default a network of Docker's */
  network?: "host";
  /** `uid:gid` */
  user?: string;
  /** Paths of tmpfs mounts. */
  tmpfs?: string[];
  /** How long `docker stop` waits before it kills the container, in seconds. */
  stopTimeoutSeconds: number;
  /** A command on the host that must succeed before the apply continues; run with `sh -c`. */
  health?: { command: string; timeoutSeconds: number };
  /**
   * Environment variables that name the server on which all its work depends. If one has changed, the old container is killed at once: it
   * cannot finish anything, since its server is gone. @default none
   */
  boundTo?: string[];
  /** How long its clients may still avoid it after a restart, in seconds: an apply that replaced it waits that long. @default 0 */
  passedBySeconds?: number;
}

/** A command. Steps of the same `when` run in the given order. */
export interface Step {
  name: string;
  /** Run with `sh -ec`. Must not contain a secret: use root-only files. Output lines that begin with `warning: ` are shown. */
  command: string;
  /** Skip when this succeeds. */
  unless?: string;
  /** Run when one of these files has changed since the last successful run. Together with `unless`, either reason runs it; with neither, every apply runs it. */
  onChange?: string[];
  /** When it runs. "after-files" is for steps that other steps rely on. @default "before-units" */
  when?: "before-packages" | "after-files" | "before-units" | "after-units";
  /** @default 300 */
  timeoutSeconds?: number;
  /** A failure is only a warning, and the apply continues; something else must make up for it. @default false */
  mayFail?: boolean;
}

/** A condition that must hold after everything is applied. It is retried until it holds; after `timeoutSeconds` the apply fails. */
export interface Check {
  name: string;
  command: string;
  /** @default 30 */
  timeoutSeconds?: number;
}

/** One machine's declared state. */
export interface MachineState {
  /** Debian packages; all missing ones are installed in one call. Installing starts no service: list services in `units`. */
  packages: string[];
  users: User[];
  mounts: Mount[];
  directories: Directory[];
  files: File[];
  /** Files and links to remove that did not come from a state, e.g. a package's. */
  absent: string[];
  steps: Step[];
  units: Unit[];
  containers: Container[];
  checks: Check[];
  /** Values that are redacted from all output. */
  secrets: string[];
}

/** Part of a state: what one concern contributes. */
export type Fragment = Partial<MachineState>;

const empty = (): MachineState => ({
  packages: [], users: [], mounts: [], directories: [], files: [], absent: [], steps: [], units: [],
  containers: [], checks: [], secrets: [],
});

/**
 * Combines fragments in the given order.
 * @throws Error if two fragments declare the same file, unit or container: one concern owns each.
 */
export function combine(...fragments: Fragment[]): MachineState {
  const state = empty();
  for (const fragment of fragments) {
    for (const key of Object.keys(fragment) as (keyof MachineState)[]) {
      (state[key] as unknown[]).push(...(fragment[key] ?? []));
    }
  }
  state.packages = [...new Set(state.packages)].sort();
  state.secrets = [...new Set(state.secrets)].filter((s) => s !== "");
  unique("file", state.files.map((f) => f.path));
  unique("unit", state.units.map((u) => u.name));
  unique("container", state.containers.map((c) => c.name));
  return state;
}

function unique(what: string, names: string[]): void {
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) throw new Error(`${what} declared twice on one machine: ${twice.join(", ")}`);
}
