/** A bucket for backups, and the key that may write to it. */
export interface Repository {
  /** An https URL. */
  endpoint: string;
  /** The bucket is part of the path rather than of the host's name. */
  pathStyle: boolean;
  region: string;
  bucket: string;
  accessKeyId: string;
  /** Secret. */
  secretAccessKey: string;
}
