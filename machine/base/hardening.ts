/** Closes what Debian leaves open for general use, and a server with one purpose does not need. */
import { combine, type Fragment } from "../state";

const banner = "Authorized access only. All activity on this system is monitored and recorded; unauthorized use is prosecuted.\n";

/** Nobody has a password; these apply if somebody sets one by hand. */
const accounts: Fragment = {
  packages: ["libpam-passwdqc"],
  files: [
    { path: "/etc/login.defs", content: loginDefs() },
    // An idle shell is closed; a running command is not interrupted.
    { path: "/etc/profile.d/ringo.sh", content: "umask 027\nulimit -c 0\nreadonly TMOUT=1800\nexport TMOUT\n" },
    { path: "/etc/issue", content: banner },
    { path: "/etc/issue.net", content: banner },
  ],
};

function loginDefs(): string {
  const settings = {
    MAIL_DIR: "/var/mail", FAILLOG_ENAB: "yes", LOG_UNKFAIL_ENAB: "no", LOG_OK_LOGINS: "no", SYSLOG_SU_ENAB: "yes", SYSLOG_SG_ENAB: "yes",
    FTMP_FILE: "/var/log/btmp", SU_NAME: "su", HUSHLOGIN_FILE: ".hushlogin",
    ENV_SUPATH: "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ENV_PATH: "PATH=/usr/local/bin:/usr/bin:/bin",
    TTYGROUP: "tty", TTYPERM: "0600", ERASECHAR: "0177", KILLCHAR: "025", LOGIN_RETRIES: "3", LOGIN_TIMEOUT: "60", DEFAULT_HOME: "yes",
    UMASK: "027", HOME_MODE: "0700", USERGROUPS_ENAB: "yes", NONEXISTENT: "/nonexistent",
    PASS_MAX_DAYS: "365", PASS_MIN_DAYS: "1", PASS_WARN_AGE: "7",
    UID_MIN: "1000", UID_MAX: "60000", SYS_UID_MIN: "100", SYS_UID_MAX: "999",
    GID_MIN: "1000", GID_MAX: "60000", SYS_GID_MIN: "100", SYS_GID_MAX: "999",
    ENCRYPT_METHOD: "YESCRYPT", YESCRYPT_COST_FACTOR: "8", SHA_CRYPT_MIN_ROUNDS: "65536", SHA_CRYPT_MAX_ROUNDS: "65536",
  };
  return Object.entries(settings).map(([name, value]) => `${name} ${value}\n`).join("");
}

/** A core dump is a copy of a process's secrets. */
const noCoreDumps: Fragment = {
  files: [
    { path: "/etc/security/limits.d/60-ringo.conf", content: "* hard core 0\nroot hard core 0\n" },
    { path: "/etc/systemd/system.conf.d/ringo.conf", content: "[Manager]\nDefaultLimitCORE=0\n" },
    { path: "/etc/systemd/coredump.conf.d/ringo.conf", content: "[Coredump]\nStorage=none\nProcessSizeMax=0\n" },
  ],
};

/** Unused buses, file systems and protocols, whose drivers any user could load. */
const modules = [
  "usb-storage", "firewire-core", "firewire-ohci", "firewire-sbp2", "thunderbolt", "bluetooth",
  "cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "udf",
  "dccp", "sctp", "rds", "tipc", "ax25", "netrom", "x25", "rose", "can", "atm",
];
const noModules: Fragment = {
  files: [{ path: "/etc/modprobe.d/ringo.conf", content: modules.map((name) => `install ${name} /bin/false\nblacklist ${name}\n`).join("") }],
};

const resolvedConf = "/etc/systemd/resolved.conf.d/ringo.conf";
/** Names are resolved only by DNS: no queries to or answers for neighbours. */
const noLocalNames: Fragment = {
  files: [{ path: resolvedConf, content: "[Resolve]\nLLMNR=no\nMulticastDNS=no\n" }],
  steps: [{
    name: "no names from neighbours",
    onChange: [resolvedConf],
    command: "! systemctl is-active --quiet systemd-resolved.service || systemctl restart systemd-resolved.service",
  }],
};

const modes: Record<string, string[]> = {
  "0600": ["/etc/ssh/sshd_config", "/etc/crontab", "/boot/grub/grub.cfg"],
  "0700": ["/root", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"],
};
const units = "/etc/systemd /usr/lib/systemd /usr/local/lib/systemd /run/systemd/system /run/systemd/generator";
const permissions: Fragment = {
  steps: Object.entries(modes).map(([mode, paths]) => ({
    name: `what is root's alone (${mode})`,
    unless: `test -z "$(find ${paths.join(" ")} -maxdepth 0 ! -perm ${mode} 2> /dev/null)"`,
    command: `find ${paths.join(" ")} -maxdepth 0 ! -perm ${mode} -exec chmod ${mode} {} + 2> /dev/null || true`,
  })),
  checks: [{ name: "no world-writable unit", command: `test -z "$(find ${units} -perm /o+w ! -type l -print -quit 2> /dev/null)"` }],
};

/** World-writable places are noexec. */
const mounts = ["tmpfs /tmp tmpfs mode=1777,strictatime,nosuid,nodev,noexec,size=50% 0 0", "/var/tmp /var/tmp none bind,nosuid,nodev,noexec 0 0", "tmpfs /dev/shm tmpfs nosuid,nodev,noexec 0 0"];
const places = mounts.map((line) => line.split(" ")[1]);
const noPrograms: Fragment = {
  steps: [{
    name: "no programs where everybody may write",
    unless: [...mounts.map((line) => `grep -qxF '${line}' /etc/fstab`), ...places.map((path) => `findmnt --options noexec ${path} > /dev/null`)].join(" && "),
    command: `touch /etc/fstab
sed -i -e '\\#^[^[:space:]]*[[:space:]]*\\(${places.join("\\|")}\\)[[:space:]]#d' -e '$a\\' /etc/fstab
printf '%s\n' ${mounts.map((line) => `'${line}'`).join(" ")} >> /etc/fstab
mountpoint -q /var/tmp || mount /var/tmp
for place in ${places.join(" ")}; do mount -o remount "$place"; done`,
  }],
};

export const hardening: Fragment = combine(accounts, noCoreDumps, noModules, noLocalNames, permissions, noPrograms);
