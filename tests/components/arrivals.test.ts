import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy, named, short, stateOf, type Registered } from "./program";

const folder = mkdtempSync(join(tmpdir(), "ringo-arrivals-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Everything that a machine's commands write to it, and the environment of its containers. */
const told = (resources: Registered[], host: string): string => JSON.stringify(resources
  .filter(({ type, name }) => type === "command:remote:Command" && short(name).startsWith(`${host}-`)).map(stateOf));

const operatorKey = execFileSync("sh", ["-ec", 'ssh-keygen -q -t ed25519 -N "" -C operator -f "$1/key"; cat "$1/key.pub"', "sh", folder], { encoding: "utf8" }).trim();
const authority = execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=authority", "-addext", "basicConstraints=critical,CA:TRUE", "-days", "30"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

describe("configuration reaches the machines", () => {
  let resources: Registered[];
  beforeAll(async () => {
    ({ resources } = await deploy({
      edge: { clientMaxBodyMiB: 7 }, apiTimeoutSeconds: 77, acme: { email: "who@ringo.test" }, autoscaler: { enabled: false }, dockerCidr: "172.29.0.0/16",
      backups: { retentionDays: 33 }, restore: "2026-01-02T03:04:05Z", operatorSshKeys: [operatorKey], trustedCertificates: [authority],
      alerts: { runbook: "https://wiki.ringo.dev/alerts", telegramChatId: "-1009", email: { to: "to@ringo.test", from: "from@ringo.test", server: "mail.ringo.test:465", username: "mailer" } },
      alertTelegramToken: `9:${"not-a-token".repeat(3)}`, alertEmailPassword: "not-a-password-of-mail", alertSlackUrl: "https://hooks.slack.ringo.test/not-a-url", alertWebhookUrl: "https://hooks.ringo.test/not-a-hook", deadMansSwitchUrl: "https://switch.ringo.test/not-a-switch",
    }));
  });

  test.each([
    ["edge.clientMaxBodyMiB", "edge", /client_max_body_size 7m;/],
    ["apiTimeoutSeconds, and the edge waits a little longer", "edge", /proxy_read_timeout 82s;/],
    ["apiTimeoutSeconds", "api-0", /--timeout\W+77\b/],
    ["acme.email", "edge", /who@ringo\.test/],
    ["autoscaler.enabled", "worker-0", /CELERY_WORKER_AUTOSCALER\W+false/],
    ["dockerCidr", "api-0", /172\.29\./],
    ["dockerCidr of the monitor's containers", "monitor", /172\.29\./],
    ["restore, to PostgreSQL and the media files", "data", /(?=.*(?<!media) initialize --time 2026-01-02T03:04:05)(?=.* media initialize --time 2026-01-02T03:04:05)/],
    ["backups.retentionDays, to PostgreSQL's and the media files'", "data", /(?=.*repo1-retention-full=33\b)(?=.*RINGO_KEEP_DAYS\W+33\b)/],
    ["alerts.telegramChatId, and the token for it", "monitor", /(?=.*-1009)(?=.*9:not-a-token)/],
    ["alerts.email, and the password for it", "monitor", /(?=.*to@ringo\.test)(?=.*from@ringo\.test)(?=.*mail\.ringo\.test:465)(?=.*not-a-password-of-mail)/],
    ["alertSlackUrl", "monitor", /hooks\.slack\.ringo\.test/],
    ["alertWebhookUrl", "monitor", /hooks\.ringo\.test/],
    ["deadMansSwitchUrl", "monitor", /switch\.ringo\.test/],
  ])("%s", (_name, host, expected) => expect(told(resources, host)).toMatch(expected));

  test("operatorSshKeys and trustedCertificates, on every machine", () => {
    for (const { name } of resources.filter(({ type }) => type.endsWith(":Droplet"))) {
      const { files } = stateOf(named(resources, short(name).replace("-droplet", "-base")));
      expect([name, files.find(({ path }) => path === "/root/.ssh/authorized_keys")!.content]).toEqual([name, expect.stringContaining(operatorKey)]);
      expect([name, files.filter(({ path }) => path.endsWith(".crt")).map(({ content }) => content.trim())]).toEqual([name, [authority.trim()]]);
    }
  });
});
