"""Run by the apply when the repository's settings changed: creates the stanza, checks that WAL reaches S3, starts the first backup."""
from backup import repository, schedule
from backup.patience import patiently
from backup.shell import Failure, attempt, must, say, tail

OTHER_CLUSTER = """the bucket has backups of another database under this stack's name. To keep them, move them to another place in the
    bucket, under any name, and run `pulumi up`. To restore them: `pulumi config set restore latest`, an empty
    volume, and `pulumi up`."""


def run(settings, _arguments):
    # A backup in progress has read the former settings, whose key is revoked soon. Large files that it has copied are not copied again.
    with schedule.paused(*schedule.DATABASE):
        patiently(lambda: _stanza(settings))
        _checked(settings)
    if not repository.info(settings).backups:
        must(["systemctl", "start", "--no-block", "ringo-backup@full.service"])
        say("first backup started")
    return 0


def _stanza(settings):
    # Creating it again would only wait for a backup in progress.
    if repository.info(settings).exists:
        return
    code, stdout, stderr = attempt(repository.pgbackrest(settings, "stanza-create"), user="postgres", timeout=120)
    if code != 0:
        raise Failure(f"the stanza cannot be created (exit {code})\n{tail(stdout + stderr)}")


def _checked(settings):
    """Switches WAL and waits until the segment is in S3."""
    code, stdout, stderr = attempt(repository.pgbackrest(settings, "check", "--archive-timeout=90"), user="postgres", timeout=200)
    if "do not match the database" in stdout + stderr:
        raise Failure(OTHER_CLUSTER)
    if code != 0:
        raise Failure(f"WAL does not arrive in S3 (exit {code})\n{tail(stdout + stderr)}")
