import { sharedMount } from "../data/media";
import type { Fragment } from "../state";

export interface StaticFilesOptions {
  /** Name of the release: letters, digits, `.`, `_`, `-`. Its files never change. */
  release: string;
  /** Where each release's files appear, in a directory of its name. @default "/srv/ringo/static" */
  source?: string;
  /** How many releases to keep, so that a page just loaded finds its files. @default 3 */
  keep?: number;
}

const script = "/usr/local/lib/ringo/serve-static";
const root = "/var/www/static";

/**
 * The static files of a release, copied to the edge's own disk and switched to at once.
 * @throws if the release's name could leave its directory.
 */
export function staticFiles(options: StaticFilesOptions): Fragment {
  const { release, source = `${sharedMount}/static`, keep = 3 } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(release)) throw new Error(`not a release's name: ${JSON.stringify(release)}`);
  return {
    directories: [{ path: root }],
    files: [{ path: script, mode: "0755", content: serveScript(source, keep) }],
    steps: [{
      name: `static files of ${release}`,
      when: "after-units",
      unless: `test "$(readlink ${root}/current)" = '${release}'`,
      command: `${script} '${release}'`,
    }],
  };
}

const serveScript = (source: string, keep: number): string => `#!/bin/sh
# serve-static RELEASE: copies its files here, switches to them and forgets releases beyond the last ${keep}.
set -eu
release=$1
cd ${root}
if [ ! -d "$release" ]; then
    tries=0
    until [ -d "${source}/$release" ]; do
        tries=$((tries + 1))
        [ $tries -lt 60 ] || { echo "no static files of $release in ${source}: collectstatic of that release has not run" >&2; exit 1; }
        sleep 1
    done
    rm -rf .incoming
    cp -R "${source}/$release" .incoming
    # A link could lead nginx to this machine's own files.
    find .incoming -type l -delete
    find .incoming -type f \\( -name '*.css' -o -name '*.js' -o -name '*.json' -o -name '*.svg' \\) -exec gzip --keep --force --no-name {} +
    chmod -R u=rwX,go=rX .incoming
    mv -T .incoming "$release"
fi
touch "$release"
ln -sfn "$release" .current
mv -T .current current
find . -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\\n' | sort -rn | tail -n +${keep + 1} | cut -d ' ' -f 2- |
    while read -r old; do rm -rf "./$old"; done
`;
