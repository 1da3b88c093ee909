"""Celery's metrics for Prometheus, from its broker: it only reads there, as a user that can do nothing else.

usage: main.py SETTINGS PASSWORD_FILE; settings are a JSON file with `host`, `user`, `queues`, `workers`, `stopTimeoutSeconds`, `pool`
and `port`."""
import json
import sys
import threading
import time

import redis
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import CounterMetricFamily as Counter, GaugeMetricFamily as Gauge, HistogramMetricFamily as Histogram

from celery_exporter.events import BOUNDS, Tasks, Workers, events_in
from celery_exporter.queues import Queue

EVERY = 3.0
CHANNEL = "/0.celeryev/*"


class Exporter:
    def __init__(self, settings, connect):
        self.settings, self.connect = settings, connect
        self.lock = threading.Lock()
        self.tasks, self.workers = Tasks(), Workers(settings["workers"], settings["stopTimeoutSeconds"])
        client = connect()
        self.client = client
        self.queues = {name: Queue(client, name) for name in settings["queues"]}
        self.unacknowledged = 0
        self.broker = False

    def look(self):
        """Checks the queues once; returns whether the broker answers."""
        try:
            for queue in self.queues.values():
                queue.look()
            self.unacknowledged = self.client.hlen("unacked")
            self.broker = True
        except redis.RedisError as error:
            self._lost(error)

    def listen(self):
        """Receives events until the connection is lost."""
        try:
            with self.connect().pubsub(ignore_subscribe_messages=True) as stream:
                stream.psubscribe(CHANNEL)
                heard = time.monotonic()
                while True:
                    message = stream.get_message(timeout=1.0)
                    with self.lock:
                        self.workers.listening()
                        if message and message["type"] == "pmessage":
                            self._hear(message["data"])
                    if time.monotonic() - heard > 5:  # a connection to nobody says nothing either
                        stream.ping()
                        heard = time.monotonic()
        except redis.RedisError as error:
            self._lost(error)

    def _hear(self, data):
        try:
            for event in events_in(data):
                self.tasks.event(event)
                self.workers.event(event)
        except (ValueError, KeyError, TypeError) as error:
            print("event not understood: %s" % error, file=sys.stderr, flush=True)

    def _lost(self, error):
        with self.lock:
            if self.broker:
                print("the broker is unreachable: %s" % error, file=sys.stderr, flush=True)
            self.broker = False
            self.workers.deaf()

    def collect(self):
        with self.lock:
            for worker in self.workers.silent(self.tasks.running()):
                self.tasks.lose(worker)
            alive = self.workers.alive(busy=self.tasks.running())
            yield Gauge("ringo_celery_broker_up", "1 if the broker answers.", value=int(self.broker))
            if self.broker:
                yield from self._queues()
            yield _by("worker", Gauge, "ringo_celery_worker_up", "1 if the worker says that it lives, or ends its tasks before it goes.", {name: int(lives) for name, lives in alive.items()})
            yield _by("bound", Gauge, "ringo_celery_pool_bound", "Children that a worker has at least and at most, by the configuration.", self.settings["pool"])
            yield _by("worker", Gauge, "ringo_celery_tasks_running", "Tasks that a worker has begun and not ended.", self.tasks.running())
            yield _by("task", Gauge, "ringo_celery_longest_running_seconds", "How long the oldest running task has run.", self.tasks.longest())
            yield _by("task", Gauge, "ringo_celery_task_last_success", "1 if the last task that ended succeeded.", self.tasks.last_success)
            counts = Counter("ringo_celery_tasks", "Tasks, by what became of them.", labels=["task", "outcome"])
            for (name, outcome), count in sorted(self.tasks.counts.items()):
                counts.add_metric([name, outcome], count)
            yield counts
            durations = Histogram("ringo_celery_task_seconds", "How long tasks ran that succeeded.", labels=["task"])
            for name, (counted, total) in sorted(self.tasks.durations.items()):
                durations.add_metric([name], [(str(bound), count) for bound, count in zip((*BOUNDS, "+Inf"), counted)], total)
            yield durations

    def _queues(self):
        yield _by("queue", Gauge, "ringo_celery_queue_length", "Messages that wait.", {name: queue.length for name, queue in self.queues.items()})
        yield _by("queue", Gauge, "ringo_celery_queue_oldest_seconds", "How long the oldest of them has waited, at least.",
                  {name: queue.oldest for name, queue in self.queues.items()})
        yield Gauge("ringo_celery_unacknowledged_messages", "Messages that workers hold.", value=self.unacknowledged)


def _by(label, family, name, about, values):
    metric = family(name, about, labels=[label])
    for value, figure in sorted(values.items()):
        metric.add_metric([value], figure)
    return metric


def main(settings, password):
    def connect():
        return redis.Redis(host=settings["host"], port=6379, username=settings["user"], password=password, socket_timeout=3, socket_connect_timeout=2)

    exporter = Exporter(settings, connect)
    REGISTRY.register(exporter)
    start_http_server(settings["port"], "127.0.0.1")

    def listen():
        while True:
            exporter.listen()
            time.sleep(1)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        exporter.look()
        time.sleep(EVERY)


if __name__ == "__main__":
    with open(sys.argv[1]) as given, open(sys.argv[2]) as secret:
        main(json.load(given), secret.read().strip())
