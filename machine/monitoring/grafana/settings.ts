import type { DashboardsOptions } from "../dashboards";

export interface GrafanaOptions {
  /** By digest. */
  image: string;
  /** Its public name. */
  domain: string;
  /** The private address that the edge reaches. */
  address: string;
  /** PEM. */
  tls: { certificate: string; key: string };
  /** Of the user `admin`. */
  password: string;
  /** Encrypts Grafana's own secrets. */
  secretKey: string;
  /** The scrape interval. */
  scrapeSeconds: number;
  dashboards: DashboardsOptions;
  /** @default only Grafana's own login */
  oauth?: {
    name: string; clientId: string; clientSecret: string; authUrl: string; tokenUrl: string; apiUrl: string; allowedDomains: string[]; rolePath?: string;
  };
}

/** Where the container finds its files. */
export const inside = {
  settings: "/etc/grafana/grafana.ini",
  provisioning: "/etc/grafana/provisioning",
  dashboards: "/etc/grafana/dashboards",
  tls: "/etc/grafana/tls",
  secrets: "/etc/grafana/secrets",
} as const;

type Value = string | number | boolean;

/** `grafana.ini`, without secrets: Grafana reads those from files of their own. */
export function settings({ domain, address, oauth }: GrafanaOptions, port: number): string {
  return ini({
    server: {
      protocol: "https", http_addr: address, http_port: port, domain, root_url: `https://${domain}/`,
      cert_file: `${inside.tls}/certificate.pem`, cert_key: `${inside.tls}/key.pem`, min_tls_version: "TLS1.3",
    },
    database: { type: "sqlite3", wal: true },
    security: {
      admin_user: "admin", admin_password: secret("password"), secret_key: secret("key"),
      // Lax: the redirect back from an OpenID provider needs the login's state cookie.
      cookie_secure: true, cookie_samesite: "lax", content_security_policy: true, disable_gravatar: true,
    },
    users: { allow_sign_up: false, allow_org_create: false, auto_assign_org_role: "Viewer" },
    auth: { login_maximum_inactive_lifetime_duration: "1d", login_maximum_lifetime_duration: "7d" },
    "auth.anonymous": { enabled: false },
    "auth.basic": { enabled: false },
    ...(oauth ? {
      "auth.generic_oauth": {
        enabled: true, name: oauth.name, client_id: oauth.clientId, client_secret: secret("oauth"), scopes: "openid profile email",
        auth_url: oauth.authUrl, token_url: oauth.tokenUrl, api_url: oauth.apiUrl, use_pkce: true,
        allow_sign_up: true, allowed_domains: oauth.allowedDomains.join(" "),
        ...(oauth.rolePath === undefined ? { skip_org_role_sync: true } : { role_attribute_path: oauth.rolePath, role_attribute_strict: true }),
      },
    } : {}),
    dashboards: { default_home_dashboard_path: `${inside.dashboards}/ringo-overview.json` },
    // Alertmanager notifies people, and nothing is shared outside.
    unified_alerting: { enabled: false },
    public_dashboards: { enabled: false },
    snapshots: { enabled: false, external_enabled: false },
    // Nothing is fetched from or reported to the outside.
    plugins: { plugin_admin_enabled: false, preinstall_disabled: true },
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false, feedback_links_enabled: false },
    news: { news_feed_enabled: false },
    // Dashboards poll; nothing is pushed.
    live: { max_connections: 0 },
    log: { mode: "console", level: "warn" },
    "log.console": { format: "json" },
  });
}

const secret = (name: string): string => `$__file{${inside.secrets}/${name}}`;

const ini = (sections: Record<string, Record<string, Value>>): string => Object.entries(sections)
  .map(([section, values]) => [`[${section}]`, ...Object.entries(values).map(([name, value]) => `${name} = ${value}`), ""].join("\n")).join("\n");

/** The data sources, under the names that dashboards use. JSON, which is YAML. */
export const dataSources = (prometheusUrl: string, lokiUrl: string, scrapeSeconds: number): object => ({
  apiVersion: 1,
  prune: true,
  datasources: [
    {
      uid: "prometheus", name: "Prometheus", type: "prometheus", access: "proxy", url: prometheusUrl, isDefault: true, editable: false,
      jsonData: { httpMethod: "POST", timeInterval: `${scrapeSeconds}s` },
    },
    { uid: "loki", name: "Loki", type: "loki", access: "proxy", url: lokiUrl, editable: false, jsonData: { maxLines: 1000 } },
  ],
});

/** The source of dashboards: only the program's own, not editable by hand. */
export const dashboardProvider: object = {
  apiVersion: 1,
  providers: [{
    name: "ringo", orgId: 1, folder: "", type: "file", disableDeletion: false, allowUiUpdates: false, updateIntervalSeconds: 60,
    options: { path: inside.dashboards, foldersFromFilesStructure: false },
  }],
};
