import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kernel, routing } from "../../../machine/base/sysctl";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-sysctl-")); });
afterEach(() => rmSync(root, { recursive: true }));

const place = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};

test("a differing kernel setting is found, unless this machine may not change it", () => {
  const [file] = kernel.files!;
  const names = file.content.trim().split("\n").map((line) => /^-(\S+) = (\d+)$/.exec(line)!.slice(1));
  expect(new Set(names.map(([name]) => name)).size).toBe(names.length);
  for (const [name, value] of names) place(`proc/sys/${name.replaceAll(".", "/")}`, `${value}\n`);
  place(file.path, file.content);
  const check = () => spawnSync("sh", ["-c", kernel.checks![0].command.replaceAll(/\/proc\/sys|\/etc\/sysctl.d/g, (path) => join(root, path))], { encoding: "utf8" });
  expect(check()).toMatchObject({ status: 0, stdout: "" });
  // Where containers run, the machine passes on what is for them.
  for (const { path, content: exception } of routing.files!) place(path, exception);
  expect(check()).toMatchObject({ status: 1, stdout: "net.ipv4.ip_forward is 0\n" });
  writeFileSync(join(root, "proc/sys/net/ipv4/ip_forward"), "1\n");
  expect(check()).toMatchObject({ status: 0, stdout: "" });
  const setting = join(root, "proc/sys/net/ipv4/conf/all/accept_redirects");
  writeFileSync(setting, "1\n");
  expect(check()).toMatchObject({ status: 1, stdout: "net.ipv4.conf.all.accept_redirects is 1\n" });
  rmSync(setting);
  expect(check().status).toBe(0);
});

describe("the kernel's settings", () => {
  const settings = new Map(kernel.files![0]!.content.trim().split("\n").map((line) => line.slice(1).split(" = ")).map(([name, value]) => [name, Number(value)]));
  /** Those that are looser than this; a higher figure is stricter. */
  const looser = (least: Record<string, number>) => Object.entries(least).filter(([name, figure]) => !(settings.get(name)! >= figure)).map(([name]) => name);
  /** Those that are not off. */
  const on = (names: string[]) => names.filter((name) => settings.get(name) !== 0);

  test("protect other processes' memory and kernel information from a compromised service", () => {
    expect(looser({
      "kernel.yama.ptrace_scope": 1, "kernel.kptr_restrict": 1, "kernel.dmesg_restrict": 1, "kernel.perf_event_paranoid": 3, "kernel.randomize_va_space": 2,
      "kernel.unprivileged_bpf_disabled": 1, "net.core.bpf_jit_harden": 2, "kernel.kexec_load_disabled": 1,
    })).toEqual([]);
    expect(on(["fs.suid_dumpable", "vm.unprivileged_userfaultfd", "dev.tty.ldisc_autoload", "kernel.sysrq"])).toEqual([]);
  });

  test("prevent traps for others in /tmp", () => {
    expect(looser({ "fs.protected_symlinks": 1, "fs.protected_hardlinks": 1, "fs.protected_fifos": 1, "fs.protected_regular": 1 })).toEqual([]);
  });

  test("prevent neighbours from redirecting traffic, and half-open connections from displacing complete ones", () => {
    const links = ["all", "default"].map((link) => `net.ipv4.conf.${link}`);
    expect(looser(Object.fromEntries([["net.ipv4.tcp_syncookies", 1], ...links.map((link) => [`${link}.rp_filter`, 1])]))).toEqual([]);
    expect(on(links.flatMap((link) => ["accept_redirects", "secure_redirects", "send_redirects", "accept_source_route"].map((name) => `${link}.${name}`)))).toEqual([]);
    expect(on(["all", "default"].flatMap((link) => ["accept_redirects", "accept_source_route"].map((name) => `net.ipv6.conf.${link}.${name}`)))).toEqual([]);
    // As many may wait for gunicorn as it asks for: a lower figure cuts its 2048 off without a word.
    expect(settings.get("net.core.somaxconn")).toBeGreaterThanOrEqual(2048);
  });
});
