/** The security checklist: every requirement, and what enforces it. docs/security/checklist.md is generated from it. */

/** One requirement. A column that is left out is not needed; an empty one is needed but still missing, and the page calls it a gap. */
export interface Row {
  /** What must be true. */
  demands: string;
  /** Rules of the pack that refuse a violation. */
  policies?: string[];
  /** Files of machine/ that make it part of a machine's state, which every apply restores. */
  machine?: string[];
  /** Names of tests that check it, by file below tests/. */
  tests?: Record<string, string[]>;
  /** What is still missing, where a column is filled in part. */
  missing?: string;
}

const running = "local/stack/running";

const network: Row[] = [
  {
    demands: "From the internet only ports 80 and 443 of the edge are open, by IPv4 and IPv6",
    policies: ["firewall-inbound-world", "security-group-inbound-world", "app-inside"],
    machine: ["base/nftables.ts"],
    tests: {
      [`${running}/48-ports.test.ts`]: ["from the internet, the edge answers strangers and operators on the ports declared for each, and on no others", "from the internet, no private address answers, even if packets are routed there", "over UDP nothing answers the internet or a neighbour, and each machine's own firewall allows nothing"],
      "components/ports.test.ts": ["the cloud's firewall and the machine's own open the same ports"],
    },
  },
  { demands: "SSH is reachable on the bastion only, from named ranges no wider than /16 (IPv4) or /32 (IPv6)", policies: ["firewall-ssh"], machine: ["base/nftables.ts", "base/sshd.ts"] },
  { demands: "Every droplet has a cloud firewall, which refers to machines of this stack only", policies: ["droplet-firewalled", "firewall-own-tags"] },
  { demands: "Only the edge has a public address", policies: ["public-address", "reserved-address"], tests: { "components/stack.test.ts": ["gives only the edge a public address"] } },
  { demands: "Every droplet, and every other resource that can be, is in the stack's own VPC, which is not peered with another stack's", policies: ["droplet-own-vpc", "private-network", "vpc-peering-own"] },
  {
    demands: "Outgoing connections go to named destinations only, and on a machine only from the program that needs them",
    policies: ["firewall-outbound-named"],
    machine: ["egress.ts", "base/nftables.ts", "base/resolvers.ts"],
    tests: {
      "machine/base/nftables.test.ts": ["drops what is not declared, in, out and forwarded", "allows each concern's users only their destinations", "answers root, DNS, and users whom a concern allows"],
      "machine/base/resolvers.test.ts": ["are those of the machine, from whichever file, and stay when the rules are reloaded"],
      [`${running}/81-machines.test.ts`]: ["each machine's firewall allows its resolver on port 53, and follows when the resolver changes"],
      [`${running}/47-stolen-api.test.ts`]: ["only the container and root reach the internet, on the declared ports; root no more even without the machine's firewall", "all DNS queries go to the machine's resolver, and nothing else is reachable on that port"],
    },
  },
  {
    demands: "PostgreSQL, Redis, exporters, Loki and containers listen on private addresses, each open only to its clients",
    machine: ["data/postgres/index.ts", "data/redis.ts", "backend/api.ts", "logs/store.ts"],
    tests: {
      [`${running}/40-closed.test.ts`]: ["a neighbour reaches exactly what its role may", "only Prometheus reads metrics, and nobody reads the monitor's", "listeners on a machine's loopback answer root and the programs that need them, and no other programs there"],
      [`${running}/53-logs.test.ts`]: ["an intruder on a machine can add lines, but read none"],
      [`${running}/48-ports.test.ts`]: ["each machine answers each neighbour on the ports declared for the two, and on no others", "without the cloud's firewall, each machine's own allows the ports declared for any neighbour, and no others", "beyond loopback only what is declared listens"],
    },
  },
  { demands: "A load balancer, if there is one, redirects HTTP to HTTPS and forwards to the edge only", policies: ["load-balancer-https", "load-balancer-edge", "load-balancer-backends"] },
  { demands: "DNS records expire within an hour, point to the stack's own resources, and authenticate mail", policies: ["dns-own-target", "dns-ttl", "dns-spf", "dns-mail"] },
];

