"""What can be restored."""
import glob
import json
import os

from backup import course, points, repository, times, wal
from backup.shell import Failure, running, say


def run(settings, arguments):
    listed = gather(settings)
    if arguments.json:
        say(json.dumps(listed))
        return 0
    window = listed["window"]
    if window is None:
        say(f"{listed['stanza']}: no backup yet")
        return 0
    say(f"{listed['stanza']}: any time from {window['from']} to {window['to'] or 'the newest WAL in S3'}")
    if listed["warning"]:
        say(f"warning: {listed['warning']}")
    for backup in listed["backups"]:
        say(f"  {backup['label']:34} {backup['type']:5} {backup['stop']}  {size(backup['databaseBytes']):>9} "
            f"({size(backup['repositoryBytes'])} in S3)")
    for point in listed["points"]:
        say(f"  point {point['name']:28}       {point['time']}")
    for kept in listed["kept"]:
        say(f"  kept: {kept['path']} ({size(kept['bytes'])}); `ringo-backup discard {kept['path']}` removes it")
    archive = listed["wal"]
    say(f"WAL: last archived {archive['lastArchived'] or 'never'}, {archive['waiting']} waiting, {archive['failed']} failed attempts")
    return 0


def gather(settings):
    info = repository.info(settings)
    archive = _archive(settings)
    usable = info.usable
    return {
        "stanza": settings.stanza,
        "window": {"from": times.show(usable[0].stop), "to": archive["lastArchived"]} if usable else None,
        "warning": _warning(settings, info),
        "backups": [
            {"label": each.label, "type": each.type, "start": times.show(each.start), "stop": times.show(each.stop),
             "databaseBytes": each.database_bytes, "repositoryBytes": each.repository_bytes}
            for each in usable
        ],
        "points": points.points(),
        "wal": archive,
        "kept": [{"path": path, "bytes": directory_bytes(path), "made": times.show(times.of(os.stat(path).st_ctime))} for path in kept(settings)],
    }


def _warning(settings, info):
    """What is wrong with the WAL in S3, or None. If that cannot be determined, the backups are listed all the same: each can be restored by itself."""
    try:
        gap = course.broken(settings, info)
    except Failure as failure:
        return str(failure)
    return gap and str(gap)


def _archive(settings):
    waits = wal.waits(settings)
    waiting = {"waiting": len(waits), "waitingSeconds": max(waits, default=0)}
    if not running():
        return {"lastArchived": None, "failed": 0, **waiting}
    last, failed = wal.archiver()
    return {"lastArchived": last and times.show(times.of(last)), "failed": failed, **waiting}


def kept(settings):
    """Data directories that restores kept."""
    found = glob.glob(f"{settings.cluster.data}.before-*") + glob.glob(f"{settings.cluster.data}.aside-*")
    return sorted(path for path in found if os.path.isdir(path))


def directory_bytes(path):
    """Its size on disk; files that disappear meanwhile are not counted."""
    total = 0
    for directory, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(directory, name)).st_blocks * 512
            except FileNotFoundError:
                pass
    return total


def size(count):
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
