import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mayReach } from "../../egress";
import { sandbox } from "../../sandbox";
import { combine, type Fragment } from "../../state";

/** The user of the application's containers, and so the owner of every shared file. */
export const sharedUid = 10001;
/** Where all machines except the data machine mount the shared files, with `media/` and `static/` below. */
export const sharedMount = "/srv/ringo";

const users = { writer: "ringo-media", reader: "ringo-media-reader" };

export interface MediaServerOptions {
  /** Public keys of the machines that write: API and worker. */
  writers: string[];
  /** Public keys of the machines that only read: the edge, which faces the internet. */
  readers: string[];
  /** The only network that they may connect from. */
  allowedCidr: string;
  /** Where the files are, on the volume. */
  path: string;
}

/**
 * The data machine's side: `media/` and `static/` over SFTP, for users that can do nothing else. Clients need port 22
 * of this machine open to them.
 */
export function mediaServer(options: MediaServerOptions): Fragment {
  const { path } = options;
  const sshd = "/etc/ssh/sshd_config.d/60-ringo-media.conf";
  const keys = (user: string): string => `/etc/ssh/${user}.keys`;
  const match = (user: string, sftp: string): string => `Match User ${user}
    AllowUsers ${user}@${options.allowedCidr}
    AuthenticationMethods publickey
    AuthorizedKeysFile ${keys(user)}
    ChrootDirectory ${path}
    ForceCommand ${sftp}
    DisableForwarding yes
    PermitTTY no
    ClientAliveInterval 15
`;
  return {
    users: [
      { name: users.writer, uid: sharedUid, group: "www-data" },
      { name: users.reader, uid: sharedUid + 1, group: "www-data" },
    ],
    directories: [
      // sshd requires a chroot directory that only root can change.
      { path },
      ...["media", "static"].map((name) => ({ path: `${path}/${name}`, owner: users.writer, group: "www-data" })),
    ],
    files: [
      { path: keys(users.writer), content: options.writers.map((key) => `${key.trim()}\n`).join("") },
      { path: keys(users.reader), content: options.readers.map((key) => `${key.trim()}\n`).join("") },
      { path: sshd, content: match(users.writer, "internal-sftp -u 0022") + match(users.reader, "internal-sftp -R") },
    ],
    steps: [{ name: "SFTP for media", onChange: [sshd], command: "sshd -t\nsystemctl reload ssh" }],
  };
}

export interface MediaClientOptions {
  /** Private address of the data machine. */
  server: string;
  /** Its public host key (`ssh-ed25519 AAAA…`), the only one accepted. */
  hostKey: string;
  /** This machine's key, in OpenSSH's or PEM format; its public half is among the server's `writers` or `readers`. */
  privateKey: string;
  /** @default false */
  readOnly?: boolean;
}

const directory = "/etc/ringo/media";
const library = "/usr/local/lib/ringo";
const mount = `${library}/mount-media`;
const rebind = `${library}/rebind-media`;
const unit = "/etc/systemd/system/ringo-media.service";

/** Every other machine's side: the shared files under `sharedMount`, by sshfs, kept mounted and visible to containers while the server is down or restarted. */
export function mediaClient(options: MediaClientOptions): Fragment {
  const key = { path: `${directory}/key`, mode: "0600", secret: true, content: `${options.privateKey.trim()}\n` };
  const knownHosts = { path: `${directory}/known_hosts`, content: `${options.server} ${options.hostKey.trim()}\n` };
  return combine(
    mayReach("media", [{ name: "shared files", port: 22, to: [options.server], users: [users.writer] }]),
    {
      packages: ["sshfs"],
      users: [{ name: users.writer }],
      directories: [{ path: directory, mode: "0700" }],
      files: [
        key,
        knownHosts,
        { path: mount, mode: "0755", content: readFileSync(join(__dirname, "mount.py"), "utf8") },
        { path: rebind, mode: "0755", content: readFileSync(join(__dirname, "rebind.py"), "utf8") },
        { path: unit, content: serviceUnit(options.server, options.readOnly ?? false) },
      ],
      units: [{ name: "ringo-media.service", restartOn: [unit, mount, key.path, knownHosts.path] }],
      checks: [{
        name: "shared files are mounted",
        // Containers have had them since sshfs started, unless that failed: this reports and repairs it.
        command: `ls ${sharedMount}/media ${sharedMount}/static > /dev/null && ${rebind} ${sharedMount}`,
        timeoutSeconds: 60,
      }],
      secrets: [options.privateKey],
    },
  );
}

function serviceUnit(server: string, readOnly: boolean): string {
  const options = [
    // Mounted even if the server is down, so that units started later never find an empty directory.
    "reconnect", "delay_connect",
    // Another machine's changes are visible within a second.
    "dir_cache=no", "entry_timeout=1", "attr_timeout=1", "negative_timeout=0",
    "BatchMode=yes", "IdentitiesOnly=yes", "IdentityFile=%d/key",
    "StrictHostKeyChecking=yes", "UserKnownHostsFile=%d/known_hosts", "GlobalKnownHostsFile=/dev/null",
    "ConnectTimeout=3", "ServerAliveInterval=3", "ServerAliveCountMax=2",
  ];
  const source = `${readOnly ? users.reader : users.writer}@${server}:/`;
  return `[Unit]
Description=Shared media and static files of the data machine
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=${users.writer}
LoadCredential=key:${directory}/key
LoadCredential=known_hosts:${directory}/known_hosts
NotifyAccess=exec
FileDescriptorStoreMax=1
ExecStartPre=+${mount} ${source} ${sharedMount} ${readOnly ? "ro" : "rw"}
# 3 is the first descriptor that systemd passes.
ExecStart=sshfs -f -F /dev/null -o ${options.join(",")} ${source} /dev/fd/3
# Otherwise the mount would outlive its server, and every access would hang.
ExecStartPost=systemd-notify FDSTOREREMOVE=1 FDNAME=fuse
ExecStartPost=sh -c 'until test -d ${sharedMount}/media; do sleep 0.1; done'
# Its failure is ignored: the files are available to everything started from now on.
ExecStartPost=-+${rebind} ${sharedMount}
ExecStopPost=-+nsenter --target 1 --mount umount --quiet --lazy ${sharedMount}
TimeoutStartSec=90
TimeoutStopSec=15
# sshfs did not mount it itself, so it fails to unmount it when it exits.
SuccessExitStatus=1
Restart=always
RestartSec=1
${sandbox({ network: "internet", addresses: [server], devices: ["/dev/fuse"] })}PrivateUsers=yes
ProcSubset=pid
SystemCallFilter=~@privileged

[Install]
WantedBy=multi-user.target
`;
}
