import type { Rule } from "../rule";

const given = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

export const connection: Rule = {
  name: "connection-host-key",
  types: ["command:remote:Command", "command:remote:CopyFile", "command:remote:CopyToRemote"],
  chapter: "Machines",
  severity: "critical",
  demands: "Every SSH connection checks the host key of the machine, and of the bastion before it, and logs in by key.",
  wrong: "A connection that checks no host key gives its secrets to whoever answers.",
  mend: "set hostKey in connection and in connection.proxy, from the key that the program made for the machine; no password.",
  answers: [],
  *check({ connection: to }) {
    if (!to) return;
    for (const [hop, where] of [[to, "connection"], [to.proxy, "connection.proxy"]]) {
      if (!hop) continue;
      if ("password" in hop) yield `${where} logs in with a password`;
      if (!given(hop.hostKey)) yield `${where} checks no host key`;
    }
  },
};
