"""What this machine backs up. Has no secret: those are in pgBackRest's and restic's own files."""
import json
import os
from dataclasses import dataclass

PATH = os.environ.get("RINGO_BACKUP_SETTINGS", "/etc/ringo/backup.json")


@dataclass(frozen=True)
class Cluster:
    version: str
    # The systemd unit that runs it.
    unit: str
    # Its postgresql.conf.
    configuration: str
    # Its data directory.
    data: str

    @property
    def bin(self):
        return f"/usr/lib/postgresql/{self.version}/bin"


@dataclass(frozen=True)
class Settings:
    stanza: str
    cluster: Cluster
    # The application's databases: those whose rows are counted.
    databases: list
    # Directory of the media files, or None if they are not backed up.
    media: str | None


def load(path=PATH):
    with open(path, encoding="utf8") as file:
        read = json.load(file)
    return Settings(read["stanza"], Cluster(**read["cluster"]), read["databases"], read["media"])
