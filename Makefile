# The commands of this project. `make help` lists them.
# GIVEN lists the variables that commands read from the command line; each command's own line says which. The operator's commands work on
# the stack that STACK=<name> names, or without it on the local stack. All other commands work on the local stack and refuse another STACK.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
GIVEN := MINUTES BACKEND OFFICIAL HOST CMD YES REFRESH \
  QUERY SINCE LIMIT \
  STACK TIME POINT BACKUP ASIDE LATER REPOSITORY_TIME TYPE NAME WHAT JSON
# Passed on as typed: make would expand `$(date)` in a CMD as one of its own variables.
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)
export PULUMI_SKIP_UPDATE_CHECK := true

# A misspelt variable, or a stack that the command cannot work on, is refused before anything is installed or done.
UNKNOWN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
ifneq ($(strip $(UNKNOWN)),)
$(error unknown variable $(strip $(UNKNOWN)). Nothing was done. Variables are: $(sort $(GIVEN)). To set one of the environment, put it before `make`)
endif

OPERATED := ssh doctor logs backups backup restore restore-point restore-test discard rotate-backup-key rotate-deployer-key rotate-passwords rotate-media-keys rewind-backups renew
HERE := $(firstword $(filter-out $(OPERATED) help,$(MAKECMDGOALS)))
CLOUD := $(or $(and $(filter output,$(HERE)),pulumi stack output -s $(STACK) --json),$(and $(filter up preview destroy,$(HERE)),pulumi $(HERE) -s $(STACK)))
ifneq ($(and $(HERE),$(filter-out local,$(STACK))),)
$(error `make $(HERE)` is for the stack on this machine, but STACK is $(STACK)$(if $(CLOUD),. For that one: $(CLOUD) ))
endif

RUN := tsx local/main.ts
OPS := tsx ops/main.ts

.PHONY: $(OPERATED) up preview output destroy check test help reference bench pictures clean _ops _check _local _units _lint _references

up: _local ## Stand the whole stack up on this machine, or bring it up to date (BACKEND=<dir> deploys your own, then and later; REFRESH=1 looks first at what is there; OFFICIAL=random,tls,command uses those official plugins)
	@$(RUN) up

preview: _local ## Show what `make up` would change, and change nothing
	@$(RUN) preview

output: _local ## The running stack as one JSON object on stdout
	@$(RUN) output

ssh: _ops ## A shell on a machine: make ssh HOST=api-0 (CMD='…' runs that; make turns a failure into its own status, `npm run -s ops ssh` does not)
	@$(OPS) ssh

doctor: _ops ## Look at the whole stack at once: the API, each machine, backups, alerts; lists what is wrong, with a command that helps to fix it (JSON=1)
	@$(OPS) doctor

logs: _ops ## What the machines wrote down: the newest LIMIT (200) lines of the last SINCE (1h) that QUERY finds (make logs QUERY='{source="nginx"} | json | status >= 500'; JSON=1)
	@$(OPS) logs

destroy: _local ## Remove the stack and every trace of it from this machine (asks; YES=1 doesn't)
	@$(RUN) destroy

backups: _ops ## What there is to restore, and how far back (JSON=1)
	@$(OPS) backups

backup: _ops ## Make a backup now (TYPE=full, diff or incr)
	@$(OPS) backup

restore: _ops ## Go back: TIME=2026-11-24T09:30:00Z, POINT=<name>, BACKUP=<label>, or the newest state; shows what it would do, and asks (ASIDE=1: beside the running database)
	@$(OPS) restore

restore-point: _ops ## Name this moment, to go back to it (NAME=<name>)
	@$(OPS) restore-point

restore-test: _ops ## Restore into a throw-away directory and check what came back, as each Sunday
	@$(OPS) restore-test

discard: _ops ## Remove what a restore kept: WHAT=<path>, or WHAT=all
	@$(OPS) discard

rotate-backup-key: _ops ## A new access key for the backups, then the old one is revoked (LATER=1 leaves any rotation to the next update: it only raises the count in the stack's file)
	@$(OPS) rotate-backup-key

rotate-deployer-key: _ops ## Switch to the next SSH deploy key, which the machines trust already, and revoke the current one
	@$(OPS) rotate-deployer-key

rotate-passwords: _ops ## New passwords of PostgreSQL and Redis, with no request lost, then the old ones are revoked
	@$(OPS) rotate-passwords

rotate-media-keys: _ops ## New keys to the shared files; the old ones are revoked: requests that read or write a file during the remount fail
	@$(OPS) rotate-media-keys

renew: _ops ## Replace a machine, and its SSH host key: renew HOST=api-0 (asks). Running work is drained before
	@$(OPS) renew

rewind-backups: _ops ## Restore the backup buckets' objects to their versions at TIME=…, after an attacker deleted or overwrote them; with your own AWS credentials
	@$(OPS) rewind-backups

# All parts run, even after one has failed, and each prints its output in one piece. The longest starts first.
check: _check ## Types, lint and unit tests: no root, about a minute
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target _units _lint _references

_units:
	@jest --selectProjects unit

# Checks types, too: oxlint reports the compiler's own errors, in a tenth of its time.
_lint:
	@oxlint --type-aware --type-check --deny-warnings

_references:
	@tsx config/reference.ts --check
	@tsx policies/reference.ts --check

test: _local ## Everything, the local stack from outside included
	@bash tests/run.sh

reference: _check ## Write docs/configuration.md and docs/security's checklist, policies and coverage anew, from schema and policies
	@tsx config/reference.ts
	@tsx policies/reference.ts

bench: _local ## Measure what docs and README promise; minutes
	@tsx bench/main.ts

pictures: _check ## Draw the dashboards of the stack that runs here, over the last MINUTES=30, into docs/pictures
	@tsx pictures/main.ts

clean: ## Remove caches (base images, tools, packages): the next `make up` is a cold one
	@rm -rf node_modules "$${RINGO_CACHE_DIR:-/var/cache/ringo-local}"

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

_ops:
	@sh toolchain/bootstrap.sh ops

_check:
	@sh toolchain/bootstrap.sh check

_local:
	@sh toolchain/bootstrap.sh local
