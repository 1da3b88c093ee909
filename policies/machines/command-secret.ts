import type { Rule } from "../rule";
import { secretsIn } from "./secrets";

const remote = "command:remote:Command";

let last: { text: string; known: string[]; kinds: string[] } = { text: "", known: [], kinds: [] };

function kindsIn(text: string, known: string[]): string[] {
  // A program's commands say the same, and bring what differs on stdin.
  if (last.text !== text || last.known !== known) last = { text, known, kinds: secretsIn(text, known) };
  return last.kinds;
}

export const commandSecret: Rule = {
  name: "command-secret",
  types: [remote, "command:local:Command"],
  chapter: "Machines",
  severity: "critical",
  demands: "No secret is in a command's text, or in the environment of a remote command.",
  wrong: "Every process of a machine can read command lines, sshd drops environment variables that it is not configured to accept, and what is not marked as a secret is stored in the state in plain text.",
  fix: "send it on stdin, marked as a secret, like a machine's state (machine/payload.ts). If the secret was real, replace it.",
  answers: [],
  *check({ create, update, delete: remove, environment }, { type, settings }) {
    const sent = type === remote ? Object.entries(environment ?? {}).map(([name, value]): [string, string] => [`environment, as ${name}`, `${name}=${String(value)}`]) : [];
    for (const [where, text] of [["create", create], ["update", update], ["delete", remove], ...sent]) {
      if (typeof text === "string") yield* kindsIn(text, settings.secrets).map((kind) => `${kind} is in its ${where}`);
    }
  },
};
