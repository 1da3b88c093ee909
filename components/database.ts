import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { sizes } from "../config";
import { backupTool, originCommand } from "../machine/backup";
import { celeryUser, monitorRole, postgresExporter, postgresMonitor, readsFigures, readsQueues, redisExporter, redisUser } from "../machine/monitoring";
import { mediaServer } from "../machine/data/media";
import { archiving, pgbackrest } from "../machine/backup/pgbackrest";
import { postgres, postgresPreparation } from "../machine/data/postgres";
import { version } from "../machine/data/postgres/cluster";
import { endFormer, loginName } from "../machine/data/postgres/roles";
import { restic } from "../machine/backup/restic";
import { queueing } from "../machine/data/queueing";
import { asCelery, forgetFormer, redis } from "../machine/data/redis";
import { combine } from "../machine/state";
import { mountedVolume } from "../machine/data/volume";
import type { Repositories } from "./backups";
import { selfSigned } from "./certificate";
import { Host, type HostContext } from "./host";
import { MediaKeys, type MediaShare } from "./media";
import { physicalName, projectTag, stackTag } from "./naming";

/** Arguments of `Database`. */
export interface DatabaseArgs {
  /** What all machines of the stack share. */
  context: HostContext;
  /** The machine that connections go through. */
  bastion: Host;
  /** Droplet size by slug. PostgreSQL and Redis are tuned to its memory and processors. */
  size: string;
  /** Connections to PostgreSQL that the application may have at once. */
  clients: number;
  /** Size of the volume, in GiB. It grows in place and cannot shrink. */
  volumeGiB: number;
  /** Name of the application's database. It cannot change once there is data. */
  databaseName: string;
  /** Role that owns the database. It cannot change once there is data. */
  databaseUser: string;
  /** Generation of the passwords of PostgreSQL and Redis: a higher number creates new ones. */
  passwordGeneration: number;
  /** Records that number in the state: no password is created before. */
  begun: pulumi.Resource;
  /** Generation of the keys to the shared files: a higher number creates new ones. */
  mediaKeyGeneration: number;
  /** Celery's queues in Redis. */
  queues: string[];
  backups: {
    /** Where backups are written. */
    repositories: pulumi.Output<Repositories>;
    /** What must be in force before anything is written to S3: versions, locks, policies. */
    ready: pulumi.Resource[];
    /** Encrypts backups on the machine. */
    passphrase: pulumi.Output<string>;
    /** How far back a restore can go, in days. */
    retentionDays: number;
    /** Hours between incremental backups. */
    incrementalEveryHours: number;
    /** What an empty volume is filled with: `latest`, or an ISO 8601 time in UTC. @default a new cluster */
    restore?: string;
  };
  /** Refuse to delete the volume. */
  protect: boolean;
}

/** How the application reaches its data. Secret as a whole. */
export interface DataFacts {
  postgres: { host: string; database: string; user: string; password: string };
  /** Consumers are the workers. Producers (API and beat) only add to the queues; when Redis is low on memory, producers are refused first. */
  redis: Record<"consumer" | "producer", { host: string; user: string; password: string }>;
}

/** Redis's user of API and beat. */
const producer = "producer";

const mountPoint = "/srv/data";
const shared = `${mountPoint}/shared`;
const media = `${shared}/media`;
const cluster = `${mountPoint}/postgresql/${version}/main`;

/** The machine with everything that must not be lost: PostgreSQL, Redis and media files, on a volume that outlives it. */
export class Database extends pulumi.ComponentResource {
  readonly host: Host;
  /** Addresses and credentials for the application. Secret. */
  readonly facts: pulumi.Output<DataFacts>;
  /** Address and keys of the shared files. Secret. */
  readonly media: pulumi.Output<MediaShare>;
  /** Id of the volume. A new volume is empty or restored from a backup, so the release's migrations run again. */
  readonly volumeId: pulumi.Output<string>;
  /** Redis's address and the password with which the monitor reads the queues. Secret. */
  readonly queues: pulumi.Output<{ host: string; password: string }>;
  /** PostgreSQL and Redis answer, and the shared files are served. */
  readonly ready: pulumi.Resource;

  private readonly passwords: Record<"postgres" | "redis" | "redisProducer" | "redisOperator" | "redisExporter" | "celeryExporter", pulumi.Output<string>>;

  constructor(private readonly name: string, private readonly args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:database:Database", name, {}, opts);
    const vpc = [args.context.network.vpcCidr];
    const passwords = this.passwords = {
      postgres: this.createPassword("postgres"),
      redis: this.createPassword("redis"),
      redisProducer: this.createPassword("redis-producer"),
      redisOperator: this.createPassword("redis-operator"),
      redisExporter: this.createPassword("redis-exporter"),
      celeryExporter: this.createPassword("celery-exporter"),
    };
    this.host = new Host(name, {
      context: args.context,
      role: "data",
      size: args.size,
      bastion: args.bastion,
      services: [
        { name: "ssh and shared files", port: 22, from: vpc },
        { name: "postgresql", port: 5432, from: vpc },
        { name: "redis", port: 6379, from: vpc },
      ],
      // Installed with all other machines' packages rather than when everything waits for the database.
      preparation: combine(postgresPreparation([{ name: args.databaseUser, database: args.databaseName }]), { packages: ["redis-server", "redis-tools", "python3-redis", "pgbackrest", "restic", "xfsprogs"] }),
      exporters: (address) => passwords.redisExporter.apply((password) =>
        combine(postgresExporter(address, args.databaseName), redisExporter(address, password))),
    }, { parent: this });

    const { volume, attachment } = this.createVolume();
    this.volumeId = volume.id;
    const host = this.host.privateAddress;
    this.facts = pulumi.secret({
      postgres: { host, database: args.databaseName, user: loginName(args.databaseUser, args.passwordGeneration), password: passwords.postgres },
      redis: { consumer: { host, user: "ringo", password: passwords.redis }, producer: { host, user: producer, password: passwords.redisProducer } },
    });

    this.queues = pulumi.secret({ host, password: passwords.celeryExporter });
    const keys = new MediaKeys(`${name}-media`, { generation: args.mediaKeyGeneration }, { parent: this });
    this.media = pulumi.secret({
      server: host,
      hostKey: this.host.hostPublicKey,
      writerKey: keys.writer.privateKeyOpenssh,
      readerKey: keys.reader.privateKeyOpenssh,
    });

    this.ready = this.host.apply("data", this.state(volume, keys), [this.host.ready, ...args.backups.ready], [attachment.id]);
    this.registerOutputs({});
  }

