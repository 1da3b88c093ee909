import { addressesIn, contains, documentationRanges, networkOf, overlaps, parseCidr } from "./cidr";
import { celeryChildrenThatFit, connectionsOf, connectionsThatFit, gunicornWorkersThatFit, mostConnections } from "./capacity";
import { blank } from "./commands";
import { portOf } from "../machine/url";
import { isPort, type Fix } from "./formats";
import { valueAt } from "./path";
import { isExample, textPaths, within } from "./placeholders";
import type { Validated } from "./schema";
import { receivers } from "./secrets";
import { sizes } from "./sizes";

/** What one key's value makes wrong with another's. */
export interface Conflict extends Fix {
  /** Path of the key to change. */
  path: PropertyKey[];
  reason: string;
}

type Key = keyof Validated;

/** A rule is heard when all that it looks at in the keys it names is valid by itself; absent optional ones are undefined. */
export interface Rule {
  needs: readonly Key[];
  check(config: Validated, stack: string): Conflict[];
}

const rule = <K extends Key>(needs: readonly K[], check: (config: Pick<Validated, K>, stack: string) => Conflict[]): Rule => ({
  needs,
  check: (config, stack) => check(Object.fromEntries(needs.map((key) => [key, config[key]])) as Pick<Validated, K>, stack),
});

const when = (wrong: boolean, conflict: Conflict): Conflict[] => (wrong ? [conflict] : []);

/** The nearest that a host may be in: of two labels, it is one itself. What its registry sells by three, as `co.uk`, a shorter one would not be. */
const zoneOf = (name: string): string => name.split(".").slice(name.split(".").length > 2 ? 1 : 0).join(".");

const placeholder = "is still the placeholder";

const isProduction = (environment: string | undefined, stack: string): boolean => (environment ?? stack) === "production";

const nobodyIs = (told: Record<string, string | undefined>): boolean => Object.values(told).every((secret) => secret === undefined);

