"""A private PostgreSQL on a restored directory: no network, no archiving, reachable by its socket only."""
import os
import shutil
import signal
import subprocess
import time

from backup import times, wal
from backup.shell import Failure, psql, running, say, tail

ROOT = "/run/ringo-restore"
PORT = 5433
# Bytes of WAL after which it looks for a checkpoint, to drop what it has replayed.
MAX_WAL = 256 * 1024 ** 2


class NeverReached(Failure):
    """The WAL ends before the target, at a gap or because there is no more."""

    def __init__(self, text, gap=None):
        super().__init__(text)
        self.gap = gap


class Instance:
    LAST_MOMENT = 5  # seconds until a server that refused a query may turn out to have exited

    def __init__(self, settings, planned):
        self.settings = settings
        self.directory = planned.directory
        self.then = planned.then
        self.socket = f"{ROOT}/{os.path.basename(self.directory)}"
        self.log = f"{self.socket}/log"
        self.process = None

    def start(self, end):
        """Starts recovery. `end` is what happens at its target: pause (stay as it is, for inspection) or promote."""
        os.makedirs(ROOT, exist_ok=True)
        os.chmod(ROOT, 0o711)  # whatever the umask of its creator
        os.makedirs(self.socket, mode=0o700, exist_ok=True)
        shutil.chown(self.socket, "postgres", "postgres")
        cluster = self.settings.cluster
        options = {
            "config_file": cluster.configuration,
            "data_directory": self.directory,
            "restore_command": f"{wal.command(self.settings, self.then)} --pg1-path={self.directory}",
            "recovery_target_action": end,
            "hot_standby": "on",
            "archive_mode": "off",  # none of its WAL may reach the archive
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": self.socket,
            "external_pid_file": "",
            "ssl": "off",
            "cluster_name": "restore",
            "shared_buffers": "64MB",
            # The running database uses the volume, too, so no WAL is kept for reuse.
            "max_wal_size": f"{MAX_WAL // 1024 ** 2}MB",
            "min_wal_size": "32MB",
            "jit": "off",  # needs memory that is writable and executable, which our units may not have
            "shared_preload_libraries": "",
        }
        argv = [f"{cluster.bin}/postgres", "-D", self.directory, *(f"--{name}={value}" for name, value in options.items())]
        with open(self.log, "w", encoding="utf8") as log:
            shutil.chown(self.log, "postgres", "postgres")
            self.process = subprocess.Popen(argv, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                            user="postgres", group="postgres", extra_groups=[])

    def recovered(self, paused):
        """Waits until the target is reached; prints the progress every ten seconds."""
        said = time.monotonic()
        while True:
            if self.process.poll() is not None:
                raise self._reason()
            if running(self.socket, PORT) and self._reached() == ("paused" if paused else "done"):
                return
            if time.monotonic() - said > 10:
                said = time.monotonic()
                say(f"replaying WAL: {self._progress()}")
            time.sleep(0.2)

    def _reached(self):
        return self.ask("SELECT CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() ELSE 'done' END")

    def ask(self, sql, database="postgres"):
        try:
            return psql(sql, database, self.socket, PORT)
        except Failure as failure:
            # The server may have exited between two queries: then its log says why.
            raise self._reason() if self._ends() else failure from None

    def _ends(self):
        try:
            return self.process is not None and self.process.wait(self.LAST_MOMENT) is not None
        except subprocess.TimeoutExpired:
            return False

    def newest(self):
        """When its last transaction was committed."""
        answer = self.ask("SELECT coalesce(extract(epoch FROM pg_last_xact_replay_timestamp())::bigint::text, '')")
        return times.of(int(answer)) if answer else None

    def dropped(self):
        """Databases that were being dropped at the target."""
        return self.ask("SELECT datname FROM pg_database WHERE datconnlimit = -2").splitlines()

    def segments(self):
        """The WAL that it has followed, as far as it still exists."""
        return [name for name in os.listdir(f"{self.directory}/pg_wal") if wal.SEGMENT.fullmatch(name)]

    def _progress(self):
        if not running(self.socket, PORT):
            return "not consistent yet"
        newest = self.newest()
        return f"at {times.show(newest)}" if newest else "at the backup's end"

    def _reason(self):
        with open(self.log, encoding="utf8", errors="replace") as log:
            text = log.read()
        if "recovery ended before configured recovery target was reached" in text:
            return NeverReached("the target was never reached: S3 has no transaction after it. "
                                "The same command without a target restores the newest state")
        return Failure("the restored database does not start\n" + tail(text))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.socket, ignore_errors=True)


def end(directory):
    """Kills the private server of an interrupted run at once: its directory is no longer needed."""
    try:
        with open(f"{directory}/postmaster.pid", encoding="utf8") as file:
            pid = int(file.readline())
        # After a crash the number may belong to another process.
        if os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(directory):
            os.kill(pid, signal.SIGQUIT)
            while os.path.exists(f"/proc/{pid}"):
                time.sleep(0.05)
    except (FileNotFoundError, ProcessLookupError):
        pass
    shutil.rmtree(f"{ROOT}/{os.path.basename(directory)}", ignore_errors=True)
