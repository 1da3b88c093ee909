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
  demands: "No secret is in a command's text, nor in the environment that it is to have on another machine.",
  wrong: "Every process of a machine can read another's command line, an environment travels only to an sshd that takes what it is sent, and where nobody marked it as a secret the stack's state has it in plain text.",
  mend: "send it on stdin, marked as a secret, as a machine's state is (machine/payload.ts). If the secret was real, make a new one.",
  answers: [],
  *check({ create, update, delete: remove, environment }, { type, settings }) {
    const sent = type === remote ? Object.entries(environment ?? {}).map(([name, value]): [string, string] => [`environment, as ${name}`, `${name}=${String(value)}`]) : [];
    for (const [where, text] of [["create", create], ["update", update], ["delete", remove], ...sent]) {
      if (typeof text === "string") yield* kindsIn(text, settings.secrets).map((kind) => `${kind} is in its ${where}`);
    }
  },
};
