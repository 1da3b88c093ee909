"""Recovery to a target, beside where the data will be: whether it comes up is known before anything takes its place."""
from backup import drops, files
from backup.shell import say


def rehearse(settings, planned, instance):
    """Leaves the directory stopped at the target; the server's own start ends the recovery."""
    instance.start("pause")
    instance.recovered(paused=True)
    dropped = instance.dropped()
    # While it runs: at its end it removes what it has replayed.
    lsn = drops.began(settings, planned.directory, instance.segments()) if dropped else None
    instance.stop()
    if dropped:
        say(f"{', '.join(dropped)} was being dropped at that time: once more, to where that began ({lsn})")
        files.remove(planned.directory)
        files.fill(settings, planned.to(lsn))
        instance.start("pause")
        instance.recovered(paused=True)
        instance.stop()
