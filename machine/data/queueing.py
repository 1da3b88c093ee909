"""Holds back who queues before Redis's memory is used up: a worker writes, too, to take a task, and could never work off what fills
Redis. The last of the memory is the workers'; Redis itself knows one bound, the same for all.

usage: queueing.py look|give-back USER PASSWORD_FILE METRICS; USER is who queues, the password is the operator's."""
import os
import sys
import time

import redis

EVERY = 1.0
# Shares of maxmemory; in between nothing changes.
HOLD, GIVE_BACK = 0.85, 0.8


def may_queue(memory, may):
    """Whether queueing is allowed from now on, given whether it is allowed now."""
    bound = memory["maxmemory"]
    share = memory["used_memory"] / bound if bound else 0
    return share < GIVE_BACK or (may and share < HOLD)


class Queueing:
    """The ACL change for a user: only the one command that makes queues longer is allowed or denied."""

    def __init__(self, client, user):
        self.client, self.user = client, user

    def look(self):
        """Whether the user may queue from now on. Redis is asked for the present state, since reloading users resets it."""
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
            # A Redis that starts allows everybody to queue until it is checked.
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
