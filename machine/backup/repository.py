"""What pgBackRest has in S3: backups, and the time that a restore can reach."""
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
    # From then on it is consistent: the earliest time it can be restored to.
    stop: datetime
    database_bytes: int
    repository_bytes: int
    # The history that it was made in, and the place in the WAL from where on it is consistent.
    timeline: int
    stop_lsn: int
    # The first segment of WAL that a recovery from it needs.
    first: str
    # A page of it failed its checksum.
    damaged: bool


@dataclass(frozen=True)
class Info:
    backups: list
    # The stanza was made: WAL can be archived.
    exists: bool
    # Where the WAL is: the version and number of the database that writes it now.
    archive: str | None = None

    @property
    def usable(self):
        return [backup for backup in self.backups if not backup.damaged]


def pgbackrest(settings, *arguments):
    return ["pgbackrest", f"--stanza={settings.stanza}", *arguments]


def archive(settings, info):
    """The directory of the bucket that the WAL is in."""
    return f"archive/{settings.stanza}/{info.archive}"


def as_of(then):
    """pgBackRest's options to read the bucket as it was `then`, in its words; None for now."""
    return ["--repo=1", f"--repo-target-time={then}"] if then else []


def info(settings, repository_time=None):
    """Asks S3. `repository_time`: as the bucket was then."""
    stdout = ask(settings, "the backups cannot be listed", "info", "--output=json", *as_of(repository_time))
    # Not strict: pgBackRest puts the line ends of an error message into its JSON as they are.
    return parse(json.loads(stdout, strict=False), settings.stanza)


def ask(settings, trouble, *arguments):
    """What pgBackRest prints of something in the bucket; `trouble` is what to say when it does not."""
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
    # 0 ok, 1 and 3 nothing there yet, 2 no backup yet; above is trouble.
    if found["status"]["code"] > 3:
        errors = [repo["status"]["message"] for repo in found.get("repo", []) if repo["status"]["code"] != 0]
        raise Failure("the backups cannot be listed\n" + reason("\n".join(errors) or found["status"]["message"]))
    backups = [
        Backup(
            label=each["label"],
            type=each["type"],
            start=times.of(each["timestamp"]["start"]),
            # Without its fraction there: within that second it may not have ended yet.
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


# Decrypted with another passphrase a file is bytes at random: most often their end is no end, else they are no settings.
UNDECIPHERED = re.compile("CryptoError|unable to flush|outside of section")


def reason(printed):
    """What S3 itself has answered; else the end of what pgBackRest has printed, but for bytes that nobody can read."""
    if UNDECIPHERED.search(printed):
        return tail("what is in the bucket cannot be deciphered: it was written with another cipher passphrase (backupPassphrase), or overwritten since")
    answer = re.search(r"<Code>(.*?)</Code>.*?<Message>(.*?)</Message>", printed, re.DOTALL)
    return tail(f"S3 answers {answer[1]}: {answer[2]}" if answer else printed)


def own_stanza(settings, given):
    """Backups of another stack belong to its own machine."""
    if given is not None and given != settings.stanza:
        raise Refusal(f"{given!r} is no stanza of this machine; its own is {settings.stanza}. "
                      "Backups of another stack are restored on that stack's data machine.")
