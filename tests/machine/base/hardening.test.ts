import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { hardening } from "../../../machine/base/hardening";
import { noSetuid } from "../../../machine/base/setuid";
import { updates } from "../../../machine/base/updates";
import { content } from "../fragment";

// Not in /tmp, where a machine of the kind below would run nothing.
let root: string;
beforeEach(() => { root = mkdtempSync(join(homedir(), ".ringo-hardening-")); });
afterEach(() => rmSync(root, { recursive: true }));

const place = (path: string, content: string, mode = 0o644): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
};

test("programs lose setuid and setgid, keep all other permissions, and dpkg is told", () => {
  const [su, helper, plain] = [place("usr/bin/su", "", 0o4755), place("usr/lib/helper", "", 0o6754), place("usr/bin/ls", "", 0o755)];
  // As dpkg-statoverride does, for the files below the folder.
  const log = join(root, "log");
  place("bin/dpkg-statoverride", `#!/bin/sh\necho "$*" >> ${log}\n[ "$1" != --list ] || exit 1\n[ "$2" != --add ] || chmod "$5" "$6"\n`, 0o755);
  const [step] = noSetuid.steps!;
  const run = (command: string) => spawnSync("sh", ["-ec", command.replaceAll("/usr", join(root, "usr"))], { env: { ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` }, encoding: "utf8" });
  expect(run(step.unless!).status).not.toBe(0);
  expect(run(step.command)).toMatchObject({ status: 0, stderr: "" });
  expect([su, helper, plain].map((path) => (statSync(path).mode & 0o7777).toString(8))).toEqual(["755", "754", "755"]);
  expect(run(step.unless!).status).toBe(0);
  const user = execFileSync("stat", ["-c", "%U %G", su], { encoding: "utf8" }).trim();
  expect(readFileSync(log, "utf8")).toContain(`--update --add ${user} 0755 ${su}\n`);
});

test("no process dumps core, which would contain secrets: neither a shell's nor a service's", () => {
  expect(content(hardening, "/etc/security/limits.d/60-ringo.conf").trim().split("\n")).toEqual(["* hard core 0", "root hard core 0"]); // "*" is all but root
  expect(content(hardening, "/etc/systemd/system.conf.d/ringo.conf")).toMatch(/^DefaultLimitCORE=0$/m);
  expect(content(hardening, "/etc/systemd/coredump.conf.d/ringo.conf")).toMatch(/^Storage=none$/m);
});

test("no neighbour is asked for a name, and none answered: systemd-resolved is told so where it runs, and nothing is begun where it does not", () => {
  const settings = content(hardening, "/etc/systemd/resolved.conf.d/ringo.conf").split("\n");
  expect(settings).toEqual(expect.arrayContaining(["LLMNR=no", "MulticastDNS=no"]));
  const { command, onChange } = hardening.steps!.find(({ name }) => name === "no names from neighbours")!;
  expect(onChange).toEqual(["/etc/systemd/resolved.conf.d/ringo.conf"]);
  const told = (active: boolean) => spawnSync("sh", ["-ec", `systemctl() { [ "$1" != is-active ] || return ${active ? 0 : 3}; echo "$*"; }\n${command}`], { encoding: "utf8" });
  expect([told(true), told(false)]).toMatchObject([{ status: 0, stdout: "restart systemd-resolved.service\n" }, { status: 0, stdout: "" }]);
});

test("protocols that nobody here speaks cannot be loaded, neither by name nor for a socket", () => {
  const lines = content(hardening, "/etc/modprobe.d/ringo.conf").split("\n");
  for (const name of ["dccp", "sctp", "rds", "tipc", "can", "ax25"]) expect(lines).toEqual(expect.arrayContaining([`install ${name} /bin/false`, `blacklist ${name}`]));
});

test("files created in a session are accessible only to owner and group", () => {
  const [login, session] = [place("login.defs", content(hardening, "/etc/login.defs")), place("pam/session", "session required pam_umask.so\n")];
  const program = `
import ctypes, os, sys
pam, handle = ctypes.CDLL("libpam.so.0"), ctypes.c_void_p()
os.umask(0o022)
assert pam.pam_start_confdir(b"session", b"root", (ctypes.c_void_p * 2)(), sys.argv[1].encode(), ctypes.byref(handle)) == 0
assert pam.pam_open_session(handle, 0) == 0
print(oct(os.umask(0)))`;
  const opened = spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-ec", 'mount --bind "$1" /etc/login.defs; exec /usr/bin/python3 -c "$3" "$2"', "sh", login, dirname(session), program], { encoding: "utf8" });
  expect(opened).toMatchObject({ stdout: "0o27\n", stderr: "" });
});

test("a shell that is left open ends, and who has it cannot say otherwise", () => {
  const session = place("profile.sh", content(hardening, "/etc/profile.d/ringo.sh"));
  const { stdout } = spawnSync("bash", ["-c", `. ${session}; umask; ulimit -c; echo "$TMOUT"; (TMOUT=0; echo "$TMOUT")`], { encoding: "utf8" });
  expect(stdout).toMatch(/^0027\n0\n[1-9]\d{2,3}\n$/);
});

test("a unit that everybody could change is found, and a link that says so is none", () => {
  const check = () => spawnSync("sh", ["-ec", hardening.checks![0]!.command.replaceAll(/ (?=\/(etc|usr|run))/g, ` ${root}`)]).status;
  place("etc/systemd/system/one.service", "");
  symlinkSync("one.service", join(root, "etc/systemd/system/two.service"));
  expect(check()).toBe(0);
  place("usr/lib/systemd/system/three.service", "", 0o666);
  expect(check()).not.toBe(0);
});

test("root-only files become root-only", () => {
  const paths = [place("etc/ssh/sshd_config", ""), place("etc/crontab", "")];
  const steps = hardening.steps!.filter(({ name }) => name.startsWith("what is root's alone"));
  const run = (command: string) => spawnSync("sh", ["-ec", command.replaceAll(/ \/(?=etc|root|boot)/g, ` ${root}/`)]).status;
  expect(run(steps[0]!.unless!)).not.toBe(0);
  for (const { command, unless } of steps) expect([run(command), run(unless!)]).toEqual([0, 0]);
  expect(paths.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["600", "600"]);
});

describe("updates", () => {
  const times = (rebootTime: string, turn?: number) => {
    const updated = updates({ reboot: true, rebootTime, turn });
    return [
      /OnCalendar=\*-\*-\* (\S+)/.exec(content(updated, "/etc/systemd/system/apt-daily-upgrade.timer.d/ringo.conf"))![1],
      /Automatic-Reboot-Time "(\S+)"/.exec(content(updated, "/etc/apt/apt.conf.d/60ringo-unattended-upgrades"))![1],
    ];
  };

  test("are installed in the hour before the reboot, also around midnight", () => {
    expect(["04:00", "00:30", "13:05"].map((time) => times(time))).toEqual([["03:00:00", "04:00"], ["23:30:00", "00:30"], ["12:05:00", "13:05"]]);
  });

  test("are five minutes later for each turn", () => {
    expect([times("04:00", 1), times("23:58", 1), times("00:55", 2)]).toEqual([["03:05:00", "04:05"], ["23:03:00", "00:03"], ["00:05:00", "01:05"]]);
  });
});

test("fstab keeps its other entries", () => {
  const fstab = place("fstab", "UUID=1 / ext4 defaults 0 1\ntmpfs /tmp tmpfs defaults 0 0\n/dev/sdb /srv/data xfs defaults 0 0");
  const step = hardening.steps!.find(({ name }) => name.startsWith("no programs"))!;
  const quiet = "systemctl() { :; }; mount() { :; }; mountpoint() { :; }\n";
  for (let i = 0; i < 2; i++) execFileSync("sh", ["-ec", quiet + step.command.replaceAll("/etc/fstab", fstab)]);
  const lines = readFileSync(fstab, "utf8").trim().split("\n");
  expect(lines.slice(0, 2)).toEqual(["UUID=1 / ext4 defaults 0 1", "/dev/sdb /srv/data xfs defaults 0 0"]);
  const bounds = ["nosuid", "nodev", "noexec"];
  expect(lines.slice(2).map((line) => [line.split(" ")[1], bounds.filter((option) => line.split(/[ ,]/).includes(option))])).toEqual([["/tmp", bounds], ["/var/tmp", bounds], ["/dev/shm", bounds]]);
});
