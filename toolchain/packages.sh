#!/bin/sh
# Installs Debian packages, as root, only for their programs. Debian starts a service as soon as its package is installed, on
# every address, and at every boot from then on: the services of these packages are neither started nor enabled, whether this ends
# well, fails or is interrupted. A service that was installed before stays as it is.
#
#   packages.sh <package>...
set -eu

# Debian's names of packages that start something, with those of their services.
services() {
  cat <<'LIST'
docker-registry          docker-registry
mtail                    mtail
nginx                    nginx
postgresql               postgresql
prometheus               prometheus
prometheus-alertmanager  prometheus-alertmanager
openssh-server           ssh
LIST
}

# A package that an interrupted run of this script unpacked, but never configured, was not there before.
there_before() {
  case $(dpkg-query -W -f '${db:Status-Status} ${Config-Version}' "$1" 2>/dev/null) in
    'installed '* | 'triggers-'*) return 0 ;;
    'config-files '* | *' ') return 1 ;; # removed, or never configured
    *' '*) return 0 ;; # an upgrade that was interrupted
    *) return 1 ;;
  esac
}

unpacked() {
  case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
    '' | not-installed | config-files) return 1 ;;
  esac
}

new=$(services | while read -r package service; do
  there_before "$package" || systemctl --quiet is-active "$service.service" 2>/dev/null || printf '%s %s\n' "$package" "$service"
done)

# Debian asks this before it starts a service: it refuses only the new ones. If this process is killed, it refuses nothing any
# more and removes itself at the first question. A machine that already has such a policy does not start services of packages anyway.
policy=/usr/sbin/policy-rc.d
placed=
refuse_starts() {
  [ -n "$new" ] && [ ! -e "$policy" ] || return 0
  placed=yes
  cat >"$policy" <<END
#!/bin/sh
# Created by toolchain/packages.sh for the duration of an installation.
grep -qs packages.sh /proc/$$/cmdline || { rm -f "$policy"; exit 0; }
for word; do
  case \${word%.*} in $(printf '%s\n' "$new" | cut -d ' ' -f 2 | paste -s -d '|' -)) exit 101 ;; esac
done
END
  chmod 755 "$policy"
}

# Only their programs are wanted.
keep_stopped() {
  if [ -d /run/systemd/system ]; then
    systemctl --quiet disable --now "$1.service"
    # Ubuntu's sshd waits behind a socket.
    systemctl --quiet disable --now "$1.socket" 2>/dev/null || true
  else
    "/etc/init.d/$1" stop >/dev/null 2>&1 || true
    update-rc.d "$1" disable
  fi
}

finish() {
  status=$?
  trap '' HUP INT TERM
  [ -z "$placed" ] || rm -f "$policy"
  while read -r package service; do
    if unpacked "$package"; then keep_stopped "$service" || status=1; fi
  done <<END
$new
END
  exit "$status"
}

trap finish EXIT
# Each waits for the command that runs.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

export DEBIAN_FRONTEND=noninteractive
refuse_starts
# Finishes an interrupted installation: apt-get would ask to do it by hand, without the policy.
dpkg --configure --pending </dev/null || true
apt-get update -q
apt-get install -qy --no-install-recommends "$@"
