import { python } from "./python";

const clock = "class Clock:\n    now = 0.0\n    def __call__(self): return self.now\nclock = Clock()\n";
/** Hears events, each at its second, and answers with an expression over `tasks` and `workers`. */
const heard = (events: [number, object][], at: number, answer: string, expected: string[] = []) => python(
  `${clock}from celery_exporter.events import Tasks, Workers
tasks, workers = Tasks(clock), Workers(given["expected"], 60, clock)
workers.listening()
for clock.now, event in given["events"]:
    tasks.event(event)
    workers.event(event)
clock.now = given["at"]
answer = ${answer}`, { events, at, expected });

const task = (uuid: string, ...kinds: string[]): [number, object][] => kinds.map((kind, i) => [i, {
  type: `task-${kind}`, uuid, hostname: "worker@a", ...(kind === "received" ? { name: "orders.process" } : {}), ...(kind === "succeeded" ? { runtime: 1.5 } : {}),
}]);
const outcomes = '{outcome: count for (name, outcome), count in tasks.counts.items() if name == "orders.process" and count}';

describe("a message", () => {
  const events = (message: object) => python("from celery_exporter.events import events_in\nanswer = events_in(json.dumps(given))", message);
  test("is one event, or a batch of several", () => {
    const body = (content: unknown) => ({ body: Buffer.from(JSON.stringify(content)).toString("base64"), properties: { body_encoding: "base64" } });
    expect(events(body({ type: "worker-heartbeat" }))).toEqual([{ type: "worker-heartbeat" }]);
    expect(events(body([{ type: "a" }, { type: "b" }]))).toEqual([{ type: "a" }, { type: "b" }]);
  });
});

