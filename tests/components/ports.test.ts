import type { MachineState } from "../../machine/state";
import { deploy, outputsOf, stateOf, type Registered } from "./program";

/** Ports that the rules of a file accept, as `tcp 22`. */
const accepted = (rules: string): string[] =>
  rules.split("\n").filter((line) => /\baccept\b/.test(line)).flatMap((line) => {
    const [, protocols, ports] = /(tcp|udp|\{ tcp, udp \} th) dport (\{[^}]*\}|\d+)/.exec(line) ?? [];
    if (ports === undefined) return [];
    return protocols.match(/tcp|udp/g)!.flatMap((protocol) => ports.match(/\d+/g)!.map((port) => `${protocol} ${port}`));
  });

const sorted = (ports: string[]): string[] => [...new Set(ports)].sort();
const chain = (ruleset: string, name: string): string => new RegExp(`chain ${name} \\{\\n([^]*?)\\n {2}\\}`).exec(ruleset)![1].replace(/^.*169\.254.*$/gm, "");

describe("the cloud's firewall and the machine's own open the same ports", () => {
  let resources: Registered[];
  beforeAll(async () => {
    ({ resources } = await deploy({
      acme: { email: "operator@ringo.test", server: "https://acme.ringo.test:14000/dir" },
      image: `registry.ringo.test:5000/backend@sha256:${"ab".repeat(32)}`,
      logs: { image: `registry.ringo.test:5000/loki@sha256:${"cd".repeat(32)}` },
      grafana: {
        image: `registry.ringo.test:5000/grafana@sha256:${"ef".repeat(32)}`, domain: "grafana.ringo.test",
        oauth: {
          name: "Ringo", clientId: "grafana", allowedDomains: ["ringo.test"],
          authUrl: "https://id.ringo.test/auth", tokenUrl: "https://id.ringo.test:8444/token", apiUrl: "https://id.ringo.test:8445/userinfo",
        },
      },
      grafanaOauthSecret: "not-a-secret-of-a-client",
      backups: { endpoint: "https://s3.ringo.test:7070" },
      outboundPorts: [443, 587],
      mediaStorage: { endpoint: "https://spaces.ringo.test:9000", region: "fra1", bucket: "media" },
      mediaAccessKeyId: "media-key", mediaSecretAccessKey: "media-secret",
      alerts: { runbook: "https://wiki.ringo.dev/alerts", email: { to: "a@ringo.test", from: "b@ringo.test", server: "mail.ringo.test:465", username: "b" } },
      sentry: { organization: "ringo", project: "backend", url: "https://sentry.ringo.test:9000" }, sentryAuthToken: "not-a-token-of-sentry",
      alertEmailPassword: "not-a-password", alertWebhookUrl: "https://hooks.ringo.test:9443/alerts", deadMansSwitchUrl: "https://switch.ringo.test:8443/",
    }));
  });

  test.each([["edge", "edge"], ["api-0", "api"], ["worker-0", "worker"], ["data", "data"], ["monitor", "monitor"]])("on %s", (host, role) => {
    const states: MachineState[] = resources
      .filter(({ type, name }) => type === "command:remote:Command" && name.startsWith(`${host}-`))
      .map(stateOf);
    const files = states.flatMap((state) => state.files);
    const ruleset = files.find(({ path }) => path === "/etc/nftables.conf")!.content;
    // Connections within a machine do not pass the cloud's firewall.
    const droplet = resources.find(({ type, name }) => type === "digitalocean:index/droplet:Droplet" && name.startsWith(`${host}-`))!;
    const itself = ["127.0.0.1", outputsOf(droplet.type, droplet.name, droplet.inputs).ipv4AddressPrivate];
    const added = files.filter(({ path }) => path.startsWith("/etc/ringo/nftables/")).map(({ content }) => content).join("")
      .split("\n").filter((line) => !itself.some((address) => line.includes(`daddr ${address} `))).join("\n");
    const published = states.flatMap((state) => state.containers).flatMap(({ publish = [] }) => publish).filter((text) => !text.startsWith("127.")).map((text) => `tcp ${text.split(":")[1]}`);

    const { inputs: firewall } = resources.find(({ name }) => name === `network-firewall-${role}`)!;
    const named = (rules: any[]): string[] => sorted(rules.filter(({ protocol }) => protocol !== "icmp").map(({ protocol, portRange }) => `${protocol} ${portRange}`));
    expect(sorted(accepted(chain(ruleset, "output") + added))).toEqual(named(firewall.outboundRules.filter(({ destinationTags }: any) => !destinationTags?.every((tag: string) => tag.endsWith(`-${role}`)))));
    expect(sorted([...accepted(chain(ruleset, "input")), ...published])).toEqual(named(firewall.inboundRules));
  });

  test("every outgoing rule to a role has its incoming rule, and vice versa", () => {
    const firewalls = resources.filter(({ type }) => type.endsWith(":Firewall")).map(({ name, inputs }) => ({ role: name.replace("network-firewall-", ""), inputs }));
    const roles = (tags: string[] = []): string[] => tags.map((tag) => tag.replace(/^.*-/, ""));
    const out = firewalls.flatMap(({ role, inputs }) => inputs.outboundRules.flatMap(({ portRange, destinationTags }: any) => roles(destinationTags).map((other) => `${role} to ${other} ${portRange}`)));
    const into = firewalls.flatMap(({ role, inputs }) => inputs.inboundRules.flatMap(({ portRange, sourceTags }: any) => roles(sourceTags).map((other) => `${other} to ${role} ${portRange}`)));
    expect(out).toContain("edge to worker 22");
    expect(sorted(out)).toEqual(sorted(into));
  });
});
