"""What Celery's event stream says: tasks and their fate, workers and their heartbeats.

Read straight from the channel that workers publish to. Celery's own receiver would declare a queue, for which it needs to
write to the broker; and kombu, while it waits, gives back tasks that it takes for lost."""
import base64
import json
import time
from collections import OrderedDict

# A worker sends a heartbeat every two seconds.
PATIENCE_BEATS = 2.5
# In addition to a worker's stop timeout, after which it has been killed.
KILLED_AFTER = 10
# A task's end arrives a moment after its worker has stopped counting it.
TOLD_AFTER = 10
LONGEST_MEMORY = 50_000
MOST_NAMES = 200
OUTCOMES = {"task-succeeded": "succeeded", "task-failed": "failed", "task-retried": "retried", "task-rejected": "rejected", "task-revoked": "revoked"}
COUNTED = ("received", *OUTCOMES.values(), "lost")
BOUNDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


def events_in(message):
    """The events of one kombu message: a single one, or a batch."""
    envelope = json.loads(message)
    body = envelope["body"]
    if envelope.get("properties", {}).get("body_encoding") == "base64":
        body = base64.b64decode(body)
    content = json.loads(body)
    return content if isinstance(content, list) else [content]


class Tasks:
    def __init__(self, now=time.monotonic):
        self.now = now
        self.counts = {}  # {(name, outcome): n}
        self.last_success = {}  # {name: 1 if the last that ended succeeded}
        self.durations = {}  # {name: [counts by bound, sum]}
        self._names = OrderedDict()  # {uuid: name}
        self._running = OrderedDict()  # {uuid: (name, worker, since)}
        self._processed = {}  # {worker: how many it said last that it has begun}

    def event(self, event):
        kind, uuid = event["type"], event.get("uuid")
        if kind in ("worker-online", "worker-heartbeat"):  # offline only says that it takes no more, or connects anew
            if "processed" in event:
                self._says(event["hostname"], event["active"], event["processed"])
        elif kind == "task-received":
            name = self._known(event.get("name") or "unknown")
            self._remember(self._names, uuid, name)
            self._count(name, "received")
        elif kind == "task-started":
            self._remember(self._running, uuid, (self._names.get(uuid, "unknown"), event["hostname"], self.now()))
        elif kind in OUTCOMES:
            name = self._names.pop(uuid, None) or self._running.get(uuid, ("unknown",))[0]
            self._running.pop(uuid, None)
            self._count(name, OUTCOMES[kind])
            if OUTCOMES[kind] in ("succeeded", "failed"):
                self.last_success[name] = int(kind == "task-succeeded")
            if kind == "task-succeeded" and isinstance(event.get("runtime"), (int, float)):
                self._observe(name, event["runtime"])
            if kind == "task-retried":  # the same task comes again under the same id
                self._remember(self._names, uuid, name)

    def lose(self, worker, but=0):
        """Tasks that a worker had begun when it disappeared will never end, except this many of the newest."""
        for name in self._forget(worker, but):
            self._count(name, "lost")

    def _says(self, worker, active, processed):
        """A process counts its begun tasks: if it has begun fewer than this name had, or none, it is another process."""
        former, self._processed[worker] = self._processed.get(worker, 0), processed
        if processed < max(former, 1):
            self.lose(worker, but=active)
        else:  # where it runs fewer than we know, the end of some was not heard: of the oldest, most likely
            self._forget(worker, active, TOLD_AFTER)

    def _forget(self, worker, but, older_than=0):
        """The names of the tasks that a worker had begun; forgets all except this many of the newest."""
        begun = [uuid for uuid, (_, of, since) in self._running.items() if of == worker and self.now() - since >= older_than]
        return [self._running.pop(uuid)[0] for uuid in begun[:max(0, len(begun) - but)]]

    def longest(self):
        """{name: how long the oldest running task of that name has run}"""
        oldest = {}
        for name, _, since in self._running.values():
            oldest[name] = min(since, oldest.get(name, since))
        return {name: self.now() - since for name, since in oldest.items()}

    def running(self):
        counts = {}
        for _, worker, _ in self._running.values():
            counts[worker] = counts.get(worker, 0) + 1
        return counts

    def _known(self, name):
        """Names are labels; more than a few hundred of them must be a mistake."""
        known = {each for each, _ in self.counts}
        return name if name in known or len(known) < MOST_NAMES else "other"

    def _count(self, name, outcome):
        for each in COUNTED:  # all begin at 0, so that the first one is seen as a change
            self.counts.setdefault((name, each), 0)
        self.counts[(name, outcome)] += 1

    def _observe(self, name, seconds):
        counts, total = self.durations.setdefault(name, [[0] * len(BOUNDS) + [0], 0.0])
        for i, bound in enumerate((*BOUNDS, float("inf"))):
            if seconds <= bound:
                counts[i] += 1
        self.durations[name][1] = total + seconds

    @staticmethod
    def _remember(memory, key, value):
        memory[key] = value
        if len(memory) > LONGEST_MEMORY:
            memory.popitem(last=False)


class Workers:
    def __init__(self, expected, stop_timeout, now=time.monotonic):
        self.now = now
        self.expected = set(expected)
        self.stop_timeout = stop_timeout  # a worker that stops says nothing more, and ends its tasks first
        self.since = None  # when listening began: before that a silence says nothing
        self._seen = {}  # {worker: (when, how often it says so)}
        self._heard = {}  # {worker: when it said anything, goodbye included}
        self._leaving = set()  # those whose last word was goodbye

    def listening(self):
        if self.since is None:
            self.since = self.now()

    def deaf(self):
        self.since = None
        self._seen.clear()
        self._heard.clear()
        self._leaving.clear()

    def event(self, event):
        kind, worker = event["type"], event.get("hostname")
        if kind.startswith("worker-"):
            self._heard[worker] = self.now()
        if kind in ("worker-heartbeat", "worker-online"):
            self._seen[worker] = (self.now(), event.get("freq") or 2)
            self._leaving.discard(worker)
        elif kind == "worker-offline":
            self._seen.pop(worker, None)
            self._leaving.add(worker)

    def alive(self, busy=()):
        """{worker: whether it is alive}: it sends heartbeats, or finishes its tasks after going offline, like `busy` ones. Nobody is judged
        before there was time to hear from them."""
        if self.since is None:
            return {}
        living = {worker for worker, (when, every) in self._seen.items() if self.now() - when <= PATIENCE_BEATS * every} | self._leaving.intersection(busy)
        listened = self.now() - self.since > 10
        return {worker: worker in living for worker in sorted(self.expected | living) if worker in living or listened}

    def silent(self, workers):
        """Workers that have been silent for longer than their stop timeout: their tasks have ended or never will."""
        if self.since is None:
            return []
        return [worker for worker in workers if self.now() - self._heard.get(worker, self.since) > self.stop_timeout + KILLED_AFTER]