/** What one key demands of another. */
export const rules: readonly Rule[] = [
  rule(["region", "allowedRegions"], ({ region, allowedRegions }) => when(!allowedRegions.includes(region), {
    path: ["region"], reason: `is not among allowedRegions (${allowedRegions.join(", ")})`, value: allowedRegions[0],
  })),

  rule(["environment"], ({ environment }, stack) => when(["prod", "prd"].includes(environment ?? stack), {
    path: ["environment"], reason: `${environment === undefined ? `would be the stack's name, ${stack}, which ` : ""}is production under another name, so production's checks would not apply`, value: "production",
  })),
  rule(["environment", "throwaway"], ({ environment, throwaway }, stack) => when(throwaway && isProduction(environment, stack), {
    path: ["throwaway"], reason: "cannot be true in production: resources would be unprotected, and the image could change", value: "false",
  })),

  rule(["vpcCidr", "dockerCidr"], ({ vpcCidr, dockerCidr }) => when(overlaps(parseCidr(vpcCidr)!, parseCidr(dockerCidr)!), {
    path: ["vpcCidr"], reason: `overlaps dockerCidr (${dockerCidr})`,
    value: ["10.20.0.0/20", "172.20.0.0/20"].find((other) => !overlaps(parseCidr(other)!, parseCidr(dockerCidr)!)),
  })),

  rule(["vpcCidr", "apiInstanceCount", "workerInstanceCount"], ({ vpcCidr, apiInstanceCount, workerInstanceCount }) => {
    // Edge, data, monitor and the NAT gateway; DigitalOcean keeps the first two and the last address of a VPC, and one for the gateway.
    const needed = apiInstanceCount + workerInstanceCount + 4;
    const room = addressesIn(parseCidr(vpcCidr)!) - 4;
    return when(needed > room, { path: ["vpcCidr"], reason: `has room for ${room} machines; the stack has ${needed}`, value: networkOf({ ...parseCidr(vpcCidr)!, prefix: 20 }) });
  }),

  ...(["sshAllowedCidrs", "adminAllowedCidrs"] as const).map((name) => rule([name], (config) => {
    const families = (config[name] as string[]).map((cidr) => parseCidr(cidr)!.family);
    return when(families.length > 0 && !families.includes("ipv4"), {
      path: [name], reason: "has no IPv4 network: nobody could connect, since no machine has an IPv6 address", append: ["<your address>/32"],
    });
  })),

  rule(["manageDns", "dnsZone", "domain"], ({ manageDns, dnsZone, domain }) => when(manageDns && dnsZone === undefined, {
    path: ["dnsZone"], reason: "is missing, but manageDns needs it", value: zoneOf(domain),
  })),

  rule(["domain", "dnsZone"], ({ domain, dnsZone }) => when(dnsZone !== undefined && !within(domain, dnsZone), {
    path: ["dnsZone"], reason: `does not contain domain (${domain})`, value: zoneOf(domain),
  })),

  rule(["image", "throwaway"], ({ image, throwaway }) => pinned(["image"], image, throwaway)),
  rule(["logs", "throwaway"], ({ logs: { image }, throwaway }) => (image === undefined ? [] : pinned(["logs", "image"], image, throwaway))),

  rule(["grafana", "throwaway"], ({ grafana: { image }, throwaway }) => (image === undefined ? [] : pinned(["grafana", "image"], image, throwaway))),
  rule(["grafana"], ({ grafana: { image, domain, oauth } }) => [
    ...when(image !== undefined && domain === undefined, { path: ["grafana", "domain"], reason: "is missing, but grafana.image needs it" }),
    ...when(image === undefined && domain !== undefined, { path: ["grafana", "domain"], reason: "has no effect without grafana.image", remedy: "remove" }),
    ...when(image === undefined && oauth !== undefined, { path: ["grafana", "oauth"], reason: "has no effect without grafana.image", remedy: "remove" }),
  ]),
  rule(["grafana", "logs"], ({ grafana, logs }) => when(grafana.image !== undefined && logs.image === undefined, {
    path: ["logs", "image"], reason: "is missing, but grafana.image needs it: dashboards show the logs as well",
  })),
  rule(["grafana", "domain"], ({ grafana, domain }) => when(grafana.domain === domain, {
    path: ["grafana", "domain"], reason: "is the same as domain, the API's name",
  })),
  rule(["grafana", "adminAllowedCidrs"], ({ grafana, adminAllowedCidrs }) => when(grafana.image !== undefined && adminAllowedCidrs.length === 0, {
    path: ["adminAllowedCidrs"], reason: "is empty, but grafana.image needs it: only these networks reach the dashboards",
  })),
  rule(["grafana", "manageDns", "dnsZone"], ({ grafana: { domain }, manageDns, dnsZone }) =>
    when(manageDns && domain !== undefined && dnsZone !== undefined && !within(domain, dnsZone), {
      path: ["grafana", "domain"], reason: `is not in dnsZone (${dnsZone}), where manageDns keeps its address`, value: `grafana.${dnsZone}`,
    })),
  rule(["grafana", "grafanaOauthSecret"], ({ grafana: { oauth }, grafanaOauthSecret }) => together("grafana.oauth", oauth, { grafanaOauthSecret })),

  ...textPaths.map((path) => rule(["throwaway", path[0] as Key], (config) => {
    const given = valueAt(config, path);
    const texts = Array.isArray(given) ? given.map((text: string, index) => ({ text, at: [...path, index] })) : [{ text: given as string | undefined, at: path }];
    return texts.flatMap(({ text, at }) => when(text !== undefined && (blank.test(text) || (!config.throwaway && isExample(text))), { path: at, reason: placeholder }));
  })),
  ...(["sshAllowedCidrs", "adminAllowedCidrs"] as const).map((name) => rule(["throwaway", name], (config) =>
    (config[name] as string[]).flatMap((cidr, index) =>
      when(!config.throwaway && documentationRanges.some((range) => contains(range, parseCidr(cidr)!)), { path: [name, index], reason: placeholder })))),

  rule(["backups"], ({ backups: { retentionDays, archiveDays } }) => when(archiveDays < retentionDays, {
    path: ["backups", "archiveDays"], reason: `is below backups.retentionDays (${retentionDays})`, value: String(retentionDays),
  })),
  // What is locked cannot expire: the lifecycle would wait for the lock, and the figure would lie.
  rule(["backups"], ({ backups: { archiveDays, lockDays } }) => when(lockDays > archiveDays, {
    path: ["backups", "lockDays"], reason: `is above backups.archiveDays (${archiveDays})`, value: String(archiveDays),
  })),
  rule(["backups"], ({ backups: { incrementalEveryHours } }) => when(24 % incrementalEveryHours !== 0, {
    path: ["backups", "incrementalEveryHours"], reason: "does not divide the day", value: "6",
  })),

  rule(["gunicornWorkers", "apiSize"], ({ gunicornWorkers, apiSize }) => {
    const fit = gunicornWorkersThatFit(apiSize);
    return when(gunicornWorkers > fit, {
      path: ["gunicornWorkers"], reason: `is more than the ${fit} that ${apiSize} (${sizes[apiSize].memoryMiB} MiB) has memory for`, value: String(fit),
    });
  }),

  rule(["autoscaler"], ({ autoscaler: { min, max } }) => when(min > max, {
    path: ["autoscaler", "min"], reason: `is above autoscaler.max (${max})`, value: String(max),
  })),

  rule(["autoscaler", "workerSize"], ({ autoscaler: { enabled, min, max }, workerSize }) => [
    ...tooMany(["autoscaler", "max"], enabled, max, workerSize),
    ...tooMany(["autoscaler", "min"], enabled && min <= max, min, workerSize),
  ]),
  rule(["concurrency", "autoscaler", "workerSize"], ({ concurrency, autoscaler, workerSize }) =>
    tooMany(["concurrency"], !autoscaler.enabled, concurrency, workerSize)),

  // A task that PostgreSQL refuses a connection is lost: Celery takes it off its queue before it begins.
  rule(["databaseSize", "apiInstanceCount", "apiSize", "gunicornWorkers", "workerInstanceCount", "autoscaler", "concurrency"], ({ databaseSize, ...processes }) => {
    const [needed, fit] = [connectionsOf(processes), connectionsThatFit(databaseSize)];
    const value = Object.keys(sizes).find((other) => connectionsThatFit(other) >= needed);
    if (value !== undefined) {
      return when(needed > fit, { path: ["databaseSize"], reason: `has memory for ${fit} connections, but the API and its workers may open ${needed} at once`, value });
    }
    // No size does. The tier that wants the most is made smaller.
    const of = (apiInstanceCount: number, workerInstanceCount: number): number => connectionsOf({ ...processes, apiInstanceCount, workerInstanceCount });
    const [api, worker] = [of(1, 0) - of(0, 0), of(0, 1) - of(0, 0)];
    const [name, each] = processes.apiInstanceCount * api > processes.workerInstanceCount * worker ? ["apiInstanceCount", api] as const : ["workerInstanceCount", worker] as const;
    const fewer = processes[name] - Math.ceil((needed - mostConnections) / each);
    return [{ path: [name], reason: `lets the API and its workers open ${needed} connections at once, but PostgreSQL allows ${mostConnections}`, value: String(Math.max(1, fewer)) }];
  }),

  rule(["registry", "registryToken"], ({ registry, registryToken }) => together("registry.username", registry, { registryToken })),
  rule(["environment", ...receivers], ({ environment, ...told }, stack) => when(isProduction(environment, stack) && nobodyIs(told), {
    path: [receivers[0]], reason: `is missing, and so are ${receivers.slice(1).join(", ")}: production must notify somebody of alerts`,
  })),
  rule(["environment", "alerts", ...receivers], ({ environment, alerts, ...told }, stack) =>
    when(alerts.runbook === undefined && (isProduction(environment, stack) || !nobodyIs(told)), {
      path: ["alerts", "runbook"], reason: "is missing: every alert links to it",
    })),
  rule(["environment", "logs"], ({ environment, logs: { image } }, stack) => when(image === undefined && isProduction(environment, stack), {
    path: ["logs", "image"], reason: "is missing: without it the logs of a lost machine are lost too",
  })),
  rule(["alerts", "alertTelegramToken"], ({ alerts, alertTelegramToken }) =>
    together("alerts.telegramChatId", alerts.telegramChatId, { alertTelegramToken })),
  rule(["alerts", "alertEmailPassword"], ({ alerts, alertEmailPassword }) => together("alerts.email", alerts.email, { alertEmailPassword })),
  rule(["monitoring", "monitorSize"], ({ monitoring: { retentionGiB }, monitorSize }) => {
    const half = Math.floor(sizes[monitorSize].diskGiB / 2);
    return when(retentionGiB > half, { path: ["monitoring", "retentionGiB"], reason: `is more than half of the disk of ${monitorSize}`, value: String(half) });
  }),
  rule(["monitoring", "logs", "monitorSize"], ({ monitoring, logs, monitorSize }) => {
    const { diskGiB, memoryMiB } = sizes[monitorSize];
    const room = Math.floor(diskGiB * 2 / 3) - monitoring.retentionGiB;
    return logs.image === undefined ? [] : [
      ...when(logs.retentionGiB > room && room > 0, {
        path: ["logs", "retentionGiB"], reason: `and monitoring.retentionGiB are more than two thirds of the disk of ${monitorSize}`, value: String(room),
      }),
      ...when(memoryMiB < 2048, { path: ["monitorSize"], reason: `has ${memoryMiB} MiB of memory; with logs it needs 2048` }),
    ];
  }),
  rule(["sentry", "sentryAuthToken"], ({ sentry, sentryAuthToken }) => together("sentry", sentry, { sentryAuthToken })),
  rule(["mediaStorage", "mediaAccessKeyId", "mediaSecretAccessKey"], ({ mediaStorage, ...keys }) => together("mediaStorage", mediaStorage, keys)),

  rule(["mediaStorage"], ({ mediaStorage }) => {
    if (mediaStorage === undefined) return [];
    const { bucket, endpoint, region } = mediaStorage;
    const { protocol, host, pathname } = new URL(endpoint);
    const parts = [[`${region}.`, "s3.", "s3-"].some((next) => host.startsWith(`${bucket}.${next}`)), pathname === `/${bucket}`];
    return when(parts.includes(true), {
      path: ["mediaStorage", "endpoint"], reason: `contains mediaStorage.bucket (${bucket}): give the endpoint without the bucket`,
      value: `${protocol}//${parts[0] ? host.slice(bucket.length + 1) : host}`,
    });
  }),

  rule(["djangoSecretKey", "djangoSecretKeyFallbacks"], ({ djangoSecretKey, djangoSecretKeyFallbacks }) =>
    when(djangoSecretKeyFallbacks !== undefined && djangoSecretKeyFallbacks.split(",").includes(djangoSecretKey), {
      path: ["djangoSecretKeyFallbacks"], reason: "contains the current djangoSecretKey: nothing was rotated",
    })),

  // Of the two this is the one that can be changed.
  rule(["djangoSecretKey", "backupPassphrase"], ({ djangoSecretKey, backupPassphrase }) => when(djangoSecretKey === backupPassphrase, {
    path: ["djangoSecretKey"], reason: "is the same as backupPassphrase: every API and worker machine could read the backups",
  })),

  rule(["environmentVariables"], ({ environmentVariables: { EMAIL_PORT } }) => when(EMAIL_PORT !== undefined && !isPort(EMAIL_PORT), {
    path: ["environmentVariables", "EMAIL_PORT"], reason: "is not a port", value: "2525",
  })),
  rule(["environmentVariables", "sentryDsn", "outboundPorts"], ({ environmentVariables: { EMAIL_PORT }, sentryDsn, outboundPorts }) => {
    const needed = [
      ...(EMAIL_PORT !== undefined && isPort(EMAIL_PORT) ? [{ port: Number(EMAIL_PORT), why: "EMAIL_PORT: the application could send no mail" }] : []),
      ...(sentryDsn !== undefined ? [{ port: portOf(sentryDsn), why: "the port of sentryDsn: the application could report no error" }] : []),
    ].filter(({ port }) => !outboundPorts.includes(port));
    return when(needed.length > 0, {
      path: ["outboundPorts"],
      reason: `does not contain ${needed.map(({ port, why }) => `${port}, ${why}`).join("; nor ")}`,
      append: [...new Set(needed.map(({ port }) => String(port)))],
    });
  }),

  rule(["environmentVariables", "environmentSecrets"], ({ environmentVariables, environmentSecrets }) =>
    Object.keys(environmentVariables).filter((name) => Object.hasOwn(environmentSecrets, name)).map((name) => ({
      path: ["environmentVariables", name], reason: "is also in environmentSecrets", remedy: "remove",
    }))),
];

function pinned(path: string[], image: string, throwaway: boolean): Conflict[] {
  const value = `${image.replace(/@.*$/, "")}@sha256:<digest>`;
  return [
    ...when(!throwaway && !image.includes("@sha256:"), { path, reason: "has no digest: a tag may name another image on the next machine", value }),
    ...when(/@sha256:0{64}$/.test(image), { path, reason: placeholder, value }),
  ];
}

function tooMany(path: string[], applies: boolean, children: number, size: string): Conflict[] {
  const fit = celeryChildrenThatFit(size);
  return when(applies && children > fit, {
    path, reason: `is more than the ${fit} children that ${size} (${sizes[size].memoryMiB} MiB) has memory for`, value: String(fit),
  });
}

/** Secrets that belong to a group: all with it, none without. */
function together(name: string, group: object | string | undefined, keys: Record<string, string | undefined>): Conflict[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    if (group !== undefined && value === undefined) return [{ path: [key], reason: `is missing, but ${name} needs it` }];
    if (group === undefined && value !== undefined) return [{ path: [key], reason: `has no effect without ${name}`, remedy: "remove" as const }];
    return [];
  });
}
