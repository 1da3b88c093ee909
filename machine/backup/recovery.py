"""Recovery to a target, in a directory of its own: whether the database starts is known before it replaces anything."""
from backup import drops, files
from backup.instance import NeverReached
from backup.shell import say


def recovered(settings, planned, instance, paused):
    """Waits for it; if it misses its target because of a gap in the WAL, says so."""
    try:
        instance.recovered(paused)
    except NeverReached:
        gap = planned.course and planned.course.gap(settings)
        if gap:
            raise NeverReached(f"the target was never reached: {gap}", gap) from None
        raise


def rehearse(settings, planned, instance):
    """Leaves the directory stopped at the target; the server's own start ends the recovery."""
    instance.start("pause")
    recovered(settings, planned, instance, paused=True)
    dropped = instance.dropped()
    # While it runs, since it removes what it has replayed when it stops.
    lsn = drops.began(settings, planned.directory, instance.segments()) if dropped else None
    instance.stop()
    if dropped:
        say(f"{', '.join(dropped)} was being dropped at that time: restoring again, to where the drop began ({lsn})")
        files.remove(planned.directory)
        files.fill(settings, planned.to(lsn))
        instance.start("pause")
        recovered(settings, planned, instance, paused=True)
        instance.stop()
