#!/usr/bin/env bash
# Everything, in the order in which a failure is cheapest to see. Each part's results are counted from its own report;
# the last line is `N passed, N failed`.
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

# Nothing of an earlier stack may be left: some of the parts' tests own the machine.
step 'clean start' make --no-print-directory destroy YES=1
# The looks at the source go on beside these.
jest_part apart --selectProjects unit parts >"$reports/apart.log" 2>&1 &
apart=$!
step 'types and lint' make --no-print-directory _lint
step 'workflows' "$tools/actionlint"
step 'workflows, audited' "$tools/zizmor" --offline --quiet .
step 'reference pages' make --no-print-directory _references
step 'unit tests and parts' told "$apart" "$reports/apart.log"
if step 'make up' make --no-print-directory up; then
  step 'the running stack' jest_part running --selectProjects running --runInBand --testSequencer ./tests/alphabetical.js
fi
step 'make destroy' make --no-print-directory destroy YES=1

node tests/summary.js "$reports" "${failed_steps[@]}"
