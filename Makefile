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

OPERATED := ssh doctor logs releases backups backup restore restore-point restore-test discard rotate-backup-key rotate-deployer-key rotate-passwords rotate-media-keys rewind-backups renew
HERE := $(firstword $(filter-out $(OPERATED) help,$(MAKECMDGOALS)))
CLOUD := $(or $(and $(filter output,$(HERE)),pulumi stack output -s $(STACK) --json),$(and $(filter up preview destroy,$(HERE)),pulumi $(HERE) -s $(STACK)))
ifneq ($(and $(HERE),$(filter-out local,$(STACK))),)
$(error `make $(HERE)` is for the stack on this machine, but STACK is $(STACK)$(if $(CLOUD),. For that one: $(CLOUD) ))
endif

RUN := tsx local/main.ts
OPS := tsx ops/main.ts

.PHONY: $(OPERATED) up preview output destroy check test help reference bench pictures clean _ops _check _local _units _lint _references

up: _local ## Create or update the stack on this machine (BACKEND=<dir> deploys your own backend, now and later; REFRESH=1 refreshes the state first; OFFICIAL=random,tls,command uses these official plugins)
	@$(RUN) up

preview: _local ## Show what `make up` would change, without changing anything
	@$(RUN) preview

output: _local ## Print the running stack's addresses and names as one JSON object
	@$(RUN) output

ssh: _ops ## Open a shell on a machine: make ssh HOST=api-0 (CMD='…' runs a command; if it fails make exits 2, `npm run -s ops ssh` with the command's status)
	@$(OPS) ssh

doctor: _ops ## Check the whole stack: the API, each machine, backups, alerts; lists what is wrong, with a command that helps to fix it (JSON=1)
	@$(OPS) doctor

logs: _ops ## Search the machines' logs: the newest LIMIT (200) lines of the last SINCE (1h) that match QUERY (make logs QUERY='{source="nginx"} | json | status >= 500'; JSON=1)
	@$(OPS) logs

releases: _ops ## List the backend's images: when each was rolled out and from which commit, and which of them each machine runs (JSON=1)
	@$(OPS) releases

destroy: _local ## Remove the stack completely from this machine (asks first, unless YES=1)
	@$(RUN) destroy

backups: _ops ## List the backups, and how far back you can restore (JSON=1)
	@$(OPS) backups

backup: _ops ## Make a backup now (TYPE=full, diff or incr)
	@$(OPS) backup

restore: _ops ## Restore TIME=2026-11-24T09:30:00Z, POINT=<name>, BACKUP=<label>, or the newest state; shows what it would do, and asks (ASIDE=1: beside the running database)
	@$(OPS) restore

restore-point: _ops ## Set a restore point at this moment (NAME=<name>)
	@$(OPS) restore-point

restore-test: _ops ## Restore the newest backup into a throw-away directory and check it, as happens each Sunday
	@$(OPS) restore-test

discard: _ops ## Remove what a restore kept: WHAT=<path>, or WHAT=all
	@$(OPS) discard

rotate-backup-key: _ops ## A new access key for the backups, then the old one is revoked (LATER=1 leaves any rotation to the next update: it only raises the count in the stack's file)
	@$(OPS) rotate-backup-key

rotate-deployer-key: _ops ## Switch to the next SSH deployer key, which the machines trust already, and revoke the current one
	@$(OPS) rotate-deployer-key

rotate-passwords: _ops ## Rotate the passwords of PostgreSQL and Redis; no request is lost
	@$(OPS) rotate-passwords

rotate-media-keys: _ops ## Rotate the keys to the shared files; requests that read or write a file during the remount fail
	@$(OPS) rotate-media-keys

renew: _ops ## Replace a machine and its SSH host key: make renew HOST=api-0 (asks; drains running work first)
	@$(OPS) renew

rewind-backups: _ops ## Restore the backup buckets' objects to their versions at TIME=…, after an attacker deleted or overwrote them; with your own AWS credentials
	@$(OPS) rewind-backups

# All parts run, even after one has failed, and each prints its output in one piece. The longest starts first.
check: _check ## Types, lint and unit tests: no root, under a minute
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target _units _lint _references

_units:
	@jest --selectProjects unit

# Checks types, too: oxlint reports the compiler's own errors, in a tenth of its time.
_lint:
	@oxlint --type-aware --type-check --deny-warnings

_references:
	@tsx config/reference.ts --check
	@tsx policies/reference.ts --check

test: _local ## Run everything, including the tests of the running stack
	@bash tests/run.sh

reference: _check ## Regenerate docs/configuration.md and docs/security's checklist, policies and coverage from schema and policies
	@tsx config/reference.ts
	@tsx policies/reference.ts

bench: _local ## Measure the promised figures (bench/README.md); takes minutes
	@tsx bench/main.ts

pictures: _check ## Draw the running stack's dashboards, over the last MINUTES=30, into docs/pictures
	@tsx pictures/main.ts

clean: ## Remove caches (base images, tools, packages): the next `make up` is a cold one
	@rm -rf node_modules "$${RINGO_CACHE_DIR:-/var/cache/ringo-local}"

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

_ops:
	@sh toolchain/bootstrap.sh ops

_check:
	@sh toolchain/bootstrap.sh check

_local:
	@sh toolchain/bootstrap.sh local
