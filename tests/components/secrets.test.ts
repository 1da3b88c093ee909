import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { deploy, short, stateOf } from "./program";

test("whatever secret a machine is told, its apply prints nowhere: not with a container's last lines, nor with a program's complaint", async () => {
  const { resources } = await deploy({
    workerInstanceCount: 2,
    registry: { username: "puller" }, registryToken: "not-a-registry-token",
    sentry: { organization: "ringo", project: "backend" }, sentryAuthToken: "not-a-token-of-sentry", sentryDsn: "https://not-a-key@sentry.ringo.dev/1",
    mediaStorage: { endpoint: "https://spaces.ringo.test", region: "fra1", bucket: "media" }, mediaAccessKeyId: "not-a-media-key", mediaSecretAccessKey: "not-a-media-secret",
    alerts: { runbook: "https://wiki.ringo.dev/alerts", telegramChatId: "-1009", email: { to: "to@ringo.test", from: "from@ringo.test", server: "mail.ringo.test:465", username: "mailer" } },
    alertTelegramToken: `9:${"not-a-token".repeat(3)}`, alertEmailPassword: "not-a-password-of-mail", alertSlackUrl: "https://hooks.slack.ringo.test/not-a-url",
  });
  const states = Object.fromEntries(resources.filter(({ type }) => type === "command:remote:Command").map((command) => [short(command.name), stateOf(command)]));
  const found = execFileSync("/usr/bin/python3", ["-IBc", `
import json, re, sys
sys.path.insert(0, sys.argv[1])
from apply import shell
for name, state in json.load(sys.stdin).items():
    text = "\\n".join([file["content"] for file in state["files"]] + [value for container in state["containers"] for value in container["environment"].values()])
    shell.keep_secret(state["secrets"])
    for what, told in [("told", text), ("printed", shell.strike(text))]:
        for secret in sorted(set(re.findall(r"(?:passwordOf|secretOf)\\w+|private (?:key|pem) of [\\w-]+|\\bnot-a-[\\w-]+", told))):
            print(name, what, secret)`, join(__dirname, "../../machine")], { input: JSON.stringify(states), encoding: "utf8" }).trim().split("\n");
  expect(found.filter((line) => line.includes(" told ")).length).toBeGreaterThan(50);
  expect(found.filter((line) => line.includes(" printed "))).toEqual([]);
});
