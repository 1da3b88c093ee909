"""Holds back who queues before Redis's memory is used up: a worker writes, too, to take a task, and could never work off what fills
Redis. The last of the memory is the workers'; Redis itself knows one bound, the same for all.

usage: queueing.py look|give-back USER PASSWORD_FILE METRICS; USER is who queues, the password is the operator's."""
import os
import sys
import time

import redis

EVERY = 1.0
# Shares of maxmemory; in between all stays as Redis has it.
HOLD, GIVE_BACK = 0.85, 0.8


def may_queue(memory, may):
    """Whether whoever may queue now, or may not, may do so from now on."""
    bound = memory["maxmemory"]
    share = memory["used_memory"] / bound if bound else 0
    return share < GIVE_BACK or (may and share < HOLD)


class Queueing:
    """What a user may do of Celery's: always all but this, its one command that makes queues longer."""

    def __init__(self, client, user):
        self.client, self.user = client, user

    def look(self):
        """Whether the user may queue from now on. What it may now is Redis's to say: users are read anew, and with them this."""
        now = self.client.execute_command("ACL DRYRUN", self.user, "LPUSH", "queue", "task") == "OK"
        may = may_queue(self.client.info("memory"), now)
        if may != now:
            self.allow(may)
        return may

    def allow(self, may):
        self.client.execute_command("ACL SETUSER", self.user, "+lpush" if may else "-lpush")


def tell(path, held):
    with open(path + ".new", "w") as file:
        file.write("# HELP ringo_queueing_held_back 1 if what queues a task is refused, for workers to have memory.\n")
        file.write("# TYPE ringo_queueing_held_back gauge\nringo_queueing_held_back %d\n" % held)
    os.chmod(path + ".new", 0o644)
    os.replace(path + ".new", path)


def main(action, user, password_file, metrics):
    def connect():
        with open(password_file) as file:  # another one after a rotation
            return redis.Redis(host="127.0.0.1", username="operator", password=file.read().strip(), socket_timeout=5, decode_responses=True)

    if action == "give-back":
        Queueing(connect(), user).allow(True)
        return tell(metrics, held=False)  # last: the disk may be full
    queueing, before, told = None, None, None
    while True:
        try:
            queueing = queueing or Queueing(connect(), user)
            now = "goes on" if queueing.look() else "is held back"
        except (redis.RedisError, OSError) as error:
            # Nobody is held back by a Redis that starts, until it is looked at.
            queueing, now = None, "is not looked at: %s" % error
        held = now == "is held back"
        if held != told:
            try:
                tell(metrics, held)
                told = held
            except OSError as error:  # the figure follows when there is room
                now += ", and its figure cannot be written: %s" % error
        if now != before:
            print("queueing %s" % now, flush=True)
        before = now
        time.sleep(EVERY)


if __name__ == "__main__":
    main(*sys.argv[1:])
