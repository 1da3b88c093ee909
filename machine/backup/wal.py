"""How a recovery gets its WAL."""


def command(settings):
    """PostgreSQL's `restore_command`; options of pgBackRest may follow."""
    return f'/usr/local/lib/ringo/backup/archive-get {settings.stanza} %f "%p"'
