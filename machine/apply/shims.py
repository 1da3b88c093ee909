"""Stand-ins for Debian's commands that packages' scripts call during an installation, of which those commands took a tenth."""
import contextlib
import os
import shutil

from apply.record import DIRECTORY
from apply.shell import at

# Not in /run, which Debian mounts noexec.
FOLDER = "/usr/local/lib/ringo/install"
# Exists while systemd has yet to reload.
CHANGED = DIRECTORY + "/units-changed"
# Each package makes systemd reload all units: twenty times on a new machine.
SYSTEMCTL = """#!/bin/sh
# Ringo Infra: while it installs packages. systemd reloads once afterwards, or before something is started.
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
# For each unit a Perl program of Debian's is started four times. Two of its questions only depend on whether files exist.
DEB_SYSTEMD_HELPER = """#!/bin/sh
# Ringo Infra: while it installs packages. Answers simple questions, as Debian's own command does.
case "$#:$1:$2" in
2:unmask:*)
    # No file there: not masked.
    [ -e "${DPKG_ROOT:-}/etc/systemd/system/$2" ] || exit 0
    ;;
3:--quiet:was-enabled)
    # Every link that was once created is still there.
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
    """By the names of the commands that they replace."""
    return {name: text.replace("DEBIANS", shutil.which(name)).replace("CHANGED", at(CHANGED))
            for name, text in (("systemctl", SYSTEMCTL), ("deb-systemd-helper", DEB_SYSTEMD_HELPER))}


@contextlib.contextmanager
def shims():
    """Yields the PATH that dpkg runs packages' scripts with."""
    for name, text in texts().items():
        program("%s/%s" % (at(FOLDER), name), text)
    try:
        yield "%s:%s" % (at(FOLDER), os.environ["PATH"])
    finally:
        no_shims()


def no_shims():
    """Also removes what a killed apply left behind."""
    shutil.rmtree(at(FOLDER), ignore_errors=True)


def change_units():
    open(at(CHANGED), "w").close()


def units_changed():
    return os.path.exists(at(CHANGED))


def units_read():
    with contextlib.suppress(FileNotFoundError):
        os.unlink(at(CHANGED))


def program(path, text):
    """Writes a temporary program atomically; not reported as a change of the machine."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".ringo-new", "w") as file:
        file.write(text)
        os.chmod(file.fileno(), 0o755)
    os.rename(path + ".ringo-new", path)
