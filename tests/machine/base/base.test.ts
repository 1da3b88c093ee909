import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { base } from "../../../machine/base";
import { docker } from "../../../machine/docker";
import { combine } from "../../../machine/state";
import { trust } from "../../../machine/base/trust";

const inputs: Parameters<typeof base>[0] = {
  hostname: "api-0",
  sshd: { authorizedKeys: ["ssh-ed25519 AAAA deployer"] },
  firewall: { services: [{ name: "ssh", port: 22, from: ["10.0.0.0/16"] }] },
  neverBanned: [],
  trustedCertificates: [],
  timezone: "Europe/Moscow",
  automaticUpdates: { reboot: true, rebootTime: "04:10" },
};
const addressPool = "172.17.0.0/16";
const folder = mkdtempSync(join(tmpdir(), "ringo-base-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** How apt reads the update settings, after what Debian itself ships, which ours must override. */
function settingsOfApt(): string {
  const files = base(inputs).files.filter((file) => file.path.startsWith("/etc/apt/apt.conf.d/"));
  const config = join(folder, "apt.conf");
  writeFileSync(config, `Unattended-Upgrade::Origins-Pattern { "origin=Debian,label=Debian"; };\n${files.map((file) => file.content).join("")}`);
  return execFileSync("apt-config", ["dump", "--format", "%F \"%v\"%n"], { env: { ...process.env, APT_CONFIG: config }, encoding: "utf8" });
}

test("apt reads the update settings: security only, and the reboot at its time", () => {
  const dump = settingsOfApt();
  const origins = dump.split("\n").filter((line) => line.startsWith("Unattended-Upgrade::Origins-Pattern::"));
  expect(origins).toEqual(['Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"']);
  expect(dump).toContain('Unattended-Upgrade::Automatic-Reboot "true"');
  expect(dump).toContain('Unattended-Upgrade::Automatic-Reboot-Time "04:10"');
  for (const what of ["Update-Package-Lists", "Unattended-Upgrade"]) expect(dump).toContain(`APT::Periodic::${what} "1"`);
  // Whoever has left a shell open keeps no machine from its new kernel, nor old kernels the new one from its place.
  for (const what of ["Automatic-Reboot-WithUsers", "Remove-Unused-Kernel-Packages"]) expect(dump).toContain(`Unattended-Upgrade::${what} "true"`);
});

test("an update with another version of one of our files is installed, and our file stays", () => {
  // Where dpkg would ask, unattended-upgrades holds the package back: it looks at this list.
  const options = settingsOfApt().split("\n").filter((line) => line.startsWith("DPkg::Options::"));
  expect(options).toEqual(['DPkg::Options:: "--force-confdef"', 'DPkg::Options:: "--force-confold"']);
});

test("updates are found, installed and not interrupted by a shutdown, and programs with replaced libraries are restarted without asking", () => {
  const { units, files } = base(inputs);
  expect(units.map(({ name }) => name)).toEqual(expect.arrayContaining(["apt-daily.timer", "apt-daily-upgrade.timer", "unattended-upgrades.service"]));
  const settings = files.find(({ path }) => path.startsWith("/etc/needrestart/"))!.content;
  expect(execFileSync("perl", ["-e", `my %nrconf; ${settings} print $nrconf{restart}`], { encoding: "utf8" })).toBe("a");
});

test("the journal survives reboots, and is bounded by size, free disk space and time", () => {
  const { files, units } = base(inputs);
  const { path, content } = files.find((file) => file.path.startsWith("/etc/systemd/journald.conf.d/"))!;
  const settings = Object.fromEntries(content.split("\n").filter((line) => line.includes("=")).map((line) => line.split("=")));
  expect(settings).toEqual({ Storage: "persistent", SystemMaxUse: expect.stringMatching(/^[1-4]G$/), SystemKeepFree: expect.stringMatching(/^[1-4]G$/), MaxRetentionSec: expect.stringMatching(/^\d+day$/) });
  expect(units.find(({ name }) => name === "systemd-journald.service")!.restartOn).toContain(path);
});

test("a kernel setting that a machine does not allow to change is skipped", () => {
  const settings = base(inputs).files.find((file) => file.path.startsWith("/etc/sysctl.d/"))!.content.trim().split("\n");
  for (const line of settings) expect(line).toMatch(/^-[a-z0-9_.-]+ = \d+$/);
});

test("the cloud's agent has its way out and its user on every machine, before it is there itself", () => {
  const { users, files } = base(inputs);
  expect(users.map(({ name }) => name)).toContain("do-agent");
  expect(files.map(({ path }) => path)).toContain("/etc/ringo/nftables/output-cloud-agent.nft");
});

test("an invalid host name is refused", () => {
  for (const hostname of ["", "api_0", "-api", "api.ringo.test", "a".repeat(64), "api;reboot"]) {
    expect(() => base({ ...inputs, hostname })).toThrow("not a host name");
  }
});

describe("docker", () => {
  const registry = { server: "registry.ringo.test", username: "puller", password: "registry-passw0rd" };

  test("systemd accepts its units, and Docker starts after the firewall and the mounts", () => {
    const root = join(folder, "units");
    const place = (path: string, content: string, mode = "0644") => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content, { mode: parseInt(mode, 8) });
    };
    const service = "[Service]\nType=oneshot\nExecStart=/usr/bin/docker\n";
    for (const file of docker({ addressPool, after: ["ringo-media.service"] }).files!) place(file.path, file.content, file.mode);
    for (const name of ["docker", "nftables", "ringo-media"]) place(`/etc/systemd/system/${name}.service`, service);
    for (const name of ["sysinit", "basic", "shutdown", "timers", "time-set", "time-sync"]) place(`/etc/systemd/system/${name}.target`, "[Unit]\n");
    for (const name of ["system.slice", "-.slice"]) place(`/etc/systemd/system/${name}`, "[Unit]\n");
    place("/usr/bin/docker", "#!/bin/sh\n", "0755");
    const verified = spawnSync("systemd-analyze", ["verify", `--root=${root}`, "--man=no", "docker.service", "ringo-containers.service", "ringo-docker-prune.timer", "ringo-docker-prune.service"], { encoding: "utf8" });
    expect({ status: verified.status, complaints: verified.stderr }).toEqual({ status: 0, complaints: "" });
    const dropIn = docker({ addressPool, after: ["ringo-media.service"] }).files!.find((file) => file.path.includes("docker.service.d"))!.content;
    expect(dropIn).toMatch(/^After=nftables.service ringo-media.service$/m);
    // Required, a mount that fails once at boot would leave Docker down for good.
    expect(dropIn).not.toMatch(/Requires/);
  });

  test("stops when its settings are removed, after its containers: nothing runs with Docker's defaults", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "docker"), `#!/bin/sh\necho "docker $*" >> ${folder}/ended\n[ "$1" != ps ] || echo ringo-loki\n`, { mode: 0o755 });
    writeFileSync(join(bin, "systemctl"), `#!/bin/sh\necho "systemctl $*" >> ${folder}/ended\n`, { mode: 0o755 });
    const end = docker({ addressPool }).files!.find(({ path }) => path === "/etc/docker/daemon.json")!.whenGone!;
    expect(spawnSync("shellcheck", ["-s", "sh", "-"], { input: end, encoding: "utf8" }).stdout).toBe("");
    execFileSync("sh", ["-ec", end], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    expect(readFileSync(join(folder, "ended"), "utf8").split("\n").filter((line) => line && !line.startsWith("docker ps"))).toEqual([
      "docker stop ringo-loki", "docker rm --volumes ringo-loki", "systemctl disable --quiet --now docker.socket docker.service containerd.service",
    ]);
  });

  test("leaves containers running when restarted, and exposes none of them to others or the network by default", () => {
    const settings = JSON.parse(docker({ addressPool }).files!.find(({ path }) => path === "/etc/docker/daemon.json")!.content);
    expect(settings).toMatchObject({ "live-restore": true, icc: false, ip: "127.0.0.1" });
  });

  test("limits, also for containers started by hand, logs and privileges, and lets them dump no core", () => {
    const settings = JSON.parse(docker({ addressPool }).files!.find(({ path }) => path === "/etc/docker/daemon.json")!.content);
    // Docker's own log has no end; the journal has one.
    expect(settings).toMatchObject({ "log-driver": "journald", "no-new-privileges": true, "default-ulimits": { core: { Hard: 0, Soft: 0 } } });
  });

  test("keeps credentials in a root-only file, and redacts every form of them in output", () => {
    const fragment = docker({ addressPool, registry });
    const file = fragment.files!.find((each) => each.path === "/root/.docker/config.json")!;
    expect(file).toMatchObject({ mode: "0600", secret: true });
    const { auth } = JSON.parse(file.content).auths["registry.ringo.test"];
    expect(Buffer.from(auth, "base64").toString()).toBe("puller:registry-passw0rd");
    expect(fragment.secrets).toEqual(expect.arrayContaining([registry.password, auth]));
  });

  test("has no credentials if the registry requires none", () => {
    expect(docker({ addressPool }).files!.map(({ path }) => path)).not.toContain("/root/.docker/config.json");
  });
});

