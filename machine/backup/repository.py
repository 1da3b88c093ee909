"""What pgBackRest has in S3: backups, and how far back a restore can go."""
import json
import re
from dataclasses import dataclass
from datetime import datetime

from backup import times
from backup.shell import Failure, Refusal, attempt, tail


@dataclass(frozen=True)
class Backup:
    label: str
    # full, diff or incr
    type: str
    start: datetime
    # It is consistent from then on: the earliest time that it can be restored to.
    stop: datetime
    database_bytes: int
    repository_bytes: int
    # The timeline that it was made on, and the place in the WAL from which on it is consistent.
    timeline: int
    stop_lsn: int
    # The first WAL segment that a recovery from it needs.
    first: str
    # Whether a page failed its checksum.
    damaged: bool


@dataclass(frozen=True)
class Info:
    backups: list
    # The stanza exists: WAL can be archived.
    exists: bool
    # The WAL's directory: version and number of the database that writes it now.
    archive: str | None = None

    @property
    def usable(self):
        return [backup for backup in self.backups if not backup.damaged]


def pgbackrest(settings, *arguments):
    return ["pgbackrest", f"--stanza={settings.stanza}", *arguments]


def archive(settings, info):
    """The bucket's directory of the WAL."""
    return f"archive/{settings.stanza}/{info.archive}"


def as_of(then):
    """pgBackRest's options to read the bucket as it was `then`, in its format; None for now."""
    return ["--repo=1", f"--repo-target-time={then}"] if then else []


def info(settings, repository_time=None):
    """Asks S3. `repository_time`: as the bucket was then."""
    stdout = ask(settings, "the backups cannot be listed", "info", "--output=json", *as_of(repository_time))
    # Not strict: pgBackRest puts the line ends of an error message into its JSON as they are.
    return parse(json.loads(stdout, strict=False), settings.stanza)


def ask(settings, trouble, *arguments):
    """What pgBackRest prints about something in the bucket; `trouble` begins the error if it fails."""
    code, stdout, stderr = attempt(pgbackrest(settings, *arguments), user="postgres", timeout=300)
    if code != 0:
        raise Failure(f"{trouble}\n{reason(stderr or stdout)}")
    return stdout


def names(settings, trouble, directory, *options):
    """What is in a directory of the bucket."""
    return json.loads(ask(settings, trouble, "repo-ls", directory, "--output=json", *options))


def parse(listed, stanza):
    """What `pgbackrest info --output=json` says of one stanza."""
    found = next((each for each in listed if each["name"] == stanza), None)
    if found is None:
        return Info([], False)
    # 0 ok, 1 and 3 nothing there yet, 2 no backup yet; higher is an error.
    if found["status"]["code"] > 3:
        errors = [repo["status"]["message"] for repo in found.get("repo", []) if repo["status"]["code"] != 0]
        raise Failure("the backups cannot be listed\n" + reason("\n".join(errors) or found["status"]["message"]))
    backups = [
        Backup(
            label=each["label"],
            type=each["type"],
            start=times.of(each["timestamp"]["start"]),
            # Given without its fraction: it may end within that second.
            stop=times.of(each["timestamp"]["stop"] + 1),
            database_bytes=each["info"]["size"],
            repository_bytes=each["info"]["repository"]["delta"],
            timeline=int(each["archive"]["start"][:8], 16),
            stop_lsn=place(each["lsn"]["stop"]),
            first=each["archive"]["start"],
            damaged=bool(each["error"]),
        )
        for each in found["backup"]
    ]
    return Info(sorted(backups, key=lambda backup: backup.stop), found["status"]["code"] in (0, 2),
                found["archive"][-1]["id"] if found["archive"] else None)


def place(lsn):
    """A place in the WAL as a number: `16/B374D848`."""
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


# Decrypted with another passphrase, a file is random bytes: most often the padding is wrong, otherwise they are not settings.
UNDECIPHERED = re.compile("CryptoError|unable to flush|outside of section")


def reason(printed):
    """S3's own answer, or else the end of pgBackRest's output, without unreadable bytes."""
    if UNDECIPHERED.search(printed):
        return tail("the bucket's content cannot be decrypted: it was written with another cipher passphrase (backupPassphrase), or overwritten since")
    answer = re.search(r"<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", printed, re.DOTALL)
    return tail(f"S3 answers {answer[1]}: {answer[2]}" if answer else printed)


def own_stanza(settings, given):
    """Refuses another stack's stanza."""
    if given is not None and given != settings.stanza:
        raise Refusal(f"{given!r} is not this machine's stanza, which is {settings.stanza}. "
                      "Backups of another stack are restored on that stack's data machine.")