describe("tasks", () => {
  test("are counted by result; only the first event has the name", () => {
    expect(heard([...task("1", "received", "started", "succeeded"), ...task("2", "received", "started", "failed")], 9, outcomes)).toEqual({ received: 2, succeeded: 1, failed: 1 });
  });

  test("have the result of the last of each name; a retry is not a result", () => {
    const last = (...events: [number, object][]) => heard(events, 9, "tasks.last_success");
    expect(last(...task("1", "received", "started"))).toEqual({});
    expect(last(...task("1", "received", "succeeded"), ...task("2", "received", "failed"))).toEqual({ "orders.process": 0 });
    expect(last(...task("1", "received", "failed"), ...task("2", "received", "retried"))).toEqual({ "orders.process": 0 });
    expect(last(...task("1", "received", "failed"), ...task("2", "received", "succeeded"))).toEqual({ "orders.process": 1 });
  });

  test("keep their name when retried", () => {
    expect(heard([...task("1", "received", "started", "retried"), ...task("1", "started", "succeeded")], 9, outcomes)).toEqual({ received: 1, retried: 1, succeeded: 1 });
  });

  test("that succeeded are counted in every histogram bucket above their duration", () => {
    expect(heard(task("1", "received", "succeeded"), 9, 'dict(zip(map(str, __import__("celery_exporter.events").events.BOUNDS), tasks.durations["orders.process"][0]))'))
      .toMatchObject({ 1: 0, 2.5: 1, 1800: 1 });
  });

  test("are running until they end, and the oldest is known", () => {
    expect(heard([...task("1", "received", "started"), ...task("2", "received", "started", "succeeded")], 400, "[tasks.longest(), tasks.running()]"))
      .toEqual([{ "orders.process": 399 }, { "worker@a": 1 }]);
  });

  describe("that a worker has begun", () => {
    const begun = [...task("1", "received", "started"), ...task("2", "received")];
    const says = (at: number, kind: string, active: number, processed: number, hostname = "worker@a"): [number, object] => [at, { type: `worker-${kind}`, hostname, freq: 2, active, processed }];
    const fate = `[${outcomes}, tasks.running()]`;
    const underWay = [{ received: 2 }, { "worker@a": 1 }];
    const lost = [{ received: 2, lost: 1 }, {}];
    const collected = `[[tasks.lose(worker) for worker in workers.silent(tasks.running())], ${fate}][1]`;

    test("continue when it goes offline, since it finishes them first", () => {
      const stopping = [...begun, says(2, "heartbeat", 1, 1), says(3, "offline", 1, 1)];
      expect(heard(stopping, 60, fate)).toEqual(underWay);
      expect(heard([...stopping, ...task("1", "succeeded").map(([, event]): [number, object] => [50, event]), says(55, "online", 0, 0)], 60, fate)).toEqual([{ received: 2, succeeded: 1 }, {}]);
    });

    test("continue when it reconnects to its broker", () => {
      expect(heard([...begun, says(2, "heartbeat", 1, 1), says(3, "offline", 1, 1), says(4, "online", 1, 1), says(6, "heartbeat", 1, 1)], 60, fate)).toEqual(underWay);
    });

    test("are lost as soon as another process has its name, but not with another worker", () => {
      expect(heard([...begun, says(2, "heartbeat", 1, 1), says(9, "online", 0, 0)], 9, fate)).toEqual(lost);
      // Begun and killed between two heartbeats: the former one never counted it.
      expect(heard([says(0, "heartbeat", 0, 0), ...begun, says(9, "online", 0, 0)], 9, fate)).toEqual(lost);
      // Its first word was not heard, and it is at work already.
      const atWork: [number, object][] = [[10, { type: "task-received", uuid: "3", name: "orders.process", hostname: "worker@a" }], [10, { type: "task-started", uuid: "3", hostname: "worker@a" }]];
      expect(heard([...begun, says(2, "heartbeat", 1, 40), ...atWork, says(11, "heartbeat", 1, 1)], 11, `[${outcomes}, tasks.longest()]`)).toEqual([{ received: 3, lost: 1 }, { "orders.process": 1 }]);
      expect(heard([...begun, says(2, "heartbeat", 1, 1), says(9, "online", 0, 0, "worker@b")], 9, fate)).toEqual(underWay);
    });

    test("are lost when it has been silent for its stop timeout and ten seconds more", () => {
      const gone = [...begun, says(2, "heartbeat", 1, 1), says(3, "offline", 1, 1)];
      expect(heard(gone, 72, collected)).toEqual(underWay);
      expect(heard(gone, 74, collected)).toEqual(lost);
    });

    test("are not lost by a silence while nothing could be received", () => {
      const away = "workers.deaf(), workers.silent(tasks.running()), workers.listening(), workers.silent(tasks.running())";
      expect(heard([...begun, says(2, "heartbeat", 1, 1)], 500, `[${away}]`)).toEqual([null, [], null, []]);
    });

    test("and whose end was missed are forgotten a while after it no longer counts them, and not counted as lost", () => {
      // The end of what has just run may come after the heartbeat that no longer counts it.
      expect(heard([...begun, says(9, "heartbeat", 0, 1)], 9, fate)).toEqual(underWay);
      expect(heard([...begun, says(20, "heartbeat", 0, 1)], 20, fate)).toEqual([{ received: 2 }, {}]);
      // On a worker that is never idle, too: it says how many there are, and the oldest are taken for those that have ended.
      const both: [number, object][] = [...begun, [8, { type: "task-started", uuid: "2", hostname: "worker@a" }], says(9, "heartbeat", 2, 2)];
      expect(heard([...both, says(30, "heartbeat", 2, 2)], 30, "tasks.longest()")).toEqual({ "orders.process": 29 });
      expect(heard([...both, says(30, "heartbeat", 1, 2)], 30, "tasks.longest()")).toEqual({ "orders.process": 22 });
      expect(heard([...both, [29, { type: "task-started", uuid: "3", hostname: "worker@a" }], says(30, "heartbeat", 2, 3)], 30, "tasks.running()")).toEqual({ "worker@a": 3 });
    });

    test("are not affected by unrelated messages, such as answers to Celery's commands", () => {
      expect(heard([...begun, [3, { type: "worker-heartbeat", hostname: "worker@a", freq: 5 }]], 9, fate)).toEqual(underWay);
    });
  });

  test("with ever new names share one label: a label's values must be limited", () => {
    const many = Array.from({ length: 300 }, (_, i): [number, object] => [0, { type: "task-received", uuid: String(i), name: `made.up.${i}`, hostname: "worker@a" }]);
    expect(heard(many, 1, 'len({name for name, _ in tasks.counts}), tasks.counts[("other", "received")]')).toEqual([201, 100]);
  });
});

