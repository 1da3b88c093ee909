import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sshFiles } from "../../cli/ssh";
import { sshdConfig } from "../../machine/base/sshd";

const bastion = { name: "edge", address: "198.18.0.200", hostKey: "ssh-ed25519 AAAAedge" };
const api = { name: "api-0", address: "10.20.0.4", hostKey: "ssh-ed25519 AAAAapi" };

describe("the SSH client's files", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
  const files = sshFiles(bastion, [api], directory);
  fs.writeFileSync(path.join(directory, "config"), files.config);
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  /** What OpenSSH itself makes of the configuration. */
  const asked = (host: string): Map<string, string> => new Map(
    execFileSync("ssh", ["-G", "-F", path.join(directory, "config"), host], { encoding: "utf8" })
      .split("\n").map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));

  test("connect to the bastion directly and to all others through it", () => {
    expect([asked("edge").get("hostname"), asked("edge").get("proxyjump")]).toEqual(["198.18.0.200", undefined]);
    expect([asked("api-0").get("hostname"), asked("api-0").get("proxyjump")]).toEqual(["10.20.0.4", "edge"]);
  });

  test("end a connection to a machine that is gone, as the machine ends one to a client that is", () => {
    for (const host of ["edge", "api-0"]) expect([asked(host).get("serveraliveinterval"), asked(host).get("serveralivecountmax")]).toEqual(["30", "2"]);
    expect(sshdConfig({})).toMatch(/^ClientAliveInterval 30\nClientAliveCountMax 2$/m);
  });

  test("accept only the stack's own host keys", () => {
    for (const host of ["edge", "api-0"]) {
      expect(["true", "yes"]).toContain(asked(host).get("stricthostkeychecking"));
      expect(asked(host).get("hostkeyalias")).toBe(host);
      expect(asked(host).get("userknownhostsfile")).toBe(path.join(directory, "known_hosts"));
    }
    expect(files.knownHosts).toBe("edge ssh-ed25519 AAAAedge\napi-0 ssh-ed25519 AAAAapi\n");
  });
});
