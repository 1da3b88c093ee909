#!/usr/bin/env bash
# Everything. Parts that need the processors run beside parts that mostly wait for the stack: one after the other would take minutes longer.
# Each part's results are counted from its own report; the last line is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
reports=$(mktemp -d)
tools=${RINGO_CACHE_DIR:-/var/cache/ringo-local}/bin
trap 'rm -rf "$reports"' EXIT
failed_steps=()

step() { # name, command...
  local name=$1; shift
  local began=$SECONDS
  printf '\n== %s\n' "$name"
  if "$@"; then
    printf '== %s: ok in %ss\n' "$name" $((SECONDS - began))
  else
    printf '== %s: FAILED after %ss\n' "$name" $((SECONDS - began))
    failed_steps+=("$name")
    return 1
  fi
}

jest_part() { # report, arguments...
  local report=$1; shift
  jest --json --outputFile="$reports/$report.json" "$@"
}

# Waits for a part that runs in the background, and prints its output.
told() { # process, log
  local status=0
  wait "$1" || status=$?
  cat "$2"
  return $status
}

# The local cloud's own tests need the machine without a stack. Checks of the source run beside them.
step 'clean start' make --no-print-directory destroy YES=1
jest_part cloud --selectProjects cloud >"$reports/cloud.log" 2>&1 &
cloud=$!
step 'types and lint' make --no-print-directory _lint
step 'workflows' "$tools/actionlint"
step 'workflows, audited' "$tools/zizmor" --offline --quiet .
step 'reference pages' make --no-print-directory _references
step 'the local cloud' told "$cloud" "$reports/cloud.log"

stands=false
# The running stack's tests whose names begin with these digits, in the order of their names.
on_stack() { # report, digits
  $stands && jest_part "$1" --selectProjects running --runInBand --testSequencer ./tests/alphabetical.js --testPathPatterns "running/[$2]"
}
step 'make up' make --no-print-directory up && stands=true
step 'the running stack: looks, changes and alerts' on_stack looks 1-5
# Unit tests and parts run beside what follows, at low priority and with long timeouts.
{ renice 10 "$BASHPID"; jest_part apart --selectProjects unit parts --testTimeout 300000; } >"$reports/apart.log" 2>&1 &
apart=$!
step 'the running stack: failures' on_stack failures 6
on_stack machines 8 >"$reports/machines.log" 2>&1 &
machines=$!
step 'the running stack: backups' on_stack backups 7
step 'the running stack: its machines and TLS, meanwhile' told "$machines" "$reports/machines.log"
step 'the running stack: operations' on_stack operations 9
step 'unit tests and parts, meanwhile' told "$apart" "$reports/apart.log"
step 'make destroy' make --no-print-directory destroy YES=1

node tests/summary.js "$reports" "${failed_steps[@]}"
