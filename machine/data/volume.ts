import type { Fragment, Mount } from "../state";

/** A volume of the cloud, mounted. XFS: it grows while it is in use, and keeps nothing back for root. */
export const mountedVolume = (mount: Mount): Fragment => ({ packages: ["xfsprogs"], mounts: [mount], units: [{ name: "xfs_scrub_all.timer" }] });
