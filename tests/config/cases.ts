import { digest, key } from "./fixture";

/** What changes, which key is named, what the person reads, and what they are told to type. */
export type Case = [name: string, changes: Record<string, string | undefined>, key: string, reason: RegExp, allowed: RegExp, command: string];

const set = "pulumi config set --stack staging";
const rm = "pulumi config rm --stack staging";
const json = JSON.stringify;
const loki = json({ image: `docker.io/grafana/loki:3.7.8@${digest}` });

const shown = json({ image: `docker.io/grafana/grafana:12.3.0@${digest}` });
const someone = { adminAllowedCidrs: '["185.12.64.7/32"]' };
const oauth = json({
  name: "Ringo", clientId: "grafana", allowedDomains: ["ringo.dev"], authUrl: "https://id.ringo.dev/auth", tokenUrl: "https://id.ringo.dev/token", apiUrl: "https://id.ringo.dev/userinfo",
});

const mail = (server: string) => ({
  alertEmailPassword: "not-a-password", alerts: json({ runbook: "https://wiki.ringo.dev/alerts", email: { to: "a@ringo.dev", from: "b@ringo.dev", server, username: "b" } }),
});

const store = (changes: object) => ({
  mediaAccessKeyId: "not-a-key", mediaSecretAccessKey: "not-a-secret", mediaStorage: json({ endpoint: "https://s3.ringo.dev", region: "fra1", bucket: "media", ...changes }),
});