  /** Revokes former passwords. @param after the last roll-outs: after them nothing uses a former password. */
  endFormerPasswords(after: pulumi.Resource[]): pulumi.Resource {
    const { databaseUser: name, passwordGeneration: generation } = this.args;
    const state = pulumi.all(Object.values(this.passwords)).apply((all) => combine(endFormer({ name, generation }), forgetFormer(all)));
    return this.host.apply("passwords", state, [this.ready, ...after]);
  }

  private createVolume() {
    const { args, name } = this;
    const { network, tags } = args.context;
    const volume = new digitalocean.Volume(`${name}-volume`, {
      name: physicalName(name),
      region: network.region,
      size: args.volumeGiB,
      initialFilesystemType: "xfs", // its first machine mounts it under /mnt by itself, which its state ends (machine/apply/mounts.py)
      description: "PostgreSQL, Redis and media files",
      tags: [projectTag, stackTag(), ...tags],
    }, { parent: this, protect: args.protect, retainOnDelete: args.protect });
    const attachment = new digitalocean.VolumeAttachment(`${name}-volume-attachment`, {
      dropletId: this.host.droplet.id.apply(Number),
      volumeId: volume.id,
    }, { parent: this, deleteBeforeReplace: true }); // a volume is attached to one machine at a time
    return { volume, attachment };
  }

  /** Letters and digits only: the application puts it into a URL without escaping it. */
  private createPassword(what: string): pulumi.Output<string> {
    return new random.RandomPassword(`${this.name}-password-${what}`, {
      length: 40, special: false, keepers: { generation: String(this.args.passwordGeneration) },
    }, { parent: this, dependsOn: this.args.begun }).result;
  }

  private state(volume: digitalocean.Volume, keys: MediaKeys) {
    const { args } = this;
    const { memoryMiB, vcpus } = sizes[args.size];
    const stanza = physicalName(this.name);
    return pulumi.output({
      listenAddress: this.host.privateAddress,
      device: volume.name.apply((name) => `/dev/disk/by-id/scsi-0DO_Volume_${name}`),
      passwords: this.passwords,
      certificate: selfSigned(this.name, this.host.privateAddress, this),
      writer: keys.writer.publicKeyOpenssh,
      reader: keys.reader.publicKeyOpenssh,
      repositories: args.backups.repositories,
      passphrase: args.backups.passphrase,
    }).apply(({ listenAddress, device, passwords: secret, certificate, writer, reader, repositories, passphrase }) => combine(
      mountedVolume({ device, path: mountPoint, gib: args.volumeGiB }),
      postgres({
        listenAddress,
        allowedCidr: args.context.network.vpcCidr,
        roles: [{ name: args.databaseUser, database: args.databaseName, password: secret.postgres, generation: args.passwordGeneration }],
        peers: [{ role: monitorRole.name, database: args.databaseName, systemUser: monitorRole.systemUser }],
        memoryMiB,
        vcpus,
        clients: args.clients,
        tls: certificate,
        dataDirectory: cluster,
        origin: originCommand(args.backups.restore),
        settings: archiving(stanza),
      }),
      postgresMonitor(args.databaseName),
      backupTool({ stanza, dataDirectory: cluster, databases: [args.databaseName], media: repositories.media && media }),
      pgbackrest({
        stanza,
        repository: repositories.postgres,
        passphrase,
        dataDirectory: cluster,
        processes: vcpus,
        retentionDays: args.backups.retentionDays,
        incrementalEveryHours: args.backups.incrementalEveryHours,
        queueMaxMiB: args.volumeGiB * 1024 / 4,
      }),
      repositories.media ? restic({
        repository: repositories.media,
        passphrase,
        path: media,
        keepDays: args.backups.retentionDays,
        restore: args.backups.restore,
      }) : {},
      redis({
        listenAddress,
        password: secret.redis,
        operatorPassword: secret.redisOperator,
        users: [
          { name: producer, password: secret.redisProducer, rules: asCelery },
          { name: redisUser, password: secret.redisExporter, rules: readsFigures },
          { name: celeryUser, password: secret.celeryExporter, rules: readsQueues(args.queues) },
        ],
        // Queues are small; what they may take is kept from PostgreSQL's page cache.
        maxMemoryMiB: Math.floor(memoryMiB / 8),
        dataDirectory: `${mountPoint}/redis`,
      }),
      queueing(producer),
      mediaServer({
        writers: [writer],
        readers: [reader],
        allowedCidr: args.context.network.vpcCidr,
        path: shared,
      }),
    ));
  }
}