const machines: Row[] = [
  {
    demands: "SSH by key only: no passwords, root by the deployer's and operators' keys, modern ciphers",
    policies: ["droplet-ssh-key"],
    machine: ["base/sshd.ts", "base/cloud-init.ts"],
    tests: { "machine/base/sshd.test.ts": ["accepts root by key and no password of any kind", "offers only algorithms that ssh-audit accepts", "forwards only on the bastion, and there only to SSH"], [`${running}/81-machines.test.ts`]: ["ssh-audit finds no failure in any machine's SSH"] },
  },
  {
    demands: "Every remote connection checks a host key",
    policies: ["connection-host-key", "command-host-key"],
    tests: {
      "components/stack.test.ts": ["checks a host key on every connection, including the bastion's"],
      "local/stack/policies.test.ts": ["a connection without a host key is refused in a preview and in an update, and nothing is run"],
    },
  },
  {
    demands: "User data contains no secret, by shape, entropy or value",
    policies: ["user-data-secret"],
    tests: {
      "components/stack.test.ts": ["has no key in user data that is still trusted after the first connection"],
      "local/stack/policies.test.ts": ["a secret in user data is named by kind, never by value; advisory violations are printed and pass"],
    },
  },
  {
    demands: "Secrets are in root-only files: not on command lines, in transmitted environments or in logs",
    policies: ["command-secret"],
    machine: ["payload.ts", "state.ts"],
    tests: {
      [`${running}/40-closed.test.ts`]: ["the stack's secrets are in plain text only in root-only files"],
      "machine/apply/secrets.test.ts": ["are redacted in a bug's stack trace"],
    },
  },
  {
    demands: "The metadata service answers only root and the cloud's own agent",
    machine: ["base/metadata.ts"],
    tests: { "machine/base/nftables.test.ts": ["closes the metadata to containers and to everyone except root and the cloud's agent"], [`${running}/81-machines.test.ts`]: ["of all users of a machine, only root and the cloud's agent reach the metadata"], [`${running}/47-stolen-api.test.ts`]: ["the container reaches its data, but neither the metadata, nor any machine's SSH, nor another machine's API"] },
  },
  {
    demands: "A compromised API machine reaches only the database, as its own role, and nothing else of the stack",
    machine: ["egress.ts", "backend/network.ts", "data/postgres/index.ts", "data/postgres/roles.ts"],
    tests: {
      [`${running}/47-stolen-api.test.ts`]: [
        "PostgreSQL admits it only as its own role, only to its own database, and only encrypted", "its role can use its tables, but not the server's settings, files or programs",
        "code that it leaves in its database runs only with its own rights, whoever triggers it",
        "Redis allows it what Celery needs, but not to flush, list, reconfigure, copy or stop it", "the container reaches its data, but neither the metadata, nor any machine's SSH, nor another machine's API",
        "the machine's key to the shared files opens only those: no shell, no forwarding, no other account", "nothing on the machine opens the backups in S3, and they are closed without a key",
      ],
      "machine/data/owner.test.ts": ["a table with any name is counted, and its name is never executed", "a superuser who logs in by hand searches names in pg_catalog, whatever the owner has set", "code triggered by a count has only the owner's rights, and cannot fake the result"],
    },
  },
  { demands: "The image is a Debian release with security support, named by slug", policies: ["droplet-image"] },
  {
    demands: "Grafana: open to named networks only, never anonymous, and with no outgoing connections except to its log-in provider",
    machine: ["monitoring/grafana/index.ts", "monitoring/grafana/settings.ts", "edge/nginx/grafana.ts"],
    tests: {
      "machine/monitoring/grafana.test.ts": ["nobody gets in without a login, nobody can register, and nothing is sent out", "it connects only to Prometheus, Loki and the identity provider"],
      "machine/edge/nginx/grafana.test.ts": ["is shown only to declared networks, under its own name"],
      [`${running}/91-grafana.test.ts`]: ["nobody else reaches it: by address, by name, by port", "its secrets are only in its own files"],
    },
  },
  { demands: "What runs on a machine is in its state: remote commands apply states and do nothing else", policies: ["command-state"], machine: ["payload.ts"] },
  { demands: "Monitoring is on, and so are backups of machines whose data has no other backup", policies: ["droplet-monitoring", "droplet-backups"] },
  {
    demands: "Security updates are installed automatically, with a reboot at a set time",
    machine: ["base/updates.ts"],
    tests: { "machine/base/hardening.test.ts": ["are installed in the hour before the reboot, also around midnight"], "machine/base/base.test.ts": ["apt reads the update settings: security only, and the reboot at its time"], [`${running}/81-machines.test.ts`]: ["a machine's own updates leave no security update pending"] },
  },
  {
    demands: "auditd, fail2ban, a hardened kernel, no setuid programs, no world-writable units, a nightly check for changed files",
    machine: ["base/audit.ts", "base/fail2ban.ts", "base/sysctl.ts", "base/setuid.ts", "base/hardening.ts", "base/inspection.ts"],
    tests: { "machine/base/hardening.test.ts": ["programs lose setuid and setgid, keep all other permissions, and dpkg is told"], "machine/base/sysctl.test.ts": ["a differing kernel setting is found, unless this machine may not change it"], "machine/base/audit.test.ts": ["the audit rules are unique, and have search keys"], [`${running}/81-machines.test.ts`]: ["Lynis rates every machine 85 or better, and skips only USB devices", "nothing is setuid or setgid, and nothing that is executed or read by systemd is world-writable", "auditd's rules are the declared ones, and auditctl understands each"], [`${running}/45-fail2ban.test.ts`]: ["fail2ban bans addresses that guess at SSH, until they are unbanned"] },
  },
  {
    demands: "Every service of ours is rated 3.0 or better by `systemd-analyze security`",
    machine: ["sandbox.ts"],
    tests: { "components/units.test.ts": ["every service of ours is rated 3.0 or better"], [`${running}/81-machines.test.ts`]: ["every unit of ours that runs something is rated 3.0 or better"] },
  },
  {
    demands: "Each service that is not root's has a system user of its own, and no other program its files and outgoing connections",
    machine: ["monitoring/exporter.ts"],
    tests: {
      "components/units.test.ts": ["no two services of a machine share a user, nor what the firewall and the files of one let him do"],
      [`${running}/40-closed.test.ts`]: ["no two services of a machine share a user, except root", "no program of the monitor can read another's data or secrets"],
    },
  },
  {
    demands: "Containers: image by digest, read-only root, no capabilities, no new privileges, not root",
    policies: ["container-hardened"],
    machine: ["apply/containers.py", "docker/index.ts"],
    tests: { [`${running}/30-processes.test.ts`]: ["containers are confined: read-only, no capabilities, not root, no new privileges"], "machine/apply/containers.test.ts": ["run confined, and no value of their environment is in an argument"] },
  },
  { demands: "A Kubernetes cluster, if there is one, upgrades automatically and is open to named addresses only", policies: ["kubernetes-upgrades", "kubernetes-control-plane"] },
];