export const cases: Case[] = [
  ["a misspelt key", { apiInstanceCuont: "3" }, "apiInstanceCuont", /no key; did you mean apiInstanceCount\?/, /configuration\.md/, `${rm} apiInstanceCuont`],
  ["a key like no other", { zzzzzz: "3" }, "zzzzzz", /^is no key$/, /configuration\.md/, `${rm} zzzzzz`],
  ["a key that zsh takes for a program", { "=x": "3" }, '["=x"]', /^is no key$/, /configuration\.md/, `${rm} '=x'`],
  ["a key that is like a flag", { "-x": "3" }, "-x", /^is no key$/, /configuration\.md/, `${rm} -- -x`],
  ["a misspelt member", { autoscaler: '{"mx":12}' }, "autoscaler.mx", /did you mean autoscaler\.max\?/, /enabled, min, max/, `${rm} --path autoscaler.mx`],
  ["a misspelt member two deep", { edge: '{"rateLimits":{"apiBurts":1}}' }, "edge.rateLimits.apiBurts", /edge\.rateLimits\.apiBurst\?/, /apiBurst/, `${rm} --path edge.rateLimits.apiBurts`],
  ["backups that expire before the tool lets go of them", { backups: '{"retentionDays":60,"archiveDays":30,"lockDays":7}' }, "backups.archiveDays", /below backups\.retentionDays \(60\)/, /2 to 3650/, `${set} --path backups.archiveDays 60`],
  ["a lock that outlasts the archive", { backups: '{"lockDays":90,"archiveDays":60}' }, "backups.lockDays", /above backups\.archiveDays \(60\)/, /0 to 365/, `${set} --path backups.lockDays 60`],
  ["hours that do not divide the day", { backups: '{"incrementalEveryHours":5}' }, "backups.incrementalEveryHours", /does not divide the day/, /1, 2, 3, 4, 6, 8 or 12/, `${set} --path backups.incrementalEveryHours 6`],
  ["a region that is no region of AWS", { backups: '{"region":"fra1"}' }, "backups.region", /no region of AWS/, /region of AWS/, `${set} --path backups.region eu-west-1`],
  ["a store that is not encrypted on the way", { backups: '{"endpoint":"http://s3.ringo.dev"}' }, "backups.endpoint", /not https/, /https URL/, `${set} --path backups.endpoint 'https://<your store>'`],
  ["a time without its zone", { restore: "2026-11-24T09:30:00" }, "restore", /neither .latest. nor a time with its zone/, /latest, or a time/, `${set} restore '<time>'`],
  ["a time to come", { restore: "2999-01-01T00:00:00Z" }, "restore", /in the future/, /latest, or a time/, `${set} restore '<time>'`],
  ["a day that is none", { restore: "2026-02-30T09:30:00Z" }, "restore", /neither .latest. nor a time/, /latest, or a time/, `${set} restore '<time>'`],
  ["an hour that is none", { restore: "2020-02-20T24:00:00Z" }, "restore", /neither .latest. nor a time/, /latest, or a time/, `${set} restore '<time>'`],
  ["a region in no part of the world", { backups: '{"region":"xx-nowhere-1"}' }, "backups.region", /no region of AWS/, /region of AWS/, `${set} --path backups.region eu-west-1`],
  ["a region whose S3 has another name", { backups: '{"region":"cn-north-1"}' }, "backups.region", /no region of AWS/, /region of AWS/, `${set} --path backups.region eu-west-1`],
  ["a promise of nothing", { monitoring: '{"availabilityObjective":"00"}' }, "monitoring.availabilityObjective", /no percentage/, /from 10/, `${set} --path monitoring.availabilityObjective 99.5`],
  ...["public", "none"].map((databaseUser): Case =>
    [`a name that PostgreSQL keeps (${databaseUser})`, { databaseUser }, "databaseUser", /no name for it/, /PostgreSQL's own/, `${set} databaseUser ringo`]),
  ["a production that nobody hears of", { environment: "production", logs: loki, alerts: '{"runbook":"https://wiki.ringo.dev/alerts"}' }, "alertWebhookUrl", /so are alertSlackUrl, alertTelegramToken, alertEmailPassword/, /https URL/, `${set} --secret alertWebhookUrl`],
  ["a production whose logs stay on the machines", { environment: "production", alertSlackUrl: "https://hooks.slack.dev/not-a-hook", alerts: '{"runbook":"https://wiki.ringo.dev/alerts"}' }, "logs.image", /would be lost with it/, /64 hexadecimal digits/, `${set} --path logs.image`],
  ...["prod", "prd"].map((environment): Case =>
    [`a production by another name (${environment})`, { environment }, "environment", /is production by another name/, /1 to 31/, `${set} environment production`]),
  ["a production to throw away", { environment: "production", throwaway: "true", logs: loki, alertSlackUrl: "https://hooks.slack.dev/not-a-hook", alerts: '{"runbook":"https://wiki.ringo.dev/alerts"}' }, "throwaway", /not what production is/, /true or false/, `${set} throwaway false`],
  ["logs by a tag", { logs: '{"image":"docker.io/grafana/loki:3.7.8"}' }, "logs.image", /has no digest/, /64 hexadecimal digits/, `${set} --path logs.image`],
  ["logs for more disk than there is", { logs: loki.replace("}", ',"retentionGiB":40}') }, "logs.retentionGiB", /two thirds of the disk of s-1vcpu-2gb/, /two thirds/, `${set} --path logs.retentionGiB 23`],
  ["Grafana for nobody", { adminAllowedCidrs: "[]", logs: loki, grafana: shown.replace("}", ',"domain":"grafana.ringo.dev"}') }, "adminAllowedCidrs", /is empty, and grafana.image needs it/, /CIDRs/, `${set} --path 'adminAllowedCidrs[0]'`],
  ["Grafana without a name", { ...someone, logs: loki, grafana: shown }, "grafana.domain", /is missing, and grafana.image needs it/, /a host name/, `${set} --path grafana.domain`],
  ["Grafana by the API's name", { ...someone, logs: loki, grafana: shown.replace("}", ',"domain":"api.ringo.dev"}') }, "grafana.domain", /is the API's/, /not `domain`/, `${set} --path grafana.domain`],
  ["Grafana by an example's name", { ...someone, logs: loki, grafana: shown.replace("}", ',"domain":"grafana.example.org"}') }, "grafana.domain", /placeholder/, /a host name/, `${set} --path grafana.domain`],
  ["Grafana by a tag", { ...someone, logs: loki, grafana: '{"image":"docker.io/grafana/grafana:12.3.0","domain":"grafana.ringo.dev"}' }, "grafana.image", /has no digest/, /64 hexadecimal digits/, `${set} --path grafana.image`],
  ["a name for no Grafana", { grafana: '{"domain":"grafana.ringo.dev"}' }, "grafana.domain", /of no use without grafana.image/, /a host name/, `${rm} --path grafana.domain`],
  ["Grafana without logs", { ...someone, grafana: shown.replace("}", ',"domain":"grafana.ringo.dev"}') }, "logs.image", /grafana.image needs it/, /64 hexadecimal digits/, `${set} --path logs.image`],
  ["a log-in without its secret", { ...someone, logs: loki, grafana: shown.replace("}", `,"domain":"grafana.ringo.dev","oauth":${oauth}}`) }, "grafanaOauthSecret", /is missing, and grafana.oauth needs it/, /8 characters/, `${set} --secret grafanaOauthSecret`],
  ["a log-in for everybody", { ...someone, logs: loki, grafana: shown.replace("}", `,"domain":"grafana.ringo.dev","oauth":${oauth.replace('"ringo.dev"', "")}}`), grafanaOauthSecret: "not-a-real-secret" }, "grafana.oauth.allowedDomains", /whoever the provider knows/, /one at least/, `${set} --type string --path 'grafana.oauth.allowedDomains[0]' '<your domain>'`],
  ["logs on a small monitor", { logs: loki, monitorSize: "s-1vcpu-1gb", monitoring: '{"retentionGiB":1}' }, "monitorSize", /with logs it needs 2048/, /1024 MiB/, `${set} monitorSize`],
  ...["0", "-99999999999999999999", "@channel"].map((telegramChatId): Case =>
    [`a chat that is none (${telegramChatId})`, { alertTelegramToken: `1:${"not-a-token".repeat(3)}`, alerts: json({ runbook: "https://wiki.ringo.dev/alerts", telegramChatId }) }, "alerts.telegramChatId", /no chat's number/, /a group's is negative/, `${set} --type string --path alerts.telegramChatId -- '-<group number>'`]),
  ["alerts that say nothing of what to do", { alertSlackUrl: "https://hooks.slack.dev/not-a-hook" }, "alerts.runbook", /links to what to do/, /https URL/, `${set} --path alerts.runbook 'https://<your wiki>/alerts.md'`],
  ["a bot without a chat", { alertTelegramToken: `1:${"not-a-token".repeat(3)}`, alerts: '{"runbook":"https://wiki.ringo.dev/alerts"}' }, "alertTelegramToken", /of no use without alerts\.telegramChatId/, /bot's token/, `${rm} alertTelegramToken`],
  ["a generation of no machine", { machineGenerations: '{"api":2}' }, "machineGenerations.api", /no machine/, /edge, data, monitor, api-0/, `${rm} --path machineGenerations.api`],
  ["a generation before the first", { machineGenerations: '{"api-0":0}' }, "machineGenerations.api-0", /below 1/, /never less than before/, `${set} --path machineGenerations.api-0 2`],
  ["min above max", { autoscaler: '{"min":5,"max":3}' }, "autoscaler.min", /above autoscaler\.max \(3\)/, /1 to autoscaler\.max/, `${set} --path autoscaler.min 3`],
  ["more children than memory", { autoscaler: '{"max":40}', workerSize: "s-1vcpu-2gb" }, "autoscaler.max", /more than the 12 children that s-1vcpu-2gb/, /105 MiB a child/, `${set} --path autoscaler.max 12`],
  ["more concurrency than memory", { autoscaler: '{"enabled":false}', concurrency: "40", workerSize: "s-1vcpu-2gb" }, "concurrency", /more than the 12/, /105 MiB a child/, `${set} concurrency 12`],
  ["more gunicorn workers than memory", { gunicornWorkers: "20", apiSize: "s-1vcpu-1gb" }, "gunicornWorkers", /more than the 4/, /120 MiB each/, `${set} gunicornWorkers 4`],
  ["more processes than the database has connections for", { databaseSize: "s-1vcpu-2gb", apiInstanceCount: "12", apiSize: "s-4vcpu-8gb", workerInstanceCount: "6", workerSize: "s-4vcpu-8gb" }, "databaseSize", /bears 96 connections, and the API and its workers may want 175 at once/, /2048 MiB/, `${set} databaseSize s-2vcpu-4gb`],
  ["more processes than any database has connections for", { apiInstanceCount: "30", gunicornWorkers: "20", apiSize: "s-4vcpu-8gb" }, "apiInstanceCount", /makes it 612 connections[^]*takes 485/, /from 1 to/, `${set} apiInstanceCount 23`],
  ["more children than any database has connections for", { workerInstanceCount: "100" }, "workerInstanceCount", /makes it 1111 connections/, /from 1 to/, `${set} workerInstanceCount 43`],
  ["SSH open to the world", { sshAllowedCidrs: '["0.0.0.0/0"]' }, "sshAllowedCidrs[0]", /open to the world/, /no wider than \/16/, `${set} --path 'sshAllowedCidrs[0]' '<your address>/32'`],
  ["SSH open to the IPv6 world", { sshAllowedCidrs: '["185.12.64.7/32","::/0"]' }, "sshAllowedCidrs[1]", /open to the world/, /\/32 \(IPv6\)/, `${set} --path 'sshAllowedCidrs[1]' '<your address>/32'`],
  ["SSH from half the world", { sshAllowedCidrs: '["128.0.0.0/1"]' }, "sshAllowedCidrs[0]", /wider than \/16/, /no wider than \/16/, "sshAllowedCidrs"],
  ["SSH from nowhere", { sshAllowedCidrs: "[]" }, "sshAllowedCidrs", /empty/, /at least one/, `${set} --path 'sshAllowedCidrs[0]' '<your address>/32'`],
  ["SSH not said", { sshAllowedCidrs: undefined }, "sshAllowedCidrs", /missing/, /at least one/, `${set} --path 'sshAllowedCidrs[0]' '<your address>/32'`],
  ...["10.8.0.0/24", "127.0.0.1/32", "100.64.0.0/16", "0.0.0.0/32", "fe80::/64", "fd00::/48"].map((range): Case =>
    [`SSH from where nobody comes from (${range})`, { sshAllowedCidrs: json(["185.12.64.7/32", range]) }, "sshAllowedCidrs[1]", /private or reserved/, /of the internet/, `${set} --path 'sshAllowedCidrs[1]' '<your address>/32'`]),
  ...["sshAllowedCidrs", "adminAllowedCidrs"].map((name): Case =>
    [`nothing but IPv6 in ${name}`, { [name]: '["2a02:6b8::/48"]' }, name, /no IPv4 network/, /IPv4 among them/, `${set} --path '${name}[1]' '<your address>/32'`]),
  ["an address without a prefix", { sshAllowedCidrs: '["185.12.64.7"]' }, "sshAllowedCidrs[0]", /without a prefix/, /CIDRs/, "185.12.64.7/32"],
  ["host bits in a CIDR", { adminAllowedCidrs: '["185.12.64.7/24"]' }, "adminAllowedCidrs[0]", /host bits/, /CIDRs/, "185.12.64.0/24"],
  ["a list as plain text", { sshAllowedCidrs: "185.12.64.7/32" }, "sshAllowedCidrs", /no list/, /CIDRs/, `${set} --path 'sshAllowedCidrs[0]'`],
  ["a size that does not exist", { apiSize: "s-2vcpu-4g" }, "apiSize", /no droplet size; did you mean s-2vcpu-4gb\?/, /DigitalOcean size/, `${set} apiSize s-2vcpu-4gb`],
  ["a size that is a property of objects", { apiSize: "constructor" }, "apiSize", /no droplet size/, /DigitalOcean size/, `${set} apiSize`],
  ["a size too small for its role", { databaseSize: "s-1vcpu-1gb" }, "databaseSize", /1024 MiB of memory; this role needs 2048/, /at least 2048/, `${set} databaseSize s-2vcpu-4gb`],
  ["a domain that is a URL", { domain: "https://api.ringo.dev" }, "domain", /URL/, /host name/, `${set} domain api.ringo.dev`],
  ["a domain with a bad label", { domain: "api_.ringo.dev" }, "domain", /no host name/, /host name/, `${set} domain`],
  ["a domain of one label", { domain: "localhost" }, "domain", /no host name/, /host name/, `${set} domain`],
  ...([
    ["апи.ринго.рф", "xn--80aqu.xn--c1ajpfg.xn--p1ai"], ["API.Ringo.dev", "api.ringo.dev"], ["api.ringo.dev.", "api.ringo.dev"], ["api.ringo.dev:443", "api.ringo.dev"],
    [" api.ringo.dev", "api.ringo.dev"], ["api.ringo.dev/health", "api.ringo.dev"],
  ] as const).map(([domain, meant]): Case =>
    [`a domain that DNS has in another way (${domain})`, { domain }, "domain", new RegExp(`did you mean ${meant}\\?`), /host name/, `${set} domain ${meant}`]),
  ["an address as domain", { domain: "10.0.0.1" }, "domain", /no host name/, /host name/, `${set} domain`],
  ["a domain outside its zone", { dnsZone: "ringo.net" }, "dnsZone", /does not hold domain/, /ends with/, `${set} dnsZone ringo.dev`],
  ["a zone that only ends alike", { dnsZone: "ingo.dev" }, "dnsZone", /does not hold domain/, /ends with/, `${set} dnsZone`],
  ["DNS to manage without a zone under one of two labels", { manageDns: "true", domain: "api.ringo.co.uk" }, "dnsZone", /missing, and manageDns needs it/, /host name/, `${set} dnsZone ringo.co.uk`],
  ["DNS to manage without a zone", { manageDns: "true" }, "dnsZone", /missing, and manageDns needs it/, /host name/, `${set} dnsZone ringo.dev`],
  ["a tag where a digest belongs", { image: "registry.ringo.dev/backend:1.2" }, "image", /no digest/, /sha256/, `${set} image 'registry.ringo.dev/backend:1.2@sha256:<digest>'`],
  ["a digest cut short", { image: "registry.ringo.dev/backend@sha256:abc" }, "image", /64 hexadecimal/, /sha256/, `${set} image`],
  ["a digest of zeros", { image: `registry.ringo.dev/backend@sha256:${"0".repeat(64)}` }, "image", /placeholder/, /sha256/, `${set} image`],
  ["no image", { image: undefined }, "image", /missing/, /sha256/, `${set} image`],
  ["no image reference", { image: `Backend Image@${digest}` }, "image", /no image reference/, /sha256/, `${set} image`],
  ["an image by its URL", { image: `https://ghcr.io/ringo/backend@${digest}` }, "image", /is a URL; leave out the scheme/, /sha256/, `${set} image ghcr.io/ringo/backend@${digest}`],
  ["a registry at no port", { image: `registry.ringo.dev:99999/backend@${digest}` }, "image", /no port from 1 to 65535/, /sha256/, `${set} image`],
  ["a registry that is like a flag", { image: `-registry/backend@${digest}` }, "image", /no image reference/, /sha256/, `${set} image`],
  ["no API machine", { apiInstanceCount: "0" }, "apiInstanceCount", /below 1/, /1 to 500/, `${set} apiInstanceCount 2`],
  ["no worker machine", { workerInstanceCount: "-1" }, "workerInstanceCount", /below 1/, /1 to 500/, `${set} workerInstanceCount 1`],
  ["half a machine", { apiInstanceCount: "1.5" }, "apiInstanceCount", /no whole number/, /whole number/, `${set} apiInstanceCount 2`],
  ["a count in words", { apiInstanceCount: "two" }, "apiInstanceCount", /no whole number/, /whole number/, `${set} apiInstanceCount 2`],
  ["yes for true", { manageDns: "yes" }, "manageDns", /neither true nor false/, /true or false/, `${set} manageDns true`],
  ["a VPC over Docker's network", { vpcCidr: "172.17.0.0/20" }, "vpcCidr", /overlaps dockerCidr/, /not overlapping dockerCidr/, `${set} vpcCidr 10.20.0.0/20`],
  ["a VPC inside dockerCidr", { vpcCidr: "10.30.16.0/20", dockerCidr: "10.30.0.0/16" }, "vpcCidr", /overlaps dockerCidr \(10\.30\.0\.0\/16\)/, /not overlapping/, `${set} vpcCidr`],
  ["a VPC over DigitalOcean's own", { vpcCidr: "10.244.16.0/20" }, "vpcCidr", /overlaps 10\.244\.0\.0\/16/, /10\.244/, `${set} vpcCidr`],
  ["a VPC around DigitalOcean's own", { vpcCidr: "10.246.0.0/16" }, "vpcCidr", /overlaps 10\.246\.0\.0\/24/, /10\.246/, `${set} vpcCidr`],
  ["a public VPC", { vpcCidr: "8.8.0.0/20" }, "vpcCidr", /not private/, /private/, `${set} vpcCidr`],
  ["a VPC that is too wide", { vpcCidr: "10.0.0.0/8" }, "vpcCidr", /is a \/8/, /\/16 to \/24/, `${set} vpcCidr`],
  ["a VPC with host bits", { vpcCidr: "10.20.1.0/20" }, "vpcCidr", /host bits/, /private/, `${set} vpcCidr 10.20.0.0/20`],
  ["a VPC without room", { vpcCidr: "10.20.0.0/24", apiInstanceCount: "300", gunicornWorkers: "1", databaseSize: "s-4vcpu-8gb" }, "vpcCidr", /room for 252 machines; the stack has 305/, /room for every machine/, `${set} vpcCidr 10.20.0.0/20`],
  ["any host", { allowedHosts: '["*"]' }, "allowedHosts[0]", /wildcard/, /no `\*`/, "'allowedHosts[0]'"],
  ["any subdomain", { allowedHosts: '["*.ringo.dev"]' }, "allowedHosts[0]", /wildcard/, /no `\*`/, "'allowedHosts[0]'"],
  ["an origin in clear", { corsAllowedOrigins: '["http://app.ringo.dev"]' }, "corsAllowedOrigins[0]", /not encrypted/, /https origins/, "https://app.ringo.dev"],
  ["an origin without scheme", { csrfTrustedOrigins: '["app.ringo.dev"]' }, "csrfTrustedOrigins[0]", /does not begin with https:/, /https origins/, "https://app.ringo.dev"],
  ["an origin with a path", { corsAllowedOrigins: '["https://app.ringo.dev/"]' }, "corsAllowedOrigins[0]", /more than a scheme/, /no path/, "'corsAllowedOrigins[0]' https://app.ringo.dev"],
  ...([["https://App.ringo.dev", "https://app.ringo.dev"], ["https://апп.ринго.рф:8443", "https://xn--80a4aa.xn--c1ajpfg.xn--p1ai:8443"]] as const).map(([origin, meant]): Case =>
    [`an origin that no browser sends (${origin})`, { corsAllowedOrigins: json([origin]) }, "corsAllowedOrigins[0]", /did you mean/, /https origins/, `'corsAllowedOrigins[0]' ${meant}`]),
  ["an origin with any subdomain", { corsAllowedOrigins: '["https://*.ringo.dev"]' }, "corsAllowedOrigins[0]", /wildcard/, /https origins/, "'corsAllowedOrigins[0]'"],
  ["no region", { region: "fra2" }, "region", /no region of DigitalOcean; did you mean fra1\?/, /allowedRegions/, `${set} region fra1`],
  ["a region that is not allowed", { region: "nyc3" }, "region", /not among allowedRegions \(fra1, ams3\)/, /allowedRegions/, `${set} region fra1`],
  ["a queue with a space", { queues: '["default","low prio"]' }, "queues[1]", /no queue's name/, /letters, digits/, "'queues[1]'"],
  ["a queue twice", { queues: '["default","default"]' }, "queues[1]", /twice/, /at least one/, `${rm} --path 'queues[1]'`],
  ["no queue", { queues: "[]" }, "queues", /empty/, /at least one/, "'queues[0]'"],
  ["a database user that breaks the DSN", { databaseUser: "ringo@home" }, "databaseUser", /no name for it/, /a–z, 0–9 and _/, `${set} databaseUser ringo`],
  ["PostgreSQL's own user", { databaseUser: "postgres" }, "databaseUser", /no name for it/, /PostgreSQL's own/, `${set} databaseUser ringo`],
  ["a firewall's mode in another word", { edge: '{"waf":{"mode":"detection"}}' }, "edge.waf.mode", /no mode; did you mean detect\?/, /block, detect, off/, `${set} --path edge.waf.mode detect`],
  ["an exclusion without its path", { edge: '{"waf":{"exclusions":["942100"]}}' }, "edge.waf.exclusions[0]", /no exclusion/, /beginning of a path/, `${set} --path 'edge.waf.exclusions[0]'`],
  ["an exclusion that brings a directive along", { edge: JSON.stringify({ waf: { exclusions: ['942100 /api/ ARGS:a"\nSecRuleEngine Off'] } }) }, "edge.waf.exclusions[0]", /no exclusion/, /field in question/, `${set} --path 'edge.waf.exclusions[0]'`],
  ...["949110 /", "942100,949110 /api/v1/orders/ ARGS:json.comment", "959100 /", "980130 /", "901318 /", "10010 /", "10031 /api/", "10204 /", "10100 /", "00000 /"].map((one): Case =>
    [`an exclusion of what refuses (${one})`, { edge: json({ waf: { exclusions: [one] } }) }, "edge.waf.exclusions[0]", /looks for no attack, .* what found the attack/, /910000 to 948999 .* 10400 to 10499/, `${set} --path 'edge.waf.exclusions[0]'`]),
  ["points that no attack has", { edge: '{"waf":{"threshold":11}}' }, "edge.waf.threshold", /above 10/, /3 to 10/, `${set} --path edge.waf.threshold 5`],
  ["a short HSTS", { edge: '{"hstsSeconds":3600}' }, "edge.hstsSeconds", /below 31536000/, /a year/, `${set} --path edge.hstsSeconds 31536000`],
  ["no e-mail for ACME", { acme: undefined }, "acme.email", /missing/, /e-mail/, `${set} --path acme.email`],
  ["an ACME server in clear", { acme: '{"email":"a@ringo.dev","server":"http://acme.ringo.dev/dir"}' }, "acme.server", /not https/, /https URL/, `${set} --path acme.server`],
  ["a variable that the program sets", { environmentVariables: '{"POSTGRES_PASSWORD":"x"}' }, "environmentVariables.POSTGRES_PASSWORD", /set by the program/, /does not set itself/, `${rm} --path environmentVariables.POSTGRES_PASSWORD`],
  ["debugging", { environmentVariables: '{"DEBUG":true}' }, "environmentVariables.DEBUG", /debugging stays off/, /does not set itself/, `${rm} --path environmentVariables.DEBUG`],
  ["a variable of two lines", { environmentVariables: json({ NOTE: "a\nB=c" }) }, "environmentVariables.NOTE", /more than one line/, /one line/, `${rm} --path environmentVariables.NOTE`],
  ["a variable longer than Docker reads", { environmentVariables: json({ NOTE: "ю".repeat(40_000) }) }, "environmentVariables.NOTE", /longer than 64 KiB/, /64 KiB/, `${rm} --path environmentVariables.NOTE`],
  ...([["EMAIL_HOST_PASSWORD", "hunter2"], ["JWT_SECRET", "x"], ["TELEGRAM_BOT_TOKEN", "1:x"], ["FCM_SERVER_KEY", "x"], ["PASSWORD", 1234], ["SEARCH_URL", "https://user:hunter2@search.ringo.dev"]] as const).map(([name, value]): Case =>
    [`a variable that is a secret (${name})`, { environmentVariables: json({ [name]: value }) }, `environmentVariables.${name}`, /is a secret, and stands in plain text/, /does not set itself/,
      `${rm} --path environmentVariables.${name} && ${set} --secret --path environmentSecrets.${name}`]),
  ["a variable whose secret nobody has put in", { environmentSecrets: '{"PIN":"change-me"}' }, "environmentSecrets.PIN", /still a placeholder/, /does not set itself/, `${set} --secret --path environmentSecrets.PIN`],
  ["one secret for two things", { backupPassphrase: key }, "djangoSecretKey", /is backupPassphrase again/, /not backupPassphrase again/, `openssl rand -base64 48 | ${set} --secret djangoSecretKey`],
  ["a key of an example", { djangoSecretKey: "change-me-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789" }, "djangoSecretKey", /still a placeholder/, /50 characters/, `${set} --secret djangoSecretKey`],
  ["a token of an example", { registry: '{"username":"deploy"}', registryToken: "<token>" }, "registryToken", /still a placeholder/, /without spaces/, `${set} --secret registryToken`],
  ["a variable that is a group", { environmentVariables: '{"NOTE":{"a":1}}' }, "environmentVariables.NOTE", /no text/, /one line/, "--path environmentVariables.NOTE"],
  ["a variable in both maps", { environmentVariables: '{"PIN":"1"}', environmentSecrets: '{"PIN":"2"}' }, "environmentVariables.PIN", /environmentSecrets, too/, /names/, `${rm} --path environmentVariables.PIN`],
  ["a registry without its token", { registry: '{"username":"deploy"}' }, "registryToken", /missing, and registry\.username needs it/, /without spaces/, `${set} --secret registryToken`],
  ["a token without its registry", { registryToken: "not-a-token" }, "registryToken", /no use without registry\.username/, /without spaces/, `${rm} registryToken`],
  ["Sentry without its token", { sentry: '{"organization":"ringo","project":"backend"}' }, "sentryAuthToken", /missing, and sentry needs it/, /without spaces/, `${set} --secret sentryAuthToken`],
  ["a token without its Sentry", { sentryAuthToken: "not-a-token-of-sentry" }, "sentryAuthToken", /no use without sentry/, /without spaces/, `${rm} sentryAuthToken`],
  ["a Sentry of nobody", { sentry: '{"project":"backend"}', sentryAuthToken: "not-a-token-of-sentry" }, "sentry.organization", /missing/, /1 to 100/, `${set} --type string --path sentry.organization '<organization>'`],
  ["a project's number", { sentry: '{"organization":"ringo","project":"4501"}', sentryAuthToken: "not-a-token-of-sentry" }, "sentry.project", /no slug/, /not digits alone/, `${set} --type string --path sentry.project '<project>'`],
  ["a Sentry in clear", { sentry: '{"organization":"ringo","project":"backend","url":"http://sentry.ringo.dev"}', sentryAuthToken: "not-a-token-of-sentry" }, "sentry.url", /not https/, /https URL/, `${set} --path sentry.url https://de.sentry.io`],
  ["a DSN that the application cannot reach", { sentryDsn: "https://publickey@sentry.ringo.dev:9000/1" }, "outboundPorts", /does not hold 9000, the port of sentryDsn/, /whole numbers/, `${set} --path 'outboundPorts[0]' 443 && ${set} --path 'outboundPorts[1]' 9000`],
  ["a time that is none", { automaticUpdates: '{"rebootTime":"24:00"}' }, "automaticUpdates.rebootTime", /no time of day/, /HH:MM/, `${set} --path automaticUpdates.rebootTime 04:00`],
  ["a time zone that is none", { timezone: "Europe/Kaluga" }, "timezone", /no time zone/, /IANA/, `${set} timezone UTC`],
  ["an image that lacks our packages", { machineImage: "debian-12-x64" }, "machineImage", /runs on/, /debian-13-x64/, `${set} machineImage debian-13-x64`],
  ["an example's domain", { domain: "api.ringo.example" }, "domain", /placeholder/, /host name/, `${set} domain`],
  ["an example's network", { sshAllowedCidrs: '["203.0.113.7/32"]' }, "sshAllowedCidrs[0]", /placeholder/, /CIDRs/, "'sshAllowedCidrs[0]' '<your address>/32'"],
  ["no certificate", { trustedCertificates: '["-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"]' }, "trustedCertificates[0]", /no PEM certificate/, /PEM/, "--path 'trustedCertificates[0]' \"$(cat '<file>')\""],
  ["a damaged key", { operatorSshKeys: '["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"]' }, "operatorSshKeys[0]", /cut short or damaged/, /ed25519/, "'operatorSshKeys[0]'"],
  ["a mail server at no port", mail("smtp.ringo.dev:99999"), "alerts.email.server", /no port from 1 to 65535/, /host:port/, `${set} --path alerts.email.server`],
  ["a mail server without a port", mail("smtp.ringo.dev"), "alerts.email.server", /no host and port/, /host:port/, `${set} --path alerts.email.server`],
  ["a mail server of no host", mail("smtp..dev:25"), "alerts.email.server", /no host name/, /host:port/, `${set} --path alerts.email.server`],
  ...([
    ["https://x.dev:0", /no port/], [" https://x.dev ", /not written as it is read/, "https://x.dev"], ["https:x.dev", /not written as it is read/, "https://x.dev"],
    ['https://x.dev/"; y', /not written as it is read/, "'https://x.dev/%22;%20y'"], ["https://X.dev", /not written as it is read/, "https://x.dev"],
    ["https://x.dev:443/d", /not written as it is read/, "https://x.dev/d"], ["https://x.dev:99999", /no URL/],
  ] as const).map(([endpoint, reason, meant]): Case =>
    [`a URL with a surprise (${endpoint})`, { backups: json({ endpoint }) }, "backups.endpoint", reason, /https URL/, `${set} --path backups.endpoint ${meant ?? "'https://<your store>'"}`]),
  ["a secret URL at no port", { deadMansSwitchUrl: "https://switch.ringo.dev:0/" }, "deadMansSwitchUrl", /no port/, /https URL/, `${set} --secret deadMansSwitchUrl`],
  ...["https://publickey@sentry.ringo.dev", "https://publickey@sentry.ringo.dev/", "https://publickey@sentry.ringo.dev/backend"].map((sentryDsn): Case =>
    [`a DSN of no project (${sentryDsn})`, { sentryDsn }, "sentryDsn", /does not end with a project's number/, /by its number/, `${set} --secret sentryDsn`]),
  ...["https://@sentry.ringo.dev/1", "https://:secret@sentry.ringo.dev/1", "https://sentry.ringo.dev/1"].map((sentryDsn): Case =>
    [`a DSN of nobody (${sentryDsn})`, { sentryDsn }, "sentryDsn", /has no key/, /by its number/, `${set} --secret sentryDsn`]),
  ["a DSN at no port", { sentryDsn: "https://publickey@sentry.ringo.dev:0/1" }, "sentryDsn", /no port/, /DSN/, `${set} --secret sentryDsn`],
  ...["::ffff:0.0.0.0/96", "::ffff:185.12.64.7/128", "::ffff:185.12.64.7"].map((range): Case =>
    [`IPv6 that nft does not read (${range})`, { adminAllowedCidrs: json([range]) }, "adminAllowedCidrs[0]", /no CIDR|without a prefix/, /CIDRs/, `${set} --path 'adminAllowedCidrs[0]'`]),
  ["a bucket that is no host's name", store({ bucket: "a..b" }), "mediaStorage.bucket", /no bucket's name/, /both sides/, `${set} --type string --path mediaStorage.bucket '<bucket>'`],
  ["a bucket that is an address", store({ bucket: "192.168.1.1" }), "mediaStorage.bucket", /no bucket's name/, /no address/, `${set} --type string --path mediaStorage.bucket '<bucket>'`],
  ...([["https://media.fra1.digitaloceanspaces.com", "https://fra1.digitaloceanspaces.com"], ["https://s3.ringo.dev:9000/media", "https://s3.ringo.dev:9000"]] as const).map(([endpoint, meant]): Case =>
    [`an endpoint with the bucket in it (${endpoint})`, store({ endpoint }), "mediaStorage.endpoint", /has mediaStorage\.bucket \(media\) in it/, /https URL/, `${set} --path mediaStorage.endpoint ${meant}`]),
  ["a number where a group belongs", { autoscaler: "5" }, "autoscaler", /no group/, /enabled, min and max/, `${rm} autoscaler`],
];
