"""Recovery to a target, beside where the data will be: whether it comes up is known before anything takes its place."""
from backup import drops, files
from backup.instance import NeverReached
from backup.shell import say


def recovered(settings, planned, instance, paused):
    """Waits for it; says so where it is a gap in the WAL that keeps it from its target."""
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
    # While it runs: at its end it removes what it has replayed.
    lsn = drops.began(settings, planned.directory, instance.segments()) if dropped else None
    instance.stop()
    if dropped:
        say(f"{', '.join(dropped)} was being dropped at that time: once more, to where that began ({lsn})")
        files.remove(planned.directory)
        files.fill(settings, planned.to(lsn))
        instance.start("pause")
        recovered(settings, planned, instance, paused=True)
        instance.stop()
