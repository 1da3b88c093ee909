"""What a restore would do: which backup it starts from, how far it goes, and what would be lost."""
import json
import os
from dataclasses import dataclass, replace
from datetime import datetime

from backup import files, instance, points, repository, timelines, times, wal
from backup.course import Course, Gap
from backup.listing import directory_bytes, size
from backup.shell import Refusal, running, say


@dataclass(frozen=True)
class Plan:
    # latest, time, point or backup
    kind: str
    value: str | None
    backup: repository.Backup
    # The moment whose state the database will have; None for the newest.
    moment: datetime | None
    # pgBackRest's options.
    options: list
    # As of when the bucket is read, in pgBackRest's format; None for now.
    then: str | None
    # The WAL that recovery follows; None for the end of a backup.
    course: Course | None
    # Where the WAL ends before the newest state.
    gap: Gap | None
    # Files go here first.
    directory: str
    aside: bool
    free_bytes: int
    # The period whose writes the running server has and the restored one will not, from–to; None if there is none.
    lost: tuple | None

    @property
    def pauses(self):
        """Whether recovery can stop at the target, for inspection, before anything is swapped."""
        return self.kind != "latest"

    def to(self, lsn):
        """The same, up to a place in the WAL, exclusive."""
        return self._ending("--type=lsn", f"--target={lsn}", "--target-exclusive", "--target-action=promote")

    def newest(self):
        """The same, up to the end of its timeline."""
        return self._ending("--type=default")

    def _ending(self, *target):
        options = [option for option in self.options if not option.startswith(("--type=", "--target=", "--target-action="))]
        return replace(self, options=[*options, *target])


def run(settings, arguments):
    made = make(settings, arguments)
    if arguments.json:
        say(json.dumps(as_json(settings, made)))
    else:
        for line in lines(settings, made):
            say(line)
    return 0


def make(settings, arguments):
    """Refuses what is impossible before anything is touched."""
    repository_time = times.parse(arguments.repository_time) if arguments.repository_time else None
    then = times.repository(repository_time)
    info = repository.info(settings, then)
    usable = info.usable
    if not usable:
        raise Refusal(f"there is no backup of {settings.stanza}{' at that time' if then else ''}: `ringo-backup backup full` makes one")
    now = times.now()
    kind, value, moment = _target(arguments, usable, now)
    archive = repository.archive(settings, info)
    # A backup alone ends on the timeline that it was made on, whatever has begun since.
    history = None if kind == "backup" else timelines.in_force(settings, archive, times.repository(moment) or then)
    backup = _backup(usable, kind, value, moment, history)
    course = history and Course(archive, repository.as_of(then), history, backup.first)
    options = [f"--set={backup.label}", *_recovery(kind, value, moment, history), *repository.as_of(then)]
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    directory = f"{settings.cluster.data}.{'aside' if arguments.aside else 'restoring'}-{stamp}"
    way = course and course.way(settings)
    volume = os.path.dirname(settings.cluster.data)
    # Unfinished directories are removed before the files arrive; a restore test is stopped.
    free = files.free(volume) + sum(directory_bytes(each) for each in files.unfinished(settings.cluster.data))
    needed = room(backup, way, wal.most(settings), files.whole(volume))
    if free < needed:
        raise Refusal(f"the volume has {size(free)} free, but this needs {size(needed)}: `ringo-backup discard --all` removes what earlier restores kept, "
                      "`databaseVolumeGiB` enlarges the volume")
    lost = (moment, now) if moment and not arguments.aside and running() else None
    gap = way.gap if kind == "latest" else None
    return Plan(kind, value, backup, moment, options, then, course, gap, directory, arguments.aside, free, lost)


def room(backup, way, most, volume):
    """Bytes that a restore needs, including some for the database, which keeps running and would refuse every write on a full volume.
    `most`: how far the running database's WAL may grow; `volume`: the volume's size in bytes."""
    segments = way.segments if way else backup.stop_lsn // wal.SIZE - wal.number(backup.first) + 1
    # Recovery keeps what it has replayed until it reaches a checkpoint of the server that wrote it.
    replayed = min(segments * wal.SIZE, instance.MAX_WAL + most)
    return backup.database_bytes * 11 // 10 + replayed + min(most, volume // 10)


