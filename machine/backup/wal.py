"""WAL: what a segment is called, and how a recovery gets it."""
import re

SEGMENT = re.compile("[0-9A-F]{24}")


def command(settings):
    """PostgreSQL's `restore_command`; options of pgBackRest may follow."""
    return f'/usr/local/lib/ringo/backup/archive-get {settings.stanza} %f "%p"'
