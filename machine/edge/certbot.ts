import { quote } from "../shell";
import { mayReach } from "../egress";
import { portOf } from "../url";
import { acmeRoot, tlsDirectory } from "./nginx";
import { combine, type Fragment } from "../state";

export interface CertbotOptions {
  /** The names of the certificate; the first is its subject. */
  domains: string[];
  /** E-mail address of the account at the CA. */
  email: string;
  /** The ACME directory. */
  server: string;
}

/**
 * Fewer days are left only if renewal fails. certbot renews when a third of the lifetime is left: 30 days of Let's
 * Encrypt's 90, and 15 of its 45 from 2028 on.
 */
export const renewedWithDays = 10;

const obtain = "/usr/local/lib/ringo/obtain-certificate";
const deploy = "/usr/local/lib/ringo/deploy-certificate";
const dropIn = "/etc/systemd/system/certbot.service.d/ringo.conf";
/** certbot has its own list of CAs; the system's includes private ones, too. */
const trust = "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt";

/** One certificate from an ACME server by HTTP-01 through nginx, renewed by Debian's timer; nginx is reloaded after each. */
export function certbot(options: CertbotOptions): Fragment {
  const { domains, server, email } = options;
  if (domains.length === 0) throw new Error("a certificate needs at least one domain");
  return combine(mayReach("certbot", [{ name: "acme", port: portOf(server), to: "any", users: ["root"] }]), {
    packages: ["certbot", "openssl"],
    files: [
      { path: obtain, mode: "0755", content: obtainScript(domains, server, email) },
      { path: deploy, mode: "0755", content: deployScript },
      { path: dropIn, content: `[Service]\nEnvironment=${trust}\n` },
    ],
    steps: [{
      name: `certificate for ${domains.join(", ")}`,
      when: "after-units",
      unless: `${obtain} --check`,
      command: obtain,
      timeoutSeconds: 300,
    }],
    units: [{ name: "certbot.timer" }],
    checks: [
      { name: "the certificate is of the CA asked for, for these names and for a day at least", command: `${obtain} --check` },
      {
        name: "nginx serves that certificate",
        command: `test "$(openssl s_client -connect 127.0.0.1:443 -servername ${domains[0]} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256)" = "$(openssl x509 -in ${tlsDirectory}/fullchain.pem -noout -fingerprint -sha256)"`,
      },
    ],
  });
}

const obtainScript = (domains: string[], server: string, email: string): string => `#!/bin/sh
# Obtains the certificate if there is none, or if its names or its CA have changed.
# With --check it only tells by its exit status whether everything is as declared.
set -eu
live=/etc/letsencrypt/live/ringo
domains='${domains.join(" ")}'
server=${quote(server)}

issued() {
    grep -qxF "server = $server" /etc/letsencrypt/renewal/ringo.conf 2>/dev/null || return 1
    openssl x509 -in "$live/cert.pem" -noout -checkend 86400 >/dev/null 2>&1 || return 1
    have=$(openssl x509 -in "$live/cert.pem" -noout -ext subjectAltName | tr ',' '\\n' | sed -n 's/^ *DNS://p' | sort)
    # shellcheck disable=SC2086 # one name a line
    [ "$have" = "$(printf '%s\\n' $domains | sort)" ]
}

deployed() {
    [ "$(readlink ${tlsDirectory}/fullchain.pem)" = "$live/fullchain.pem" ] &&
        [ "$(readlink ${tlsDirectory}/privkey.pem)" = "$live/privkey.pem" ]
}

if [ "\${1:-}" = --check ]; then
    issued && deployed
    exit
fi

if ! issued; then
    for domain in $domains; do set -- "$@" --domain "$domain"; done
    # shellcheck disable=SC2097,SC2098
    if ! ${trust} certbot certonly --non-interactive --agree-tos --no-eff-email --email ${quote(email)} \\
        --server "$server" --webroot --webroot-path ${acmeRoot} --cert-name ringo \\
        --deploy-hook ${deploy} --force-renewal --renew-with-new-domains "$@"; then
        for domain in $domains; do
            echo "$domain resolves to: $(getent ahosts "$domain" | awk '{print $1}' | sort -u | tr '\\n' ' ')" >&2
        done
        echo 'The CA must reach this machine on port 80 under each of these names.' >&2
        exit 1
    fi
fi
deployed || RENEWED_LINEAGE=$live ${deploy}
`;

const deployScript = `#!/bin/sh
# Run by certbot after each issue and renewal.
set -eu
ln -sfn "$RENEWED_LINEAGE/fullchain.pem" ${tlsDirectory}/fullchain.pem
ln -sfn "$RENEWED_LINEAGE/privkey.pem" ${tlsDirectory}/privkey.pem
nginx -t -q
systemctl reload nginx
`;