const edge: Row[] = [
  {
    demands: "HTTPS only, TLS 1.2 and 1.3, HSTS for a year, grade A+; no OCSP, as Let's Encrypt offers none",
    machine: ["edge/nginx/tls.ts", "edge/nginx/headers.ts", "edge/nginx/sites.ts"],
    tests: { [`${running}/10-health.test.ts`]: ["redirects HTTP to HTTPS", "speaks TLS 1.2 and 1.3 and nothing older"], [`${running}/80-tls.test.ts`]: ["testssl.sh gives the grade A+", "gixy finds nothing in nginx's configuration"] },
  },
  {
    demands: "A timer renews the certificate, and an alert fires 10 days before it expires",
    machine: ["edge/certbot.ts", "monitoring/alerts/api.ts"],
    tests: { [`${running}/92-certificate.test.ts`]: ["a renewed certificate is served without manual steps"], "machine/monitoring/alerts/rules.test.ts": ["every alert fires when its condition has held for its time, not a moment before, and not for similar metrics"] },
  },
  {
    demands: "A web application firewall blocks: OWASP Core Rule Set, with exclusions for the API's own payloads",
    policies: ["waf-blocks"],
    machine: ["edge/modsecurity/index.ts"],
    tests: { [`${running}/41-waf.test.ts`]: ["attacks of every family of the Core Rule Set are refused", "ordinary requests reach the application without any alert of the firewall", "refused requests are logged for operators, without credentials"] },
  },
  {
    demands: "Rate limits per address: API 10 a second with a burst of 20, log-ins 5 a minute, files 50 a second; bodies up to 50 MB; slow clients are disconnected",
    machine: ["edge/nginx/limits.ts", "edge/nginx/http.ts"],
    tests: {
      "machine/edge/nginx.test.ts": ["logins: five a minute, however the path is spelt; viewing the page does not count", "the API: a burst of twenty above the rate, then 429", "bodies up to the limit, and no larger"],
      [`${running}/44-slow-clients.test.ts`]: ["slow clients are disconnected: before TLS, within headers, within a body, and when idle", "requests that are too large are refused before they are read"],
    },
  },
  {
    demands: "`/admin/` is open to admin addresses only, `/metrics` to nobody outside, whatever the spelling of the path",
    machine: ["edge/nginx/sites.ts"],
    tests: { [`${running}/42-edge-paths.test.ts`]: ["metrics are shown to nobody, however the path is spelt, not even to admin addresses", "the admin pages are not shown to strangers, however the path is spelt"] },
  },
  {
    demands: "Security headers; no server version; no answer to an unknown host",
    machine: ["edge/nginx/headers.ts", "edge/nginx/http.ts", "edge/nginx/sites.ts"],
    tests: {
      [`${running}/10-health.test.ts`]: ["sends the security headers and hides the server's version"], [`${running}/80-tls.test.ts`]: ["headers satisfy Mozilla's Observatory"],
      [`${running}/42-edge-paths.test.ts`]: ["a request for another host gets no answer, however it names the host", "the application never sees another host"],
    },
  },
  {
    demands: "A client's address is accepted from a trusted hop only",
    machine: ["edge/nginx/upstreams.ts"],
    tests: { [`${running}/42-edge-paths.test.ts`]: ["no header makes a stranger an admin", "no header resets a stranger's rate limits"], "machine/edge/nginx.test.ts": ["only what the edge knows"] },
  },
  {
    demands: "nginx and the application read requests in the same way: no request smuggling, no path traversal",
    machine: ["edge/nginx/sites.ts", "edge/nginx/http.ts"],
    tests: { [`${running}/43-smuggling.test.ts`]: ["a body whose end is ambiguous is refused, and the request hidden in it is never answered", "HTTP/2 offers no way around that either"], [`${running}/42-edge-paths.test.ts`]: ["no path escapes from the static files and the media"] },
  },
];

