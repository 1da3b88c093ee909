"""A new key or bucket takes some seconds until all of AWS knows it."""
import time

from backup.shell import Failure

YOUNG = ("InvalidAccessKeyId", "NoSuchBucket", "SignatureDoesNotMatch")


def patiently(work, seconds=90):
    """Repeats `work` as long as that may be why it fails."""
    end = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Failure as failure:
            if time.monotonic() > end or not any(word in str(failure) for word in YOUNG):
                raise
        time.sleep(3)
