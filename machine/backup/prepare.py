"""Run by the apply when the repository's settings changed: makes the stanza, proves that WAL arrives, starts the first backup."""
import time

from backup import repository
from backup.shell import Failure, attempt, run as must, say, tail

OTHER_CLUSTER = """the bucket has backups of another database under this stack's name, and nothing was changed. Either
    this machine lost its data: `pulumi config set restore latest` and `pulumi up` on an empty volume bring it back; or
    the backups are no longer wanted: move them to another place in the bucket, under any name, and run `pulumi up`."""


def run(settings, _arguments):
    _stanza(settings)
    _checked(settings)
    if not repository.info(settings).backups:
        say("first backup started")
        must(["systemctl", "start", "--no-block", "ringo-backup@full.service"])
    return 0


def _stanza(settings, patience=90):
    """AWS takes some seconds until it knows a key that it has just given out, and a bucket likewise."""
    end = time.monotonic() + patience
    while True:
        code, stdout, stderr = attempt(repository.pgbackrest(settings, "stanza-create"), user="postgres", timeout=120)
        said = stdout + stderr
        if code == 0:
            return
        if code == 28 or "do not match the database" in said:
            raise Failure(OTHER_CLUSTER)
        young = any(word in said for word in ("InvalidAccessKeyId", "NoSuchBucket", "SignatureDoesNotMatch"))
        if not young or time.monotonic() > end:
            raise Failure(f"the stanza cannot be made (exit {code})\n{tail(said)}")
        time.sleep(3)


def _checked(settings):
    """Switches WAL and waits until the segment is in S3."""
    code, stdout, stderr = attempt(repository.pgbackrest(settings, "check", "--archive-timeout=90"), user="postgres", timeout=200)
    if code != 0:
        raise Failure(f"WAL does not arrive in S3 (exit {code})\n{tail(stdout + stderr)}")