describe("trusted certificates", () => {
  const [one, two] = ["one", "two"].map((name) => execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", `/CN=${name}`, "-days", "1",
  ], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));

  test("have a file each, the same whatever their order", () => {
    const paths = (pems: string[]) => trust(pems).files!.map((file) => file.path).sort();
    expect(paths([one, two])).toEqual(paths([`\n${two}`, one]));
    expect(new Set(paths([one, two])).size).toBe(2);
  });

  test("that are no longer declared are removed and no longer trusted", () => {
    // The step's own shell and Debian's own program, with folders of the test's; of Mozilla's certificates one, for there are many.
    const [certificates, trusted] = ["certificates", "trusted"].map((name) => mkdtempSync(join(folder, name)));
    const mozillas = join(folder, "ca-certificates.conf");
    writeFileSync(mozillas, `${/^mozilla\/.*$/m.exec(readFileSync("/etc/ca-certificates.conf", "utf8"))![0]}\n`);
    const run = (command: string) => spawnSync("sh", ["-ec", command
      .replaceAll("/usr/local/share/ca-certificates", certificates)
      .replaceAll("/etc/ssl/certs", trusted)
      .replaceAll("update-ca-certificates", `/usr/sbin/update-ca-certificates --certsconf ${mozillas} --localcertsdir ${certificates} --etccertsdir ${trusted} --hooksdir /nonexistent`)], { encoding: "utf8" });
    const apply = (pems: string[]) => {
      const { files, steps } = trust(pems);
      for (const file of files!) writeFileSync(join(certificates, file.path.split("/").at(-1)!), file.content);
      if (run(steps![0].unless!).status !== 0) expect(run(steps![0].command)).toMatchObject({ status: 0, stderr: "" });
      expect(run(steps![0].unless!).status).toBe(0);
    };
    const isTrusted = (pem: string) => spawnSync("openssl", ["verify", "-no-CAfile", "-no-CAstore", "-CApath", trusted], { input: pem }).status === 0;
    const isBundled = (pem: string) => readFileSync(join(trusted, "ca-certificates.crt"), "utf8").includes(pem.trim());
    const seen = () => [one, two].map((pem) => [isTrusted(pem), isBundled(pem)]);

    apply([one, two]);
    expect(seen()).toEqual([[true, true], [true, true]]);
    apply([two]);
    expect(seen()).toEqual([[false, false], [true, true]]);
    apply([]);
    expect(seen()).toEqual([[false, false], [false, false]]);
    expect(readdirSync(trusted).filter((name) => name.startsWith("ringo-"))).toEqual([]);
  });
});

test("every command passes shellcheck", () => {
  const state = combine(base({ ...inputs, trustedCertificates: ["PEM"] }), docker({ addressPool }));
  const scripts = [...state.steps.flatMap((step) => [step.command, step.unless ?? ":"]), ...state.checks.map((check) => check.command)];
  scripts.forEach((script, i) => writeFileSync(join(folder, `${i}.sh`), `#!/bin/sh\n${script}\n`));
  const checked = spawnSync("shellcheck", ["--severity=warning", ...scripts.map((_, i) => join(folder, `${i}.sh`))], { encoding: "utf8" });
  expect(checked.stdout).toBe("");
});

test("whoever must never be shut out is spared by sshd and by fail2ban: behind the bastion all share its address", () => {
  const { files } = base({ ...inputs, neverBanned: ["10.0.0.0/16"] });
  const content = (path: string) => files.find((file) => file.path === path)!.content;
  expect(content("/etc/ssh/sshd_config.d/10-ringo.conf")).toContain("\nPerSourcePenaltyExemptList 10.0.0.0/16\n");
  expect(content("/etc/fail2ban/jail.local")).toMatch(/^ignoreip = .* 10\.0\.0\.0\/16$/m);
});