describe("workers", () => {
  const beat = (at: number, hostname = "worker@a"): [number, object] => [at, { type: "worker-heartbeat", hostname, freq: 2 }];
  test("are alive while they send heartbeats, and five seconds more", () => {
    expect(heard([beat(20)], 24.9, "workers.alive()")).toEqual({ "worker@a": true });
    expect(heard([beat(20)], 25.1, "workers.alive()", ["worker@a"])).toEqual({ "worker@a": false });
  });

  const goodbye = (at: number): [number, object] => [at, { type: "worker-offline", hostname: "worker@a", active: 1, processed: 1 }];
  test("that go offline are gone at once", () => {
    expect(heard([beat(20), goodbye(20.5)], 21, "workers.alive()", ["worker@a"])).toEqual({ "worker@a": false });
  });

  test("that go offline with running tasks are alive until those have ended, or can no longer end", () => {
    const alive = "[[tasks.lose(worker) for worker in workers.silent(tasks.running())], workers.alive(tasks.running())][1]";
    const stopping = [...task("1", "received", "started"), beat(20), goodbye(20.5)];
    expect(heard(stopping, 90, alive, ["worker@a"])).toEqual({ "worker@a": true });
    expect(heard([...stopping, ...task("1", "succeeded").map(([, event]): [number, object] => [50, event])], 51, alive, ["worker@a"])).toEqual({ "worker@a": false });
    // A minute it may take to stop, and ten seconds more.
    expect(heard(stopping, 91, alive, ["worker@a"])).toEqual({ "worker@a": false });
  });

  test("that become silent with running tasks are gone like any other", () => {
    expect(heard([...task("1", "received", "started"), beat(20)], 25.1, "workers.alive(tasks.running())", ["worker@a"])).toEqual({ "worker@a": false });
    // Also one that had said goodbye and came again.
    expect(heard([...task("1", "received", "started"), goodbye(5), beat(20)], 25.1, "workers.alive(tasks.running())", ["worker@a"])).toEqual({ "worker@a": false });
  });

  test("are not judged before there was time to hear from them", () => {
    expect(heard([], 9, "workers.alive()", ["worker@a"])).toEqual({});
    expect(heard([], 11, "workers.alive()", ["worker@a"])).toEqual({ "worker@a": false });
  });

  test("that are not expected are reported, and forgotten when they go", () => {
    expect(heard([beat(20, "worker@x")], 21, "workers.alive()")).toEqual({ "worker@x": true });
    expect(heard([beat(20, "worker@x")], 60, "workers.alive()")).toEqual({});
  });
});

/** A queue over time: `[seconds, "+a"]` sends, `[seconds, "-"]` takes; it is looked at each second. Gives its age at the end. */
const age = (moves: [number, string][], until: number): [number, number] => python(
  `${clock}from celery_exporter.queues import Queue
class Redis:
    lists = {}
    def llen(self, key): return len(self.lists.get(key, []))
    def lindex(self, key, i):
        found = self.lists.get(key, [])
        return found[i] if found else None
    def lpos(self, key, value):
        found = self.lists.get(key, [])
        return found.index(value) if value in found else None
redis = Redis()
queue = Queue(redis, "orders", clock)
moves = given["moves"]
for second in range(given["until"] + 1):
    clock.now = float(second)
    while moves and moves[0][0] <= second:
        what = moves.pop(0)[1]
        line = redis.lists.setdefault("orders", [])
        if what == "-": line.pop()
        else: line.insert(0, what)
    queue.look()
answer = [queue.length, queue.oldest]`, { moves, until });

describe("a queue", () => {
  test("that is empty has no age", () => expect(age([[0, "a"], [3, "-"]], 9)).toEqual([0, 0]));
  test("that does not move is as old as its first message", () => expect(age([[0, "a"], [50, "b"]], 100)).toEqual([2, 100]));
  test("that moves is as old as its present first message", () => expect(age([[0, "a"], [50, "b"], [80, "-"]], 100)).toEqual([1, 50]));
  test("that is long and moves is never estimated older than it is, nor much younger", () => {
    const sent = Array.from({ length: 200 }, (_, i): [number, string] => [i, `m${i}`]);
    const taken = Array.from({ length: 100 }, (_, i): [number, string] => [i + 100, "-"]);
    const [length, oldest] = age([...sent, ...taken].sort((a, b) => a[0] - b[0]), 200);
    expect(length).toBe(100);
    expect(oldest).toBeLessThanOrEqual(100);
    expect(oldest).toBeGreaterThanOrEqual(98);
  });
});
