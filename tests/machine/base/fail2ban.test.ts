import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail2ban } from "../../../machine/base/fail2ban";
import { content } from "../fragment";

test("fail2ban reads SSH's failures, and bans addresses with a few of them for minutes, each time for longer", () => {
  // It reads its settings by Python's own module.
  const read = execFileSync("/usr/bin/python3", ["-c", "import configparser, json, sys\nparser = configparser.ConfigParser()\nparser.read_file(sys.stdin)\nprint(json.dumps(dict(parser['sshd'])))"], { input: content(fail2ban([]), "/etc/fail2ban/jail.local"), encoding: "utf8" });
  expect(JSON.parse(read)).toMatchObject({ enabled: "true", backend: "systemd", banaction: "nftables", maxretry: expect.stringMatching(/^[1-5]$/), findtime: expect.stringMatching(/^\d+[mh]$/), bantime: expect.stringMatching(/^\d+[mh]$/), "bantime.increment": "true" });
  // To have rules of the firewall, and to know after a restart whom it had shut out.
  const service = content(fail2ban([]), "/etc/systemd/system/fail2ban.service.d/ringo.conf");
  expect(service).toMatch(/^CapabilityBoundingSet=.*\bCAP_NET_ADMIN\b/m);
  expect(service).toMatch(/^ReadWritePaths=.*\/var\/lib\/fail2ban\b/m);
});

test("fail2ban never bans excepted addresses", () => {
  expect(content(fail2ban(["10.0.0.0/16"]), "/etc/fail2ban/jail.local")).toContain("\nignoreip = 127.0.0.0/8 ::1 10.0.0.0/16\n");
});

test("fail2ban has no more of its machine than its work needs", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringo-fail2ban-"));
  try {
    const unit = join(folder, "fail2ban.service");
    writeFileSync(unit, `[Service]\nExecStart=/usr/bin/fail2ban-server\n${content(fail2ban([]), "/etc/systemd/system/fail2ban.service.d/ringo.conf")}`);
    // Debian's own unit has 9.6. It has to be root, and to reach the journal and the firewall.
    expect(spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=63", "--no-pager", unit], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
