import * as path from "node:path";

/** Everything the local cloud keeps between commands; `make destroy` removes all of it. */
export const stateDir = path.resolve(process.env.RINGO_LOCAL_DIR || "/var/lib/ringo-local");

/** What can be rebuilt: base images, tools, built application images. */
export const cacheDir = process.env.RINGO_CACHE_DIR ?? "/var/cache/ringo-local";

/** Tools built from pinned Go modules: pulumi, pebble, versitygw. */
export const binDir = path.join(cacheDir, "bin");

export { projectDir } from "../cli/project";

/** A path in the local cloud's state. */
export const inState = (...parts: string[]): string => path.join(stateDir, ...parts);

/** A path in the caches. */
export const inCache = (...parts: string[]): string => path.join(cacheDir, ...parts);

/** PEM of all roots that the local ACME server ever had: certificates issued before a restart of it stay valid. */
export const acmeRootsFile = inState("acme-roots.pem");

/** The stack that runs on this machine. */
export const stackName = "local";
