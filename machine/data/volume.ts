import type { Fragment, Mount } from "../state";

/** A mounted cloud volume. XFS, since it grows while in use, and reserves nothing for root. */
export const mountedVolume = (mount: Mount): Fragment => ({ packages: ["xfsprogs"], mounts: [mount], units: [{ name: "xfs_scrub_all.timer" }] });
