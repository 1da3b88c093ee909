/** PostgreSQL as Debian has it: of one version, with one cluster. */
export const version = "17";

/** Its programs. */
export const bin = `/usr/lib/postgresql/${version}/bin`;

/** Its configuration. */
export const etc = `/etc/postgresql/${version}/main`;

/** The systemd unit that runs it. */
export const unit = `postgresql@${version}-main.service`;

/** What it writes down. */
export const log = `/var/log/postgresql/postgresql-${version}-main.log`;
/** Zone of the times in it, whatever the machine's is. */
export const logZone = "UTC";
