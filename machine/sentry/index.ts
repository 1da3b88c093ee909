/**
 * Reports roll-outs to Sentry, from the machine that nothing depends on. What Sentry does not receive at once is resent later
 * by a timer: no roll-out waits for it, or fails because of it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "../content";
import { mayReach } from "../egress";
import { portOf } from "../url";
import { sandbox } from "../sandbox";
import { combine, type Fragment, type Step } from "../state";

export interface SentryOptions {
  /** Sentry's URL: `https://sentry.io`, one of its regions, or a self-hosted one. */
  url: string;
  organization: string;
  project: string;
  /** The environment of deploys. */
  environment: string;
  /** Secret. */
  token: string;
}

const user = "ringo-sentry";
const unit = "ringo-sentry";
const program = "/usr/local/lib/ringo/sentry.py";
const directory = "/etc/ringo/sentry";
const settings = `${directory}/settings.json`;
const token = `${directory}/token`;
const servicePath = `/etc/systemd/system/${unit}.service`;
const timerPath = `/etc/systemd/system/${unit}.timer`;

/**
 * Sentry's name for this image's release, also in `SENTRY_RELEASE`: the repository's last name and the digest, as in
 * `backend@0123…`; or the tag, if a throwaway stack has no digest. Sentry accepts no name with a slash, and its names are shared
 * by a whole organization.
 */
export function sentryRelease(image: string): string {
  const [, name, tag = "latest", digest] = /([^/:@]+)(?::([^/:@]+))?(?:@sha256:([0-9a-f]{64}))?$/.exec(image) ?? [];
  if (name === undefined) throw new Error(`"${image}" is not an image`);
  return `${name.slice(0, 64)}@${digest ?? tag}`;
}

/** The reporter, idle until there is something to report. */
export function sentryReporter({ url, token: secret, ...rest }: SentryOptions): Fragment {
  return combine(
    mayReach("sentry", [{ name: "sentry", port: portOf(url), to: "any", users: [user] }]),
    {
      packages: ["python3"],
      users: [{ name: user }],
      files: [
        { path: program, content: readFileSync(join(__dirname, "report.py"), "utf8") },
        { path: servicePath, content: service },
        { path: timerPath, content: timer },
        { path: settings, content: json({ url, ...rest }) },
        { path: token, content: `${secret}\n`, mode: "0600", secret: true },
      ],
      units: [{ name: `${unit}.timer`, restartOn: [timerPath] }],
      // With a new token, waiting reports are sent at once.
      steps: [tell("Sentry is told what it did not hear", [settings, token])],
      secrets: [secret],
    },
  );
}

/** A roll-out begins: Sentry knows the release before anything of it can fail. */
export const releaseBegins = (release: string): Fragment => noted("release", release, "Sentry is told of the release");

/** The roll-out is complete. */
export const releaseDeployed = (release: string): Fragment => noted("deploy", release, "Sentry is told of the deploy");

/** The file's time is the event's: it is written only when its content changes. */
function noted(event: "release" | "deploy", release: string, step: string): Fragment {
  const path = `${directory}/${event}`;
  return { files: [{ path, content: `${release}\n` }], steps: [tell(step, [path])] };
}

const tell = (name: string, onChange: string[]): Step => ({
  name,
  onChange,
  when: "after-units",
  mayFail: true,
  command: `systemctl start ${unit}.service || { journalctl --identifier=${unit} --lines=1 --output=cat; exit 1; }`,
  timeoutSeconds: 60,
});

const service = `[Unit]
Description=Tells Sentry of roll-outs
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -IB ${program} ${settings} ${directory} /var/lib/${unit}/told.json /run/credentials/${unit}.service/token
User=${user}
StateDirectory=${unit}
LoadCredential=token:${token}
SyslogIdentifier=${unit}
# It checks every five minutes whether there is anything to report, which need not be logged.
LogLevelMax=notice
SyslogLevel=warning
TimeoutStartSec=50
${sandbox({ network: "internet" })}`;

const timer = `[Unit]
Description=Tells Sentry what it did not hear

[Timer]
OnBootSec=1min
OnUnitInactiveSec=5min

[Install]
WantedBy=timers.target
`;
