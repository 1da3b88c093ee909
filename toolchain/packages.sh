#!/bin/sh
# Installs Debian packages, as root, for their programs alone. Debian starts a service as soon as its package is installed, on
# every address, and with the machine from then on: those that come with these neither start nor are enabled, whether this ends
# well, fails or is interrupted. A service that was there before goes on as it is.
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

# One that an interrupted run of this has unpacked, and that was never configured, is none that was there before.
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

# What Debian asks before it starts a service: this refuses the new ones alone. Should this process be killed, it refuses nothing any
# more and goes with the first question. A machine that has one already is not to start what comes with packages anyway.
policy=/usr/sbin/policy-rc.d
placed=
refuse_starts() {
  [ -n "$new" ] && [ ! -e "$policy" ] || return 0
  placed=yes
  cat >"$policy" <<END
#!/bin/sh
# Made by toolchain/packages.sh for the time of an installation.
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
# What was interrupted goes on here: apt-get would have it done by hand, without what refuses the starts.
dpkg --configure --pending </dev/null || true
apt-get update -q
apt-get install -qy --no-install-recommends "$@"