const data: Row[] = [
  {
    demands: "Backup buckets: versioned, locked, encrypted with our own rotating key, with all four public access blocks, TLS only, with a lifecycle and access logs",
    policies: ["s3-complete", "s3-versioned", "s3-undeletable", "s3-encrypted", "s3-own-key", "s3-public-access-block", "s3-acl-private", "s3-no-acl", "s3-tls-only", "s3-lockout", "s3-lifecycle", "s3-object-key", "s3-name"],
    tests: {
      "components/backups.test.ts": ["every bucket is versioned, blocks public access in all four ways, is encrypted, and requires TLS", "%s is locked and logged, and only old versions expire, after archiveDays"],
      [`${running}/70-stolen-key.test.ts`]: ["can delete and overwrite, but every version stays and can be restored", "even the account's owner cannot remove locked objects without explicitly bypassing the lock"],
    },
  },
  {
    demands: "The backups' writer can write and read objects, but delete no version, change no policy, and access no other bucket",
    policies: ["backup-writer", "backup-writer-together"],
    tests: { "components/bucket-policies.test.ts": ["has the permissions of a backup tool, and no others"], [`${running}/70-stolen-key.test.ts`]: ["cannot change the lifecycle, and sees no other bucket"] },
  },
  { demands: "No other account can access the data or its key, directly or through an AWS service, or assume a role without being named", policies: ["data-own-account", "data-service-bound", "iam-role-own-account"] },
  {
    demands: "No identity has admin, a wildcard action, a wildcard resource or a wildcard principal, or can extend its own permissions",
    policies: ["iam-wildcard-action", "iam-wildcard-resource", "iam-public-principal", "iam-admin-policy", "iam-escalation", "iam-role-account"],
  },
  { demands: "IAM users are machines, in groups, with one key; people have no password", policies: ["iam-user-policy", "iam-user-group", "iam-user-key", "iam-group-used", "iam-console", "iam-root-key", "iam-password-policy"] },
  { demands: "No cloud resource stores a secret in plain text, and the provider's own connection is encrypted", policies: ["stored-secret", "provider-tls"] },
  { demands: "CloudTrail trails and secrets in Secrets Manager, if there are any, are encrypted with our own key and cannot be lost unnoticed", policies: ["trail-whole", "secret-kept"] },
  { demands: "KMS keys rotate", policies: ["kms-rotates"], tests: { "components/backups.test.ts": ["backups are encrypted with a rotating key"] } },
  { demands: "CI assumes roles by OIDC, bound to repository and branch", policies: ["ci-role-bound"] },
  { demands: "Resources that cannot be created again are protected", policies: ["stateful-protected"] },
  {
    demands: "PostgreSQL: TLS, scram-sha-256, no superuser for the application, each role only in its own database",
    machine: ["data/postgres/index.ts", "data/postgres/roles.ts", "data/postgres/scram.ts"],
    tests: { [`${running}/30-processes.test.ts`]: ["PostgreSQL accepts the application only over TLS, and only under its own role"], "machine/data/data.test.ts": ["each role reaches only its own database, over TLS, from its network, the operator only from this machine, and nobody else anything"] },
  },
  {
    demands: "Redis: a password, dangerous commands for the operator only, `noeviction`, append-only",
    machine: ["data/redis.ts"],
    tests: { [`${running}/30-processes.test.ts`]: ["Redis lets a stranger ping and nothing else"], [`${running}/60-failures.test.ts`]: ["queued work survives a restart of Redis, including transactions"], "machine/data/data.test.ts": ["has users for the application and the operator, and a default user that nobody can log in as"] },
  },
  {
    demands: "A managed database or cache, if there is one, has trusted sources, and loses nothing",
    policies: ["database-trusted-sources", "database-firewall-named", "broker-keeps-tasks", "database-tls", "database-user-hash", "database-pool", "rds-closed", "rds-tls"],
  },
  { demands: "Spaces buckets, if there are any, are private and versioned", policies: ["spaces-private", "spaces-versioned", "spaces-key-bound"] },
  { demands: "CORS admits named HTTPS origins only, for buckets and apps", policies: ["cors-origins"] },
  { demands: "Container registry credentials are read-only and expire", policies: ["registry-credentials-bound"] },
  {
    demands: "Backups are kept for 365 days, logs for 90 without personal data, metrics for 30",
    policies: ["backup-kept", "backup-readable"],
    machine: ["base/index.ts", "backup/pgbackrest.ts", "monitoring/prometheus.ts", "logs/store.ts", "logs/scrub.ts"],
    tests: {
      "components/backups.test.ts": ["%s is locked and logged, and only old versions expire, after archiveDays"],
      "machine/logs/scrub.test.ts": ["hides personal data in: $line", "leaves unchanged: %s"],
      [`${running}/53-logs.test.ts`]: ["the shipper on a machine applies every rule as intended", "the lines' disk space is bounded, and measured"],
    },
  },
];

