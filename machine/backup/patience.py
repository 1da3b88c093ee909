"""AWS takes some seconds until everything there knows a key or a bucket that it has just made."""
import time

from backup.shell import Failure

YOUNG = ("InvalidAccessKeyId", "NoSuchBucket", "SignatureDoesNotMatch")


def patiently(work, seconds=90):
    """Does `work` again as long as that may be why it failed."""
    end = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Failure as failure:
            if time.monotonic() > end or not any(word in str(failure) for word in YOUNG):
                raise
        time.sleep(3)
