/** Nightly checks: of changed files (AIDE), and of the hardening (Lynis, by Debian's own timer). */
import { sandbox } from "../sandbox";
import { combine, type Fragment } from "../state";
import { timer } from "../timer";

const confPath = "/etc/aide/aide.conf";
const databases = "/var/lib/aide";
const scriptPath = "/usr/local/lib/ringo/compare-files";
const nightly = timer({ unit: "ringo-integrity", description: "What changed on this machine since yesterday", calendar: "*-*-* 03:10:00", jitter: "20min" });

const configuration = `# Managed by Ringo Infra: what a machine runs and is told. What it keeps is not here.
database_in=file:${databases}/aide.db
database_out=file:${databases}/aide.db.new
gzip_dbout=yes
report_url=stdout
log_level=error

Ours = p+u+g+l+ftype+sha256

/boot Ours
/etc Ours
/usr Ours
/root/\\.ssh Ours
!/usr/share/(doc|locale|man|zoneinfo)$
`;

/** Each night's report covers one day: the next one compares with it. */
const script = `#!/bin/sh
set -eu
cd ${databases}
action=--update
[ -e aide.db ] || action=--init
status=0
aide --config=${confPath} $action || status=$?
# Exit statuses below 8 tell by their bits what was found: new, removed and changed files.
[ $status -lt 8 ] || exit $status
mv aide.db.new aide.db
`;

const service = `[Unit]
Description=What changed on this machine since the last look, into the journal

[Service]
Type=oneshot
ExecStart=${scriptPath}
Nice=19
IOSchedulingClass=idle
${sandbox({ capabilities: ["CAP_DAC_READ_SEARCH"], writable: [databases] })}ProtectHome=read-only
`;

/** Skips tests that make no sense on a virtual machine, and checks only the machine's own certificates: Debian's authorities took a fifth of the time. */
const lynisProfile = `# Managed by Ringo Infra. No USB device can be plugged into a droplet.
skip-test=USB-3000
ssl-certificate-paths=/etc/nginx/tls:/etc/postgresql:/etc/redis:/etc/ringo
`;

export const inspection: Fragment = combine(nightly, {
  packages: ["aide", "lynis"],
  directories: [{ path: databases, mode: "0700" }],
  files: [
    { path: confPath, content: configuration, mode: "0600" },
    { path: scriptPath, content: script, mode: "0755" },
    { path: "/etc/systemd/system/ringo-integrity.service", content: service },
    { path: "/etc/lynis/custom.prf", content: lynisProfile },
  ],
  units: [{ name: "lynis.timer" }],
});