const application: Row[] = [
  { demands: "Celery: 1 ≤ min ≤ max ≤ what the machine's memory allows", policies: ["celery-bounds"], tests: { [`${running}/30-processes.test.ts`]: ["the worker's pool has the configured bounds, as reported by Celery itself"] } },
  { demands: "Exactly one beat", policies: ["one-beat"], tests: { [`${running}/30-processes.test.ts`]: ["exactly one beat runs in the whole stack"] } },
  { demands: "Debug mode off, allowed hosts named, HTTPS origins only", policies: ["django-settings"] },
  { demands: "No resource has a type that the rules do not cover", policies: ["judged-type"] },
  { demands: "Tags: project, stack, role", policies: ["required-tags"] },
  { demands: "Only regions where personal data may be kept: [data privacy](data-privacy.md)", policies: ["allowed-region"] },
];

const workflows = "github/workflows.test.ts";

const delivery: Row[] = [
  {
    demands: "Actions are pinned by commit; each job has the least permissions; no secret is on a command line or in a fork's run; OIDC instead of keys",
    tests: {
      [workflows]: ["every action is pinned by commit, with its release", "no secret is on a command line, and each is available only to the step that needs it", "a checkout does not persist its token"],
      "run.sh": ["workflows", "workflows, audited"],
    },
  },
  { demands: "Production is updated only after a plan that passed the policies and that somebody approved", tests: { [workflows]: ["an update follows its plan, in an environment that can require approval, and never concurrently with another of the same stack", "every run of Pulumi uses the policies, and the engine version of the tests"] } },
  { demands: "Dependencies are locked, audited at each change (`.github/workflows/check.yml`), and updated by a bot", tests: { [workflows]: ["a bot updates every kind of dependency"] } },
];

/** Rows by chapter. */
export const checklist: Record<string, Row[]> = { Network: network, Machines: machines, Edge: edge, Data: data, Application: application, Delivery: delivery };

/** What is needed but missing. */
export const gaps = ({ policies, machine, tests, missing }: Row): string[] => [
  ...(policies?.length === 0 ? ["a policy"] : []),
  ...(machine?.length === 0 ? ["the machine's state"] : []),
  ...(tests && Object.values(tests).flat().length === 0 ? ["a test"] : []),
  ...(missing === undefined ? [] : [missing]),
];
