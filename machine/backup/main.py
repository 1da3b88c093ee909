"""The command line: `ringo-backup`."""
import argparse
import importlib
import os
import sys

from backup import repository, settings as configuration
from backup.shell import Failure, Refusal

# Modules whose `run(settings, arguments)` executes a command.
COMMANDS = {
    "list": "listing", "backup": "backup", "point": "points", "status": "status", "remind": "remind", "prepare": "prepare", "vacant": "vacant", "plan": "plan",
    "restore": "restore", "initialize": "initialize", "test": "restore_test", "discard": "discard", "media": "media",
}


def parser():
    top = argparse.ArgumentParser(prog="ringo-backup", description="Lists, makes and restores this machine's backups.")
    top.add_argument("--stanza", help="must be this machine's stanza")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, about):
        return commands.add_parser(name, help=about, description=about)

    command("list", "list the backups, and how far back a restore can go").add_argument("--json", action="store_true")
    command("backup", "make a backup now").add_argument("type", choices=("full", "diff", "incr"))
    command("point", "set a restore point now").add_argument("name")
    command("status", "write the metrics")
    command("remind", "have PostgreSQL archive WAL that it forgot while its volume was full")
    command("vacant", "fail if the bucket has backups, although this machine has no database")
    command("prepare", "create the stanza, check that WAL reaches S3, start the first backup")

    plan = command("plan", "show what a restore would do")
    target(plan)
    plan.add_argument("--aside", action="store_true", help="restore beside the running database, to look data up")
    plan.add_argument("--json", action="store_true")
    restore = command("restore", "restore the database to a time, a restore point or a backup; without any, to the newest state")
    target(restore)
    restore.add_argument("--aside", action="store_true", help="restore beside the running database, to look data up")
    restore.add_argument("--yes", action="store_true", help="do not ask")
    initialize = command("initialize", "fill an empty data directory from the backups")
    target(initialize)
    initialize.set_defaults(aside=False)
    command("test", "restore into a throw-away directory and check the result").set_defaults(
        time=None, point=None, backup=None, repository_time=None, aside=True)
    discard = command("discard", "remove what a restore kept")
    discard.add_argument("path", nargs="?", help="one of what `list` shows as kept")
    discard.add_argument("--all", action="store_true")
    discard.add_argument("--yes", action="store_true", help="do not ask")

    media = command("media", "backups of the media files").add_subparsers(dest="action", required=True, metavar="ACTION")
    media.add_parser("list", help="list the snapshots").add_argument("--json", action="store_true")
    media.add_parser("backup", help="make a snapshot now")
    media.add_parser("prepare", help="create the repository")
    media.add_parser("initialize", help="fill an empty directory from the newest snapshot").add_argument("--time", help="the newest snapshot before this time")
    media_restore = media.add_parser("restore", help="restore the files of a snapshot")
    media_restore.add_argument("snapshot", nargs="?", default="latest")
    media_restore.add_argument("--yes", action="store_true", help="do not ask")
    return top


def target(command):
    which = command.add_mutually_exclusive_group()
    which.add_argument("--time", help="ISO 8601 with a time zone, such as 2026-11-24T09:30:00Z")
    which.add_argument("--point", help="a point that `ringo-backup point` set")
    which.add_argument("--backup", help="a backup's label: the database as it was when that backup ended")
    command.add_argument("--repository-time", help="read the bucket as it was at this time: for backups that were deleted or overwritten since")


def main(argv):
    # PostgreSQL must be able to enter the directories created here, whatever the caller's umask.
    os.umask(0o022)
    arguments = parser().parse_args(argv)
    if os.getuid() != 0:
        print("error: this needs root", file=sys.stderr)
        return 2
    try:
        settings = configuration.load()
        repository.own_stanza(settings, arguments.stanza)
        return importlib.import_module(f"backup.{COMMANDS[arguments.command]}").run(settings, arguments)
    except Refusal as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 2
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
