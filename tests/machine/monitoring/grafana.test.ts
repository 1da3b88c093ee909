import { grafana, type GrafanaOptions } from "../../../machine/monitoring/grafana";
import { combine } from "../../../machine/state";

const options: GrafanaOptions = {
  image: "registry.ringo.test/grafana:1", domain: "grafana.ringo.test", address: "10.20.0.9", scrapeSeconds: 15,
  tls: { certificate: "certificate", key: "not-a-tls-key" }, password: "not-a-password", secretKey: "not-a-secret-key",
  dashboards: { rules: { patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } } },
};
const oauth = {
  name: "Ringo", clientId: "grafana", clientSecret: "not-a-client-secret", allowedDomains: ["ringo.test", "ringo.dev"],
  authUrl: "https://id.ringo.test/auth", tokenUrl: "https://id.ringo.test:8444/token", apiUrl: "https://id.ringo.test/userinfo",
};

/** Sections of `grafana.ini` as its parser takes them: a value ends at ; and #. */
function settings(state: ReturnType<typeof combine>): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let section = "";
  for (const line of state.files.find(({ path }) => path.endsWith("/grafana.ini"))!.content.split("\n").filter((text) => text !== "")) {
    const [, heading] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, name, value] = /^(\w+) = ([^;#]*)$/.exec(line) ?? [];
    if (heading !== undefined) found[section = heading] = {};
    else found[section]![name!] = value!;
  }
  return found;
}

test("nobody gets in without a login, nobody can register, and nothing is sent out", () => {
  const { "auth.anonymous": anonymous, "auth.basic": basic, security, users, snapshots, public_dashboards: shared, analytics, plugins } = settings(combine(grafana(options)));
  expect([anonymous!.enabled, basic!.enabled, users!.allow_sign_up, shared!.enabled, snapshots!.enabled, snapshots!.external_enabled]).toEqual(Array(6).fill("false"));
  expect([security!.cookie_secure, security!.content_security_policy]).toEqual(["true", "true"]);
  expect([analytics!.reporting_enabled, analytics!.check_for_updates, plugins!.plugin_admin_enabled]).toEqual(Array(3).fill("false"));
});

test("secrets are only in its user's files, and redacted in all output", () => {
  const state = combine(grafana({ ...options, oauth }));
  const secrets = ["not-a-tls-key", "not-a-password", "not-a-secret-key", "not-a-client-secret"];
  expect([...state.secrets].sort()).toEqual([...secrets].sort());
  for (const secret of secrets) {
    expect(state.files.filter(({ content }) => content.includes(secret))).toEqual([expect.objectContaining({ owner: "ringo-grafana", mode: "0400", secret: true })]);
    expect(JSON.stringify([state.containers, state.steps])).not.toContain(secret);
  }
  const inside = (path: string) => state.containers[0]!.volumes!.map((volume) => volume.split(":")).find(([source]) => path.startsWith(`${source}/`));
  const { security, "auth.generic_oauth": generic } = settings(state);
  for (const reference of [security!.admin_password, security!.secret_key, generic!.client_secret]) {
    const [, path] = /^\$__file\{(.+)\}$/.exec(reference!)!;
    expect(state.files.some((file) => { const [source, target] = inside(file.path) ?? []; return source !== undefined && file.path.replace(source, target!) === path; })).toBe(true);
  }
});

test("dashboards are the program's, and use existing data sources", () => {
  const { files } = combine(grafana(options));
  const read = (path: string) => JSON.parse(files.find((file) => file.path.endsWith(path))!.content);
  expect(read("datasources/ringo.yaml").datasources.map(({ uid, url, editable }: any) => [uid, url, editable]))
    .toEqual([["prometheus", "http://127.0.0.1:9090", false], ["loki", "http://127.0.0.1:3100", false]]);
  expect(read("dashboards/ringo.yaml").providers[0]).toMatchObject({ allowUiUpdates: false, options: { path: "/etc/grafana/dashboards" } });
  expect(files.filter(({ path }) => path.includes("/dashboards/ringo-"))).toHaveLength(8);
});

test("it connects only to Prometheus, Loki and the identity provider", () => {
  const rules = (given: GrafanaOptions) => combine(grafana(given)).files.filter(({ path }) => path.startsWith("/etc/ringo/nftables/")).flatMap(({ content }) => content.trim().split("\n"));
  const shown = ['meta skuid { "ringo-grafana" } ip daddr 127.0.0.1 tcp dport 9090 accept comment "figures"', 'meta skuid "ringo-grafana" accept comment "the store\'s container"'];
  expect(rules(options)).toEqual(shown);
  expect(rules({ ...options, oauth }).sort()).toEqual([...shown, ...[8444, 443].map((port) => `meta skuid { "ringo-grafana" } tcp dport ${port} accept comment "log-in"`)].sort());
});

test("the provider's users are admitted by their e-mail's domain, as viewers unless the provider says otherwise", () => {
  const generic = (rolePath?: string) => settings(combine(grafana({ ...options, oauth: { ...oauth, rolePath } })))["auth.generic_oauth"]!;
  expect(generic()).toMatchObject({ allowed_domains: "ringo.test ringo.dev", use_pkce: "true", skip_org_role_sync: "true" });
  expect(generic("contains(groups[*], 'operators') && 'Editor' || 'Viewer'")).toMatchObject({ role_attribute_strict: "true", role_attribute_path: expect.stringContaining("operators") });
});

test("other settings, or another password, make another container; another dashboard does not", () => {
  const environment = (changes: Partial<GrafanaOptions>) => combine(grafana({ ...options, ...changes })).containers[0]!.environment;
  expect(environment({})).toEqual(environment({ dashboards: { ...options.dashboards, runbook: "https://wiki.ringo.test" } }));
  for (const changes of [{ domain: "g.ringo.test" }, { password: "another" }, { scrapeSeconds: 30 }]) expect(environment(changes)).not.toEqual(environment({}));
});