def _target(arguments, usable, now):
    earliest = usable[0].stop
    if arguments.time:
        moment = times.parse(arguments.time)
        if moment > now:
            raise Refusal(f"{times.show(moment)} is in the future (now: {times.show(now)})")
        if moment < earliest:
            raise Refusal(f"{times.show(moment)} is before the earliest time that can be restored, {times.show(earliest)}; --repository-time reads "
                          "the bucket as it was earlier, including older backups")
        return "time", arguments.time, moment
    if arguments.point:
        known = points.points()
        found = next((each for each in known if each["name"] == arguments.point), None)
        if found is None and running():
            raise Refusal(f"there is no point {arguments.point!r}; there are: {', '.join(each['name'] for each in known) or 'none'}")
        return "point", arguments.point, found and times.parse(found["time"])
    if arguments.backup:
        found = next((each for each in usable if each.label == arguments.backup), None)
        if found is None:
            raise Refusal(f"there is no backup {arguments.backup!r}; there are: {', '.join(each.label for each in usable)}")
        return "backup", found.label, found.stop
    return "latest", None, None


def _backup(usable, kind, value, moment, history):
    """The newest that is consistent before the moment; the oldest if the moment is not known."""
    if kind == "backup":
        return next(each for each in usable if each.label == value)
    followed = [each for each in usable if history.has(each)]
    if not followed:
        raise Refusal("no backup leads there: all were made on a timeline that a later restore left. `ringo-backup backup full` backs up "
                      "the present database; --backup restores one of them as it was")
    if kind == "latest":
        return followed[-1]
    if moment is None:
        return followed[0]
    return max((each for each in followed if each.stop <= moment), key=lambda each: each.stop, default=followed[0])


def _recovery(kind, value, moment, history):
    if kind == "latest":
        return ["--type=default", f"--target-timeline={history.timeline}"]
    if kind == "backup":
        return ["--type=immediate", "--target-action=promote"]
    target = ["--type=name", f"--target={value}"] if kind == "point" else ["--type=time", f"--target={moment.strftime('%Y-%m-%d %H:%M:%S.%f+00')}"]
    return [*target, f"--target-timeline={history.timeline}", "--target-action=promote"]


def as_json(settings, plan):
    return {
        "target": {"kind": plan.kind, "value": plan.value},
        "backup": plan.backup.label,
        "bytes": plan.backup.database_bytes,
        "freeBytes": plan.free_bytes,
        "lost": plan.lost and {"from": times.show(plan.lost[0]), "to": times.show(plan.lost[1])},
        "gap": plan.gap and {"first": plan.gap.first, "beyond": plan.gap.beyond},
        "where": "aside" if plan.aside else "in place",
        "directory": plan.directory if plan.aside else settings.cluster.data,
        "keeps": None if plan.aside else kept(settings, plan),
    }


def kept(settings, plan):
    return f"{settings.cluster.data}.before-{plan.directory.rsplit('-', 1)[-1]}" if os.path.exists(settings.cluster.data) else None


def lines(settings, plan):
    what = {"latest": "the newest state in S3", "time": f"the state at {times.show(plan.moment)}", "point": f"the point {plan.value}",
            "backup": f"the end of backup {plan.value}"}[plan.kind]
    yield f"restore {what} {'beside the running database' if plan.aside else 'in place'}"
    yield f"  from backup {plan.backup.label} of {times.show(plan.backup.stop)}, {size(plan.backup.database_bytes)}; {size(plan.free_bytes)} free"
    if plan.lost:
        yield f"  writes from {times.show(plan.lost[0])} to {times.show(plan.lost[1])} will be gone from the database"
    if plan.gap:
        yield f"warning: {plan.gap}"
    if not plan.aside and kept(settings, plan):
        yield f"  the present data is kept in {kept(settings, plan)}"
