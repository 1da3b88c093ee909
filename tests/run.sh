#!/usr/bin/env bash
# Everything. What works for the processors goes on beside what waits for the stack: one after the other takes minutes longer.
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

# What a part has said that was begun before.
told() { # process, log
  local status=0
  wait "$1" || status=$?
  cat "$2"
  return $status
}

# The looks at the source go on beside the local cloud's own tests, which have the machine for themselves.
step 'clean start' make --no-print-directory destroy YES=1
jest_part cloud --selectProjects cloud >"$reports/cloud.log" 2>&1 &
cloud=$!
step 'types and lint' make --no-print-directory _lint
step 'workflows' "$tools/actionlint"
step 'workflows, audited' "$tools/zizmor" --offline --quiet .
step 'reference pages' make --no-print-directory _references
step 'the local cloud' told "$cloud" "$reports/cloud.log"

# Of the running stack's tests, in their order: those that nothing may disturb, those that mostly wait, and the rest.
first='running/[1-5]'
waiting='running/6[0-3]'
stands=false
on_stack() { # report, step, arguments...
  local report=$1 name=$2; shift 2
  $stands && step "the running stack: $name" jest_part "$report" --selectProjects running --runInBand --testSequencer ./tests/alphabetical.js "$@"
}
step 'make up' make --no-print-directory up && stands=true
on_stack first 'looks and changes' --testPathPatterns "$first"
# They are given what the stack leaves over, and the time for that.
{ renice 10 "$BASHPID"; jest_part apart --selectProjects unit parts --testTimeout 300000; } >"$reports/apart.log" 2>&1 &
apart=$!
on_stack waiting 'failures and backups' --testPathPatterns "$waiting"
step 'unit tests and parts, meanwhile' told "$apart" "$reports/apart.log"
on_stack rest 'alerts, releases and runbooks' --testPathIgnorePatterns "$first" "$waiting"
step 'make destroy' make --no-print-directory destroy YES=1

node tests/summary.js "$reports" "${failed_steps[@]}"
