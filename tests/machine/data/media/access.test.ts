import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mediaClient, mediaServer } from "../../../../machine/data/media";
import { content } from "../../fragment";
import { effectiveSettings } from "../../sshd";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ringo-media-")); });
afterEach(() => rmSync(folder, { recursive: true }));

describe("by what sshd makes of its file, who has a key to the shared files", () => {
  const server = mediaServer({ writers: ["ssh-ed25519 AAAAwriter"], readers: ["ssh-ed25519 AAAAreader"], allowedCidr: "10.0.0.0/24", path: "/srv/data/shared" });
  const held = (user: string): Map<string, string> => {
    const [key, config] = [join(folder, "key"), join(folder, "config")];
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    writeFileSync(config, `HostKey ${key}\nAllowUsers root\n${content(server, "/etc/ssh/sshd_config.d/60-ringo-media.conf")}`);
    const settings = effectiveSettings(config, "-C", `user=${user},host=api-0,addr=10.0.0.6`).trim().split("\n");
    return new Map(settings.map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]));
  };

  test.each([["ringo-media", "internal-sftp -u 0022"], ["ringo-media-reader", "internal-sftp -R"]])("as %s is shown them, from the stack's network alone, and nothing else", (user, sftp) => {
    expect(Object.fromEntries(held(user))).toMatchObject({
      allowusers: `${user}@10.0.0.0/24`, authenticationmethods: "publickey", authorizedkeysfile: `/etc/ssh/${user}.keys`,
      chrootdirectory: "/srv/data/shared", forcecommand: sftp, disableforwarding: "yes", permittty: "no",
    });
  });

  test("is no reader by a writer's key, and the other way round", () => {
    expect(["ringo-media", "ringo-media-reader"].map((user) => content(server, `/etc/ssh/${user}.keys`))).toEqual(["ssh-ed25519 AAAAwriter\n", "ssh-ed25519 AAAAreader\n"]);
  });
});

test("by what ssh makes of sshfs's options, a machine takes nobody else for the server, asks nobody anything, and soon notices that the server is gone", () => {
  const { files } = mediaClient({ server: "10.0.0.5", hostKey: "ssh-ed25519 AAAAserver", privateKey: "not-a-key" });
  const [, options] = /^ExecStart=sshfs .* -o (\S+) /m.exec(files!.find(({ path }) => path.endsWith("/ringo-media.service"))!.content)!;
  const forSsh = options!.replaceAll("%d", folder).split(",").filter((option) => /^[A-Z]/.test(option)).flatMap((option) => ["-o", option]);
  const made = execFileSync("ssh", ["-G", "-F", "/dev/null", ...forSsh, "10.0.0.5"], { encoding: "utf8" });
  const settings = Object.fromEntries(made.trim().split("\n").map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]));
  expect(settings).toMatchObject({ stricthostkeychecking: "true", userknownhostsfile: `${folder}/known_hosts`, globalknownhostsfile: "/dev/null", identityfile: `${folder}/key`, identitiesonly: "yes", batchmode: "yes" });
  const noticed = Number(settings.serveraliveinterval) * Number(settings.serveralivecountmax);
  expect(noticed).toBeGreaterThan(0); // 0 is never
  expect(Math.max(noticed, Number(settings.connecttimeout))).toBeLessThanOrEqual(10);
});
