import type { Rule } from "../rule";
import { eachKnown } from "../unknown";
import { bringsState } from "./state";

const given = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

export const connection: Rule = {
  name: "connection-host-key",
  types: ["command:remote:Command", "command:remote:CopyFile", "command:remote:CopyToRemote"],
  chapter: "Machines",
  severity: "critical",
  demands: "Every SSH connection checks the host key of the machine, and of the bastion before it, and logs in by key.",
  wrong: "Without that check, the connection sends its secrets to whoever answers.",
  fix: "set hostKey in connection and in connection.proxy, from the key that the program generated for the machine; remove the password.",
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

/** By each of these a command believes whoever answers, and what it does by that. */
const believing: [RegExp, string][] = [
  [/stricthostkeychecking[\s=]+["']?(no|off|accept-new)\b/i, "checks no host key"],
  [/\bssh-keyscan\b[^|;&\n]{0,300}?((?<!2)>|\|\s*(sudo\s+)?tee\b)/, "takes the host key of whoever answers"],
  [/\b(curl\b[^|;&\n]{0,300}?\s(-[a-zA-Z]*k[a-zA-Z]*|--insecure)|wget\b[^|;&\n]{0,300}?\s--no-check-certificate)(?![\w-])/, "checks no certificate"],
  [/\bhttp\.sslVerify[ =](false|0)\b|\bGIT_SSL_NO_VERIFY=\w|\b(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)=0|\s--(no-verify-ssl|trusted-host|insecure-skip-tls-verify|allow-unauthenticated)\b|\bstrict-ssl[ =]false\b/i, "checks no certificate"],
];

/** A text as the shell's words: lines that go on are one, and what is quoted is a word, whatever is in it. */
const unquoted = (text: string): string => text.replaceAll(/\\\r?\n/g, " ").replaceAll(/"[^"\n]*"|'[^'\n]*'/g, (quoted) => quoted.slice(1, -1).replaceAll(/[|;&]/g, "_"));

export const commandHostKey: Rule = {
  name: "command-host-key",
  types: ["command:local:Command", "command:remote:Command"],
  chapter: "Machines",
  severity: "critical",
  demands: "SSH started by a command also checks the host key, and a download checks the certificate.",
  wrong: "Without that check, the command sends its data to whoever answers, and runs what it receives.",
  fix: "remove StrictHostKeyChecking and --insecure, and give the key in UserKnownHostsFile or the certificate in --cacert; better, use command.remote with hostKey.",
  answers: [],
  *check(inputs) {
    // Read one at a time: a preview of a new stack knows the command, but not yet the stdin.
    const texts: [string, () => unknown][] = [
      ["create", () => inputs.create], ["update", () => inputs.update], ["delete", () => inputs.delete], ["interpreter", () => inputs.interpreter?.join(" ")],
      ...Object.keys(inputs.environment ?? {}).map((name): [string, () => unknown] => ["environment", () => `${name}=${String(inputs.environment[name])}`]),
      ["stdin", () => (bringsState(inputs) ? undefined : inputs.stdin)],
    ];
    yield* eachKnown(texts, function* ([where, read]) {
      const text = read();
      if (typeof text !== "string") return;
      const does = believing.filter(([pattern]) => [text, unquoted(text)].some((each) => pattern.test(each))).map(([, what]) => what);
      yield* [...new Set(does)].map((what) => `${where} ${what}`);
    });
  },
};

export const providerTls: Rule = {
  name: "provider-tls",
  types: ["pulumi:providers:aws", "pulumi:providers:digitalocean"],
  chapter: "Machines",
  severity: "critical",
  demands: "The program connects to AWS and DigitalOcean over TLS and verifies the certificate.",
  wrong: "Anyone on the network path can read its credentials and impersonate the cloud.",
  fix: "remove insecure from the provider, and give its endpoints (apiEndpoint, spacesEndpoint) with https, or not at all.",
  answers: [],
  *check({ insecure, endpoints, apiEndpoint, spacesEndpoint }) {
    if (String(insecure) === "true") yield "insecure is on"; // a provider is given its inputs as text
    for (const [name, value] of Object.entries({ endpoints, apiEndpoint, spacesEndpoint })) if (/\bhttp:/i.test(JSON.stringify(value ?? ""))) yield `${name} has an address without TLS`;
  },
};
