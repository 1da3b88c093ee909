/** Private certificate authorities that the machine's programs trust, besides the public ones. */
import { createHash } from "node:crypto";
import type { Fragment } from "../state";

const directory = "/usr/local/share/ca-certificates";
const ours = `${directory} -name 'ringo-*.crt'`;

/** The bundle that all programs on Debian read that trust the system's authorities. */
export const trustBundle = "/etc/ssl/certs/ca-certificates.crt";

/** @param certificates PEM, one certificate each. A removed one is no longer trusted. */
export function trust(certificates: string[]): Fragment {
  const files = certificates.map((pem) => {
    const content = `${pem.trim()}\n`;
    const name = createHash("sha256").update(content).digest("hex").slice(0, 16);
    return { path: `${directory}/ringo-${name}.crt`, content };
  });
  const paths = files.map((file) => file.path).sort();
  return {
    packages: ["ca-certificates"],
    files,
    steps: [
      {
        name: "trust certificates",
        // --fresh would also recreate some 300 links, with a process or two for each: twice the time.
        command: `find ${ours}${paths.map((path) => ` ! -path ${path}`).join("")} -delete
find /etc/ssl/certs -xtype l -delete
update-ca-certificates > /dev/null`,
        // Up to date if exactly our files exist and none is newer than the bundle.
        unless: `[ "$(find ${ours} | sort)" = "${paths.join("\n")}" ] && \
[ -s ${trustBundle} ] && [ -z "$(find ${ours} -newer ${trustBundle})" ]`,
      },
    ],
  };
}
