"""Restores the database."""
import os
import sys
import time

from backup import counts, files, lock, plan as planning, recovery, schedule, server, times
from backup.instance import Instance, PORT
from backup.shell import OWNER, Failure, confirmed, must, running, say


def run(settings, arguments):
    planned = planning.make(settings, arguments)
    if not arguments.yes:
        for line in planning.lines(settings, planned):
            say(line)
    elif planned.gap:
        say(f"warning: {planned.gap}")
    if not planned.aside and not confirmed("Continue?", arguments.yes):
        say("nothing was changed")
        return 1
    with schedule.paused(*schedule.DATABASE), lock.held("a restore", wait=False):
        return _aside(settings, planned) if planned.aside else _in_place(settings, planned)


def _aside(settings, planned):
    if running() and planned.moment:
        server.settle()
        server.archived(settings)
    instance = Instance(settings, planned)
    try:
        files.fill(settings, planned)
        instance.start("promote")
        recovery.recovered(settings, planned, instance, paused=False)
        server.align(instance.socket, PORT)
        files.finish(planned.directory)
    except BaseException:
        instance.stop()
        files.remove(planned.directory)
        raise
    say(f"""It runs beside the real one until `ringo-backup discard {planned.directory}`. To look at it, and to copy data back:
  runuser -u postgres -- psql -h {instance.socket} -p {PORT} -U {OWNER} {settings.databases[0]}
  runuser -u postgres -- pg_dump -h {instance.socket} -p {PORT} -U {OWNER} --data-only --table=TABLE {settings.databases[0]} | runuser -u postgres -- psql -U {OWNER} {settings.databases[0]}""")
    return 0


def _in_place(settings, planned):
    began = time.monotonic()
    before = counts.rows(settings.databases) if running() else None
    away = None
    if running():
        server.settle()
        server.archived(settings)
    instance = Instance(settings, planned)
    try:
        if planned.kind == "latest" and running():
            say("stopping PostgreSQL, so that its last WAL reaches S3")
            away = time.monotonic()
            server.stop(settings)
            server.archived(settings, seconds=0)  # nothing archives any more
        files.fill(settings, planned)
        if planned.pauses:
            say("recovering to the target, beside the running database")
            recovery.rehearse(settings, planned, instance)
    except BaseException:
        instance.stop()
        files.remove(planned.directory)
        if away is not None:
            server.start(settings)
            say("the database runs again, unchanged")
        raise
    files.finish(planned.directory)
    away = away if away is not None else time.monotonic()
    kept = _swap(settings, planned)
    down = time.monotonic() - away
    if server.align():
        say("the roles have the passwords that the application uses")
    for line in [f"  {'table':50} {'before' if before is not None else '':>12} {'after':>12}", *counts.compared(before, counts.rows(settings.databases))]:
        say(line)
    say(f"restored in {time.monotonic() - began:.1f} s; the database was down for {down:.1f} s")
    if kept:
        say(f"the previous data is in {kept}; `ringo-backup discard {kept}` removes it")
    must(["systemctl", "start", "--no-block", "ringo-backup@full.service"])
    say("a full backup was started")
    return 0


def _swap(settings, planned):
    """Replaces the old directory with the restored one and starts PostgreSQL on it; if that fails, puts the old one back."""
    data = settings.cluster.data
    kept = planning.kept(settings, planned)
    say("switching over")
    server.stop(settings)
    if kept:
        files.exchange(planned.directory, data)
        os.rename(planned.directory, kept)
    else:
        os.rename(planned.directory, data)
    try:
        server.start(settings)
    except Failure as failure:
        if not kept:
            raise
        server.stop(settings)
        files.exchange(kept, data)
        os.rename(kept, f"{data}.before-failed-{times.now():%Y%m%dT%H%M%SZ}")
        server.start(settings)
        print(f"error: {failure}", file=sys.stderr)
        raise Failure("the restored database did not start; the previous one runs again, unchanged") from None
    return kept
