"""How long queues are, and for how long their oldest message has waited.

A message does not say when it was sent. So the newest one is recorded at every check: while it is still in the queue, all
older ones have waited at least since then."""
import time
from collections import deque

# kombu keeps messages of other priorities in lists of their own, beside the queue.
PRIORITIES = ("", "\x06\x163", "\x06\x166", "\x06\x169")
MOST_MARKS = 500


class Queue:
    def __init__(self, redis, name, now=time.monotonic):
        self.redis, self.now = redis, now
        self.keys = [name + suffix for suffix in PRIORITIES]
        self._marks = {key: deque() for key in self.keys}
        self.length = 0
        self.oldest = 0.0

    def look(self):
        now = self.now()
        self.length = sum(self.redis.llen(key) for key in self.keys)
        self.oldest = max(self._age(key, now) for key in self.keys)

    def _age(self, key, now):
        marks = self._marks[key]
        newest = self.redis.lindex(key, 0)  # sent to the left, taken from the right
        if newest is None:
            marks.clear()
            return 0.0
        # A hundredth of the age is precise enough: a queue that does not move for days needs no more marks.
        if not marks or (newest != marks[-1][1] and now - marks[-1][0] >= (now - marks[0][0]) / 100):
            marks.append((now, newest))
        if len(marks) > MOST_MARKS:
            del marks[MOST_MARKS // 2]
        while marks and self.redis.lpos(key, marks[0][1]) is None:
            marks.popleft()
        return now - marks[0][0] if marks else 0.0
