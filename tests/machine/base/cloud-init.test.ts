import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { bootState, userData, type HostKey } from "../../../machine/base/cloud-init";

const folder = mkdtempSync(join(tmpdir(), "ringo-cloud-init-"));
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(name: string): HostKey {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  return { private: readFileSync(path, "utf8"), public: readFileSync(`${path}.pub`, "utf8") };
}

const boot = makeKey("boot");
const real = makeKey("real");
const operator = makeKey("operator").public.trim();

describe("user data", () => {
  const text = userData({ bootHostKey: boot, authorizedKeys: [operator] });
  const config = parse(text);

  test("is a cloud-config that admits only root, by key", () => {
    expect(text).toMatch(/^#cloud-config\n/);
    expect(config).toMatchObject({ ssh_pwauth: false, disable_root: false, ssh_deletekeys: true });
    expect(config.users).toEqual([{ name: "root", lock_passwd: true, ssh_authorized_keys: [operator] }]);
  });

  test("leaves cloud-init no reason to restart sshd: passwords are off before sshd starts", () => {
    // What cloud-init's set-passwords looks at (cloudinit/ssh_util.py, update_ssh_config): line by line, a key and what it is set to.
    expect(config.ssh_pwauth).toBe(false);
    expect(config.write_files).toEqual([{ path: "/etc/ssh/sshd_config.d/50-cloud-init.conf", content: "PasswordAuthentication no\n", permissions: "0600" }]);
  });

  test("has a host key pair that OpenSSH reads, even if given without its final newline", () => {
    const trimmed = parse(userData({ bootHostKey: { private: boot.private.trim(), public: boot.public.trim() }, authorizedKeys: [operator] }));
    expect(trimmed.ssh_keys).toEqual(config.ssh_keys);
    const path = join(folder, "from-user-data");
    writeFileSync(path, trimmed.ssh_keys.ed25519_private, { mode: 0o600 });
    const derived = execFileSync("ssh-keygen", ["-y", "-f", path], { encoding: "utf8" });
    expect(derived.split(" ")[1]).toBe(trimmed.ssh_keys.ed25519_public.split(" ")[1]);
  });

  test("installs nothing, so that the machine answers as soon as possible", () => {
    expect(config).not.toHaveProperty("packages");
    expect(config).toMatchObject({ package_update: false, package_upgrade: false });
  });

  test("fits DigitalOcean's 64 KiB", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(4096);
  });
});

describe("the first connection's state", () => {
  const state = bootState({ hostKey: real });

  test("replaces the boot key with the real host key, readable only by root, and reloads sshd", () => {
    const file = state.files.find((each) => each.path === "/etc/ssh/ssh_host_ed25519_key")!;
    expect(file).toMatchObject({ content: real.private, mode: "0600", secret: true });
    expect(state.units).toEqual([expect.objectContaining({ name: "ssh.service", reloadOn: expect.arrayContaining([file.path]) })]);
    expect(state.secrets).toContain(real.private);
  });

  test("waits for cloud-init first, which would write the boot key again", () => {
    expect(state.steps[0]).toMatchObject({ when: "before-packages", command: expect.stringContaining("cloud-init status --wait") });
  });

  test("leaves no host key of another type", () => {
    expect(state.absent).toEqual(expect.arrayContaining(["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key"]));
  });
});
