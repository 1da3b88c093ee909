import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const script = path.resolve(__dirname, "../../toolchain/packages.sh");

test("packages.sh passes shellcheck", () => {
  execFileSync("shellcheck", [script], { encoding: "utf8" });
});

/** Debian's part, by stand-ins: a package has a file with its state, and its service starts as it is configured, if nobody refuses. */
let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
  for (const each of ["bin", "dpkg", "systemd"]) fs.mkdirSync(path.join(directory, each));
  const moved = fs.readFileSync(script, "utf8").replaceAll("/usr/sbin/policy-rc.d", `${directory}/policy-rc.d`).replaceAll("/run/systemd/system", `${directory}/systemd`);
  fs.writeFileSync(path.join(directory, "packages.sh"), moved);
  program("dpkg-query", 'shift 3; cat "dpkg/$1" 2>/dev/null');
  program("dpkg", "for package in $(cd dpkg; grep -lx 'unpacked ' *); do configure $package; done");
  program("configure", `service=$1; [ $1 != openssh-server ] || service=ssh
    if [ ! -e policy-rc.d ] || ./policy-rc.d $service.service start; then echo "$service" >>started; fi
    echo 'installed ' >dpkg/$1`);
  program("systemctl", 'case $* in *is-active*) grep -qsx "${3%.service}" running ;; *.socket) exit 1 ;; *) echo "$*" >>systemctl-calls ;; esac');
  program("update-rc.d", "exit 1");
  program("apt-get", `[ $1 = install ] || exit 0; shift 3
    ! grep -qsx 'unpacked ' dpkg/* || exit 100
    for package in "$@"; do configure $package; done
    ./policy-rc.d --quiet cups start; echo $? >cups`);
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const program = (name: string, body: string): void => fs.writeFileSync(path.join(directory, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
const file = (name: string): string => path.join(directory, name);
const lines = (name: string): string[] => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), "utf8").trim().split("\n") : []);
const options = { cwd: "", encoding: "utf8" as const, env: {} as NodeJS.ProcessEnv };
beforeEach(() => Object.assign(options, { cwd: directory, env: { ...process.env, PATH: `${directory}/bin:${process.env.PATH}` } }));

const install = (...packages: string[]) => spawnSync("sh", ["packages.sh", ...packages], options);
const ended = () => ({ started: lines("started"), disabled: lines("systemctl-calls"), policy: fs.existsSync(file("policy-rc.d")) });
const nothingRuns = { started: [], disabled: ["--quiet disable --now nginx.service"], policy: false };

test("a newly installed service is neither started nor enabled; others are", () => {
  expect(install("nginx", "openssh-server", "restic").status).toBe(0);
  expect(ended()).toEqual({ started: ["restic"], disabled: ["--quiet disable --now nginx.service", "--quiet disable --now ssh.service"], policy: false });
  expect(lines("cups")).toEqual(["0"]);
});

test("nor if the installation fails afterwards", () => {
  program("apt-get", "[ $1 = install ] || exit 0; configure nginx; echo no space left >&2; exit 100");
  expect(install("nginx", "prometheus")).toMatchObject({ status: 100, stderr: expect.stringContaining("no space left") });
  expect(ended()).toEqual(nothingRuns);
});

test.each([["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const)("nor if the installation is ended by %s", async (signal, status) => {
  program("apt-get", "[ $1 = install ] || exit 0; configure nginx; touch midway; sleep 20");
  const child = spawn("sh", ["packages.sh", "nginx", "prometheus"], { ...options, stdio: "ignore", detached: true });
  while (!fs.existsSync(file("midway")) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-child.pid!, signal); // as a terminal does: everything that it runs
  expect(await once(child, "exit")).toEqual([status, null]);
  expect(ended()).toEqual(nothingRuns);
});

test("nor if a second run continues an interrupted installation", () => {
  fs.writeFileSync(file("dpkg/nginx"), "unpacked ");
  expect(install("restic").status).toBe(0);
  expect(ended()).toEqual({ ...nothingRuns, started: ["restic"] });
});

test.each(["installed ", "unpacked 1.22.1-9", "triggers-pending "])("a service that was installed before keeps running and may restart: its package is %s", (state) => {
  fs.writeFileSync(file("dpkg/nginx"), state);
  program("apt-get", "[ $1 = install ] || exit 0; configure nginx");
  expect(install("libnginx-mod-http-modsecurity").status).toBe(0);
  expect(ended()).toEqual({ started: ["nginx"], disabled: [], policy: false });
});

test("nor is a service that runs without Debian's package touched", () => {
  fs.writeFileSync(file("running"), "nginx\n");
  install("nginx");
  expect(ended().disabled).toEqual([]);
});

test("the machine's own policy-rc.d is kept and obeyed", () => {
  fs.writeFileSync(file("policy-rc.d"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  expect(install("nginx").status).toBe(0);
  expect(ended()).toEqual({ started: ["nginx"], disabled: nothingRuns.disabled, policy: true });
});

test("a policy left by a killed process refuses nothing, and is removed", () => {
  program("apt-get", "[ $1 = install ] || exit 0; kill -9 $PPID");
  install("nginx");
  expect(ended().policy).toBe(true);
  expect(spawnSync(file("policy-rc.d"), ["nginx", "start"]).status).toBe(0);
  expect(ended().policy).toBe(false);
});
