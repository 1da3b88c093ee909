"""What packages' own scripts find before Debian's commands, while they are installed: a tenth of an installation was spent in these."""
import contextlib
import os
import shutil

from apply.record import DIRECTORY
from apply.shell import at

# Not in /run, from which Debian lets nothing be executed.
FOLDER = "/usr/local/lib/ringo/install"
# There while systemd has yet to read what is new.
CHANGED = DIRECTORY + "/units-changed"
# Each package has systemd read all its units anew: twenty times on a new machine.
SYSTEMCTL = """#!/bin/sh
# Ringo Infra: while it installs packages. Units are read anew once afterwards, or before something is to run.
case " $* " in
*" daemon-reload "*)
    touch "CHANGED"
    exit
    ;;
*" enable "* | *" disable "*)
    touch "CHANGED"
    set -- --no-reload "$@"
    ;;
*"start "*)
    if rm "CHANGED" 2>/dev/null; then DEBIANS daemon-reload; fi
    ;;
esac
exec DEBIANS "$@"
"""
# Each unit has a Perl program of Debian's started four times. Two of its questions are answered by whether files are there.
DEB_SYSTEMD_HELPER = """#!/bin/sh
# Ringo Infra: while it installs packages. Answers what needs no more than a look, as Debian's own command does.
case "$#:$1:$2" in
2:unmask:*)
    # Nothing in its place: not masked.
    [ -e "${DPKG_ROOT:-}/etc/systemd/system/$2" ] || exit 0
    ;;
3:--quiet:was-enabled)
    # Every link that was once made of it is still there.
    if links=$(cat "${DPKG_ROOT:-}/var/lib/systemd/deb-systemd-helper-enabled/$3.dsh-also" 2>/dev/null); then
        for link in $links; do [ -L "${DPKG_ROOT:-}$link" ] || exit 1; done
    fi
    exit 0
    ;;
2:debian-installed:*)
    [ -f "${DPKG_ROOT:-}/var/lib/systemd/deb-systemd-helper-enabled/$2.dsh-also" ]
    exit
    ;;
esac
exec DEBIANS "$@"
"""


def texts():
    """By the names of the commands that they stand before."""
    return {name: text.replace("DEBIANS", shutil.which(name)).replace("CHANGED", at(CHANGED))
            for name, text in (("systemctl", SYSTEMCTL), ("deb-systemd-helper", DEB_SYSTEMD_HELPER))}


@contextlib.contextmanager
def shims():
    """Gives the path that dpkg runs packages' scripts with."""
    for name, text in texts().items():
        program("%s/%s" % (at(FOLDER), name), text)
    try:
        yield "%s:%s" % (at(FOLDER), os.environ["PATH"])
    finally:
        no_shims()


def no_shims():
    """What an apply that was killed has left behind, too."""
    shutil.rmtree(at(FOLDER), ignore_errors=True)


def change_units():
    open(at(CHANGED), "w").close()


def units_changed():
    return os.path.exists(at(CHANGED))


def units_read():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(at(CHANGED))


def program(path, text):
    """Puts a program in its place, whole or not at all, for as long as packages are installed: no change of the machine that anybody is told of."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".ringo-new", "w") as file:
        file.write(text)
        os.chmod(file.fileno(), 0o755)
    os.rename(path + ".ringo-new", path)
