import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sshd, sshdConfig } from "../../../machine/base/sshd";
import { effectiveSettings } from "../sshd";

const folder = mkdtempSync(join(tmpdir(), "ringo-sshd-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What sshd makes of the configuration, by the names of its settings. */
function effective(bastion: boolean): Map<string, string> {
  const [key, config] = [join(folder, `key-${bastion}`), join(folder, `config-${bastion}`)];
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  writeFileSync(config, sshdConfig({ forwardsTo: bastion ? "10.0.0.0/16" : undefined }).replace("/etc/ssh/ssh_host_ed25519_key", key));
  const lines = effectiveSettings(config).trim().split("\n");
  return new Map(lines.map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)]));
}

describe("sshd", () => {
  const bastion = effective(true);
  const inner = effective(false);

  test("accepts root by key and no password of any kind", () => {
    expect(inner.get("allowusers")).toBe("root");
    expect(inner.get("permitrootlogin")).toMatch(/^(prohibit|without)-password$/);
    expect(inner.get("authenticationmethods")).toBe("publickey");
    for (const option of ["passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords"]) expect(inner.get(option)).toBe("no");
  });

  test("logs the key of each login", () => expect(inner.get("loglevel")).toBe("VERBOSE"));

  test("reloads changed settings in the same update, unless they are invalid", () => {
    const { units, steps, files } = sshd({ authorizedKeys: ["ssh-ed25519 AAAA deployer"] });
    const { path } = files!.find((file) => file.path.startsWith("/etc/ssh/"))!;
    expect(units).toEqual([{ name: "ssh.service", reloadOn: [path] }]);
    const { command, onChange } = steps!.find(({ name }) => name.includes("sshd"))!;
    expect(onChange).toEqual([path]);
    const checked = (status: number) => spawnSync("sh", ["-ec", `sshd() { return ${status}; }\n${command}`]).status;
    expect([checked(0), checked(255)]).toEqual([0, 255]);
  });

  test("limits attempts and time to log in on a connection", () => {
    expect(Number(inner.get("maxauthtries"))).toBeLessThanOrEqual(3);
    expect(Number(inner.get("logingracetime"))).toBeLessThanOrEqual(30);
  });

  test("closes a connection whose other end is gone within a minute, and trusts no forgeable packets", () => {
    const silence = Number(inner.get("clientaliveinterval")) * Number(inner.get("clientalivecountmax"));
    expect(silence).toBeGreaterThan(0);
    expect(silence).toBeLessThanOrEqual(60);
    expect(inner.get("tcpkeepalive")).toBe("no");
  });

  test("offers only algorithms that ssh-audit accepts", () => {
    const offered = ["kexalgorithms", "ciphers", "macs", "hostkeyalgorithms"].map((option) => inner.get(option)!);
    for (const list of offered) expect(list).not.toMatch(/sha1|cbc|3des|nistp|diffie-hellman|md5|umac|hmac-sha2-\d+(,|$)|ssh-rsa|ssh-dss/);
    expect(inner.get("kexalgorithms")).toContain("curve25519-sha256");
    expect(inner.get("ciphers")).toContain("aes256-gcm@openssh.com");
    expect(inner.get("macs")).toContain("hmac-sha2-256-etm@openssh.com");
  });

  test("forwards only on the bastion, and there only to SSH", () => {
    expect(inner.get("allowtcpforwarding")).toBe("no");
    expect(bastion.get("allowtcpforwarding")).toBe("local");
    expect(bastion.get("permitopen")).toBe("*:22");
    for (const option of ["allowagentforwarding", "allowstreamlocalforwarding", "x11forwarding", "permittunnel"]) {
      expect([inner.get(option), bastion.get(option)]).toEqual(["no", "no"]);
    }
  });

  test("admits a deployment of a hundred machines through the bastion at once", () => {
    expect(Number(bastion.get("maxstartups")!.split(":")[0])).toBeGreaterThanOrEqual(100);
  });

  test("keeps room behind the bastion for a deployment, however many connections one neighbour holds open", () => {
    const [begin, , full] = inner.get("maxstartups")!.split(":").map(Number);
    const each = Number(inner.get("persourcemaxstartups"));
    expect(each).toBeGreaterThanOrEqual(10); // a deployment's own, which come from the bastion
    expect(each * 5).toBeLessThanOrEqual(begin);
    expect(full).toBeGreaterThan(begin);
    // All come from one deployer there.
    expect(bastion.get("persourcemaxstartups")).toBe("none");
  });

  test("is never left without a key that may log in", () => {
    expect(() => sshd({ authorizedKeys: [" "] })).toThrow("never be reached again");
  });

  test("exempts declared networks from its penalties", () => {
    expect(sshdConfig({ penaltyExempt: ["10.0.0.0/16", "10.1.0.0/16"] })).toContain("\nPerSourcePenaltyExemptList 10.0.0.0/16,10.1.0.0/16\n");
  });
});
