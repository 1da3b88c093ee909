// These two switch off costly bookkeeping of Pulumi's SDK.
import "./sdk/debug-log";
import "./sdk/promise-traces";
import * as pulumi from "@pulumi/pulumi";
import { Access } from "./components/access";
import { ApiTier } from "./components/api";
import { backendOf, celeryOf, registryLogin } from "./components/application";
import { Backups } from "./components/backups";
import { Database } from "./components/database";
import { Edge } from "./components/edge";
import { beginGenerations, keepGenerations } from "./components/generations";
import { grafanaOf } from "./components/grafana";
import { keepLogs, Logs } from "./components/logs";
import { Monitoring } from "./components/monitoring";
import { Network } from "./components/network";
import { Outside } from "./components/outside";
import { describe } from "./components/outputs";
import { sentryOf, tellOfRollOut } from "./components/sentry";
import type { ContainerHostContext } from "./components/tier";
import { WorkerTier } from "./components/worker";
import { connectionsOf, generationsOf, handedOver, loadConfig } from "./config";
import { releaseKey } from "./machine/backend/release";

/** The stack: first what exists, then what runs on it, in the order of a release. */
async function stack(): Promise<Record<string, pulumi.Input<unknown>>> {
  const config = loadConfig();
  const { protect, domain } = config;

  const network = new Network("network", config);
  const begun = beginGenerations(handedOver(generationsOf(config, [])));
  const access = new Access("access", { generation: config.deployerKeyGeneration, begun });
  // Every machine's firewall names the monitor's address. But the monitor comes after the edge, through which it is reached: so its
  // address is promised here, and given when the monitor is declared.
  const [monitor, giveMonitor] = pulumi.deferredOutput<string>();
  const { image: loki, ...retention } = config.logs;
  const logs = loki === undefined ? undefined : new Logs("logs", { ...retention, image: loki, address: monitor });
  const grafana = grafanaOf(config, monitor);
  const context: ContainerHostContext = { ...config, network, access, registry: registryLogin(config, config.image), monitor, logs: logs?.intake };

  const edge = new Edge("edge", {
    context,
    size: config.edgeSize,
    domain,
    grafanaDomain: config.grafana.domain,
    dnsZone: config.manageDns ? config.dnsZone : undefined,
    sshAllowedCidrs: config.sshAllowedCidrs,
  });
  const bastion = edge.host;
  const images = [loki, config.grafana.image].filter((image) => image !== undefined);
  const monitoring = new Monitoring("monitor", {
    context, bastion, size: config.monitorSize, keepsLogs: logs !== undefined, grafana, images, dockerCidr: config.dockerCidr,
    registry: registryLogin(config, ...images), sentry: sentryOf(config),
  });
  giveMonitor(monitoring.host.privateAddress);
  keepLogs(monitoring.host, logs);
  const backups = new Backups("backups", { ...config.backups, retention: config.backups, protect });
  const database = new Database("data", {
    context,
    bastion,
    size: config.databaseSize,
    clients: connectionsOf(config),
    volumeGiB: config.databaseVolumeGiB,
    databaseName: config.databaseName,
    databaseUser: config.databaseUser,
    passwordGeneration: config.passwordGeneration,
    begun,
    mediaKeyGeneration: config.mediaKeyGeneration,
    queues: config.queues,
    backups: {
      ...config.backups,
      repositories: backups.repositories,
      ready: backups.ready,
      passphrase: config.secrets.backupPassphrase,
      restore: config.restore,
    },
    protect,
  });
  const api = new ApiTier("api", {
    context,
    bastion,
    count: config.apiInstanceCount,
    size: config.apiSize,
    gunicornWorkers: config.gunicornWorkers,
    timeoutSeconds: config.apiTimeoutSeconds,
    stopTimeoutSeconds: config.apiStopTimeoutSeconds,
    host: domain,
  });
  const worker = new WorkerTier("worker", {
    context,
    bastion,
    count: config.workerInstanceCount,
    size: config.workerSize,
    celery: celeryOf(config),
    stopTimeoutSeconds: config.workerStopTimeoutSeconds,
  });

  const consumer = backendOf(config, database.facts, "consumer");
  const producer = backendOf(config, database.facts, "producer");
  const { media } = database;
  // It tries a worker, which must start however full Redis is.
  const release = api.release({ backend: consumer, media, volume: database.volumeId, after: [database.ready] });
  const apis = api.rollOut({ backend: producer, media, after: [release] });
  const working = worker.rollOut({ backend: consumer, beat: producer, media, after: apis });
  const serving = edge.serve({
    upstreams: api.hosts.map((host) => host.privateAddress),
    media,
    release: releaseKey(config.image),
    adminCidrs: config.adminAllowedCidrs,
    corsAllowedOrigins: config.corsAllowedOrigins,
    grafana: grafana?.site,
    limits: config.edge.rateLimits,
    waf: config.edge.waf,
    clientMaxBodyMiB: config.edge.clientMaxBodyMiB,
    hstsSeconds: config.edge.hstsSeconds,
    timeoutSeconds: config.apiTimeoutSeconds,
    acme: config.acme,
    after: apis,
  });
  // From here on nobody logs in with an earlier password.
  const closed = database.endFormerPasswords([...apis, ...working]);
  const hosts = [bastion, database.host, ...api.hosts, ...worker.hosts];
  const watching = monitoring.watch({ config, hosts, edge: bastion, workers: worker.hosts, queues: database.queues, after: [serving, ...working] });
  tellOfRollOut(monitoring.host, config, [serving, ...working]);
  const all = [...hosts, monitoring.host];
  keepGenerations(generationsOf(config, all.map(({ name }) => name)), [closed, watching]);

  new Outside("outside", { domain, emails: config.alerts.cloudEmails, after: network.ready });

  return describe({
    domain, grafanaDomain: config.grafana.domain, network, access, bastion,
    hosts: all,
    backups: { region: config.backups.region, buckets: backups.buckets },
  });
}

export = stack;
