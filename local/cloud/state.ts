import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { inState } from "../paths";
import { UserError } from "../../cli/terminal";
import { replaceFile } from "../../cli/replace";

/** A virtual network. */
export interface Vpc {
  id: string;
  name: string;
  region: string;
  description: string;
  ipRange: string;
  default: boolean;
  createdAt: string;
}

/** A machine, as the cloud knows it; `machine.ts` runs it. */
export interface Droplet {
  id: number;
  name: string;
  region: string;
  size: string;
  image: string;
  vpcUuid: string;
  tags: string[];
  /** Ids of the keys that root has from the first boot. */
  sshKeys: string[];
  userData?: string;
  /** Absent without public networking. */
  publicAddress?: string;
  privateAddress: string;
  backups: boolean;
  backupPolicy?: unknown;
  monitoring: boolean;
  createdAt: string;
  /** The process that is creating it; what a dead one left is removed. */
  creator?: number;
}

/** One rule of a cloud firewall; peers are a union. */
export interface FirewallRule {
  protocol: "tcp" | "udp" | "icmp";
  /** A port, a range `8000-8100`, or `all`; not for icmp. */
  ports: string;
  addresses: string[];
  tags: string[];
  dropletIds: number[];
}

export interface Firewall {
  id: string;
  name: string;
  dropletIds: number[];
  tags: string[];
  inbound: FirewallRule[];
  outbound: FirewallRule[];
  createdAt: string;
}

/** Internet access for droplets without a public address. */
export interface NatGateway {
  id: string;
  name: string;
  type: string;
  region: string;
  size: number;
  publicAddress: string;
  vpcs: { vpcUuid: string; gatewayIp: string; defaultGateway: boolean }[];
  timeouts: { udp: number; icmp: number; tcp: number };
  projectId: string;
  createdAt: string;
  updatedAt: string;
}

export interface ReservedIp {
  address: string;
  region: string;
  dropletId?: number;
}

/** A block device that outlives droplets. */
export interface Volume {
  id: string;
  name: string;
  region: string;
  description: string;
  /** GiB. */
  size: number;
  filesystemType: string;
  filesystemLabel: string;
  tags: string[];
  /** No droplet has had it yet: the first one mounts it if it was formatted. */
  fresh?: true;
  dropletId?: number;
}

/** What the cloud only stores: keys, tags, domains, projects, alerts. */
export type Entry = { id: string } & Record<string, any>;

export interface CloudState {
  /** Next integer id, of droplets, keys and DNS records alike. */
  nextId: number;
  vpcs: Record<string, Vpc>;
  droplets: Record<string, Droplet>;
  firewalls: Record<string, Firewall>;
  natGateways: Record<string, NatGateway>;
  reservedIps: Record<string, ReservedIp>;
  volumes: Record<string, Volume>;
  /** By kind, then id. */
  entries: Record<string, Record<string, Entry>>;
}

const stateFile = (): string => inState("cloud", "cloud.json");
/** Per host, like the kernel objects that it guards, wherever the state is. */
export const lockFile = "/run/ringo-cloud.lock";

const empty = (): CloudState => ({
  nextId: 400000001, vpcs: {}, droplets: {}, firewalls: {}, natGateways: {}, reservedIps: {}, volumes: {}, entries: {},
});

/** A read-only copy of the cloud's state. */
export function load(): CloudState {
  try {
    return JSON.parse(fs.readFileSync(stateFile(), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return empty();
    throw new UserError(`${stateFile()} cannot be read (${(error as Error).message}): run \`make destroy\`, then start again`);
  }
}

/** Atomically, and readable only by root, since it contains user data. */
function save(state: CloudState): void {
  fs.mkdirSync(inState("cloud"), { recursive: true, mode: 0o700 });
  replaceFile(stateFile(), JSON.stringify(state, undefined, 1));
}

/**
 * Changes the state: one edit at a time on this machine, across all processes. Saved when `edit` returns; if it throws,
 * nothing has changed. Keep it short, since others wait.
 */
export function change<T>(edit: (state: CloudState) => T | Promise<T>): Promise<T> {
  return exclusively(async () => {
    const state = load();
    const result = await edit(state);
    save(state);
    return result;
  });
}

let last: Promise<unknown> = Promise.resolve();

/** Runs `work` while no other process on this machine holds the cloud's lock. Does not nest. */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(async () => {
    const lock = await acquire();
    try {
      return await work();
    } finally {
      fs.closeSync(lock);
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}

/** The kernel keeps the lock as long as the descriptor is open, so a crash frees it. */
async function acquire(): Promise<number> {
  for (;;) {
    const lock = fs.openSync(lockFile, "a", 0o600);
    const status = await new Promise((resolve, reject) => {
      spawn("flock", ["--exclusive", "3"], { stdio: ["ignore", "ignore", "inherit", lock] })
        .on("error", reject).on("exit", resolve);
    });
    if (status !== 0) throw new Error(`cannot lock ${lockFile}`);
    // `destroy` removes the locked file: a process that waited for it holds nothing.
    const current = fs.statSync(lockFile, { throwIfNoEntry: false });
    if (current?.ino === fs.fstatSync(lock).ino) return lock;
    fs.closeSync(lock);
  }
}
