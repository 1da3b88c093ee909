import { readFileSync } from "node:fs";
import { join } from "node:path";
import { textfiles } from "../monitoring/node";
import { sandbox } from "../sandbox";
import type { Fragment } from "../state";
import { operatorInForce } from "./redis";

const program = "/usr/local/lib/ringo/queueing.py";
const unit = "/etc/systemd/system/ringo-queueing.service";

/** Ensures that workers can always work: queueing (by its Redis user) is refused while little memory is left. */
export const queueing = (user: string): Fragment => ({
  packages: ["python3-redis"],
  directories: [{ path: textfiles }],
  files: [
    { path: program, content: readFileSync(join(__dirname, "queueing.py"), "utf8") },
    { path: unit, content: service(user) },
  ],
  units: [{ name: "ringo-queueing.service", restartOn: [program, unit] }],
});

const service = (user: string): string => {
  const command = (action: string): string => `/usr/bin/python3 -IB ${program} ${action} ${user} ${operatorInForce} ${textfiles}/ringo_queueing.prom`;
  return `[Unit]
Description=Keeps the last of Redis's memory for workers
After=redis-server.service
StartLimitIntervalSec=0

[Service]
ExecStart=${command("look")}
# However it exits, queueing is allowed again.
ExecStopPost=-${command("give-back")}
Restart=always
RestartSec=1
${sandbox({ network: "internet", addresses: ["127.0.0.1"], writable: [textfiles] })}
[Install]
WantedBy=multi-user.target
`;
};
