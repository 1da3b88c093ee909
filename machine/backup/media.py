"""Snapshots of the media files, with restic."""
import json
import os
import shutil
import time

from backup import files, lock, metrics, schedule, times
from backup.listing import size
from backup.patience import patiently
from backup.shell import Failure, Refusal, attempt, confirmed, must, say, stream, tail

ENVIRONMENT = os.environ.get("RINGO_RESTIC", "/etc/ringo/restic.env")
# Commands that only read neither respect a lock in the bucket nor leave one there.
READ = ["restic", "--no-lock"]
# restic's own exit statuses.
NO_REPOSITORY, WRONG_PASSPHRASE = 10, 12


def run(settings, arguments):
    if settings.media is None:
        raise Refusal("this stack does not back up its media files (backups.media is false)")
    with open(ENVIRONMENT, encoding="utf8") as file:
        os.environ.update(line.rstrip("\n").split("=", 1) for line in file)
    return ACTIONS[arguments.action](settings, arguments)


def _prepare(_settings, _arguments):
    """Creates the repository if there is none. A snapshot in progress has read the former settings, whose key is revoked soon."""
    with schedule.paused(schedule.MEDIA):
        patiently(_repository)
    return 0


def _repository():
    code, stdout, stderr = attempt([*READ, "cat", "config", "--quiet"], timeout=120)
    if code == NO_REPOSITORY:
        must(["restic", "init", "--quiet"], timeout=120)
    elif code == WRONG_PASSPHRASE:
        raise Failure("the bucket's snapshots were made with another passphrase: set `backupPassphrase` to that one")
    elif code != 0:
        raise Failure(f"the bucket cannot be used (exit {code})\n{tail(stderr or stdout)}")


def _backup(settings, _arguments):
    began = time.time()
    success = 0
    try:
        with lock.held("a snapshot of the media files", path=lock.MEDIA) as held:
            if nothing_yet(settings.media):
                say("there are no media files yet: nothing to back up")
                _kept()
            else:
                _unlock(held)
                # From inside, so that a snapshot has the files without the path to them.
                stream(["sh", "-ec", 'cd "$1"; exec restic backup --quiet --host media --tag media .', "sh", settings.media], say, inherits=[held])
                _kept()
                stream(["restic", "forget", "--quiet", "--host", "media", "--keep-hourly", "48", "--keep-daily", os.environ["RINGO_KEEP_DAYS"], "--prune"], say, inherits=[held])
        success = 1
    finally:
        about = [
            ("success", "1 if the last snapshot of the media files succeeded.", success),
            ("duration_seconds", "How long the last snapshot of the media files took.", round(time.time() - began, 1)),
        ]
        metrics.write("ringo_media_backup", [(f"ringo_media_backup_{name}", text, "gauge", {}, value) for name, text, value in about])
    return 0


def _kept():
    """In a file of its own, which stays when later snapshots fail."""
    metrics.write("ringo_media_snapshot", [("ringo_media_backup_timestamp_seconds", "When the newest good snapshot of the media files ended.", "gauge", {}, round(time.time()))])


def _unlock(held):
    """
    If restic is killed, or its machine is lost, its lock stays in the bucket, and every later write would fail. Any lock
    there now is stale: only this machine writes to the repository, and only while holding our own lock, which each writing restic inherits. Without
    --remove-all restic goes by age and process: a lock would stay for half an hour, or as long as this machine has a process with the lost one's number.
    """
    stream(["restic", "unlock", "--remove-all"], say, inherits=[held])


def nothing_yet(directory):
    """restic fails on an empty directory. If there are snapshots already, that is right: the files are gone."""
    return not os.listdir(directory) and not snapshots()


def snapshots():
    listed = json.loads(must([*READ, "snapshots", "--json", "--host", "media"], timeout=300)) or []
    return sorted(({"id": each["short_id"], "time": times.show(times.parse(each["time"])), "bytes": each.get("summary", {}).get("total_bytes_processed", 0)}
                   for each in listed), key=lambda each: each["time"])


def _list(_settings, arguments):
    found = snapshots()
    if arguments.json:
        say(json.dumps(found))
        return 0
    for each in found:
        say(f"{each['id']}  {each['time']}  {size(each['bytes'])}")
    return 0


def chosen(found, snapshot):
    """The requested snapshot: by its id, or the newest."""
    if snapshot == "latest":
        if not found:
            raise Refusal("there is no snapshot of the media files")
        return found[-1]
    by_id = next((each for each in found if each["id"] == snapshot), None)
    if by_id is None:
        raise Refusal(f"there is no snapshot {snapshot!r}; there are: {', '.join(each['id'] for each in found) or 'none'}")
    return by_id


def _fill(settings, snapshot, held):
    directory = f"{settings.media}.restoring-{times.now():%Y%m%dT%H%M%SZ}"
    stat = os.stat(settings.media)
    os.makedirs(directory)
    try:
        stream([*READ, "restore", snapshot["id"], "--target", directory], say, inherits=[held])
        os.chmod(directory, stat.st_mode)
        os.chown(directory, stat.st_uid, stat.st_gid)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    return directory


def _restore(settings, arguments):
    snapshot = chosen(snapshots(), arguments.snapshot)
    kept = f"{settings.media}.before-{times.now():%Y%m%dT%H%M%SZ}"
    say(f"restore the media files of {snapshot['time']} ({size(snapshot['bytes'])}); the present ones are kept in {kept}")
    if not confirmed("Continue?", arguments.yes):
        return 1
    with schedule.paused(schedule.MEDIA), lock.held("a restore of the media files", wait=False, path=lock.MEDIA) as held:
        directory = _fill(settings, snapshot, held)
        files.exchange(directory, settings.media)
        os.rename(directory, kept)
    say(f"the files of {snapshot['time']} are restored; remove {kept} when it is no longer needed")
    return 0


def _initialize(settings, arguments):
    """Fills an empty directory only. A stack that had no snapshot yet, now or at that time, had no media to lose, and its database is back by now."""
    if os.listdir(settings.media):
        raise Refusal(f"{settings.media} is not empty")
    found = snapshots()
    if not found:
        say("there is no snapshot of the media files: nothing to restore")
        return 0
    moment = times.show(times.parse(arguments.time)) if arguments.time else None
    before = [each for each in found if moment is None or each["time"] <= moment]
    if not before:
        say(f"warning: there is no snapshot of the media files before {moment}: nothing restored; the oldest is {found[0]['id']} of {found[0]['time']}: `ringo-backup media restore {found[0]['id']}`")
        return 0
    snapshot = before[-1]
    # Otherwise a snapshot made at the same time could prune what is read here.
    with lock.held("a restore of the media files", path=lock.MEDIA) as held:
        directory = _fill(settings, snapshot, held)
        os.rmdir(settings.media)
        os.rename(directory, settings.media)
    say(f"the media files of {snapshot['time']} are restored")
    return 0


ACTIONS = {"prepare": _prepare, "backup": _backup, "list": _list, "restore": _restore, "initialize": _initialize}
