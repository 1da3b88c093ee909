/**
 * What is on a machine, as data. Everything in `machine/` renders fragments of this; `apply/` makes it so, and takes files,
 * units of ours and containers away when nothing declares them any more.
 * Nothing here knows Pulumi: a state can be rendered, linted and read without an engine.
 */

/** A file with exactly this content. Written atomically, only when content, owner or mode differ. */
export interface File {
  path: string;
  content: string;
  /** Octal, as in `chmod`. @default "0644" */
  mode?: string;
  /** @default "root" */
  owner?: string;
  /** @default "root" */
  group?: string;
  /** The content holds a secret: it is never printed, and each of `secrets` is struck out of all output. @default false */
  secret?: boolean;
  /** Run when the file was removed since no state declares it any more; for what is one of several that a program reads. @default nothing */
  whenGone?: string;
}

/** A directory, made with its parents. */
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
  /** Group the user belongs to by default; made if missing. @default the user's name */
  group?: string;
  /** Further groups. */
  groups?: string[];
  /** @default "/usr/sbin/nologin" */
  shell?: string;
}

/** A block device's XFS file system, mounted by a systemd mount unit and there again after a reboot. */
export interface Mount {
  /** Path of the device; waited for up to a minute. */
  device: string;
  path: string;
  /** Size of the device. When it changes, the file system is grown to what the device has. */
  gib: number;
}

/** A systemd unit that is enabled and running. Its file, if ours, is among `files`. */
export interface Unit {
  name: string;
  /** `oneshot` units that timers start are enabled through their timer only: leave them out. @default true */
  enabled?: boolean;
  /** @default true */
  running?: boolean;
  /** Paths that restart the unit when they differ from what it was last started with, whichever apply wrote them. */
  restartOn?: string[];
  /** Paths whose change reloads it, unless it is restarted anyway. */
  reloadOn?: string[];
}

/** A container under Docker, replaced when anything of this changes. */
export interface Container {
  name: string;
  /** By digest, or by the tag that a throw-away stack allows. */
  image: string;
  command: string[];
  /** Written to a root-only env file; may hold secrets. */
  environment: Record<string, string>;
  /** `address:hostPort:containerPort`, address always given: without it Docker bypasses the host's firewall (moby 4737). */
  publish?: string[];
  /** `source:target[:options]` */
  volumes?: string[];
  /** Its network: one of Docker's own, or the machine's, whose loopback and firewall it shares. @default Docker's */
  network?: "host";
  /** `uid:gid` */
  user?: string;
  /** tmpfs paths. */
  tmpfs?: string[];
  /** What `docker stop` waits before it kills, in seconds. */
  stopTimeoutSeconds: number;
  /** A command on the host that must succeed before the apply goes on; run with `sh -c`. */
  health?: { command: string; timeoutSeconds: number };
  /**
   * Variables that say where all its work ends. One that was made for another place than they now say gets no time to stop: what it
   * waits for never comes, and what it would finish counts nowhere. @default none
   */
  boundTo?: string[];
  /** How long those who send it work may still pass it by when it is back, in seconds: an apply that replaced it ends only then. @default 0 */
  passedBySeconds?: number;
}

/** A command, in the order given among those of its moment. */
export interface Step {
  name: string;
  /** Run with `sh -ec`. Never holds a secret: those are in root-only files. Lines of its output that begin with `warning: ` are told. */
  command: string;
  /** Skip when this succeeds. */
  unless?: string;
  /** Run when one of these files differs from what the last successful run saw. Together with `unless`, either reason runs it; with neither, every apply runs it. */
  onChange?: string[];
  /** When it runs; "after-files" is for what other steps rely on. @default "before-units" */
  when?: "before-packages" | "after-files" | "before-units" | "after-units";
  /** @default 300 */
  timeoutSeconds?: number;
  /** Its failure is told as a warning, and the apply goes on: what it has not done is made up for by other means. @default false */
  mayFail?: boolean;
}

/** What must hold when all is applied; retried until it does or the time is over, then the apply fails and says so. */
export interface Check {
  name: string;
  command: string;
  /** @default 30 */
  timeoutSeconds?: number;
}

/** One machine's declared state. */
export interface MachineState {
  /** Debian packages; all missing ones are installed in one call. None starts a service: those that shall run are among `units`. */
  packages: string[];
  users: User[];
  mounts: Mount[];
  directories: Directory[];
  files: File[];
  /** Files and links that others have put there, and that must not be. */
  absent: string[];
  steps: Step[];
  units: Unit[];
  containers: Container[];
  checks: Check[];
  /** Values that no output may show, struck out by value. */
  secrets: string[];
}

/** A part of a state: what one concern contributes. */
export type Fragment = Partial<MachineState>;

const empty = (): MachineState => ({
  packages: [], users: [], mounts: [], directories: [], files: [], absent: [], steps: [], units: [],
  containers: [], checks: [], secrets: [],
});

/**
 * Combines fragments in the order given.
 * @throws if two fragments claim the same file, unit or container: one concern owns each.
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
