import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { MediaClientOptions } from "../machine/data/media";

/** Where the shared files are, and the keys to them. */
export interface MediaShare {
  /** Private address of the data machine. */
  server: string;
  /** Its public host key. */
  hostKey: string;
  /** For API and worker machines. */
  writerKey: string;
  /** For the edge, which the internet talks to: it only reads. */
  readerKey: string;
}

/** The keys by which other machines reach the shared files: they open SFTP on those and nothing else. */
export class MediaKeys extends pulumi.ComponentResource {
  readonly writer: tls.PrivateKey;
  readonly reader: tls.PrivateKey;

  /** @param args `generation` counts the keys so far. */
  constructor(name: string, { generation }: { generation: number }, opts?: pulumi.ComponentResourceOptions) {
    super("ringo:media:MediaKeys", name, {}, opts);
    this.writer = new tls.PrivateKey(`${name}-writer-${generation}`, { algorithm: "ED25519" }, { parent: this });
    this.reader = new tls.PrivateKey(`${name}-reader-${generation}`, { algorithm: "ED25519" }, { parent: this });
    this.registerOutputs({});
  }
}

/** What an API or worker machine needs to mount the shared files. */
export const writer = ({ server, hostKey, writerKey }: MediaShare): MediaClientOptions =>
  ({ server, hostKey, privateKey: writerKey });

/** What the edge needs to mount them, read-only. */
export const reader = ({ server, hostKey, readerKey }: MediaShare): MediaClientOptions =>
  ({ server, hostKey, privateKey: readerKey, readOnly: true });
