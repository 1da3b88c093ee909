import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queueing } from "../../../machine/data/queueing";

const sources = join(__dirname, "../../../machine/data");
const directory = mkdtempSync(join(tmpdir(), "ringo-queueing-"));
const metrics = join(directory, "ringo_queueing.prom");
afterAll(() => rmSync(directory, { recursive: true }));

/** Redis, as far as the program speaks with it: it knows one user, and forgets what it was told of it when its users are read anew. */
const fake = `
class RedisError(Exception): pass
class Redis:
    used, bound, may, away, told, passwords = 0, 100, True, False, [], []
    def __init__(self, host, username, password, socket_timeout, decode_responses):
        assert host == "127.0.0.1"  # the unit reaches nothing else: a name would be tried by another address first
        Redis.passwords.append("%s %s" % (username, password))
    def info(self, section):
        assert section == "memory"
        return {"used_memory": Redis.used, "maxmemory": Redis.bound}
    def execute_command(self, command, user, *words):
        assert user == "producer"
        if Redis.away: raise RedisError("it starts")
        if command == "ACL DRYRUN": return "OK" if Redis.may else "User producer has no permissions to run the 'lpush' command"
        assert command == "ACL SETUSER", command
        Redis.told.append(*words)
        Redis.may = words == ("+lpush",)
`;
writeFileSync(join(directory, "redis.py"), fake);
writeFileSync(join(directory, "password"), "made-up\n");

/** Runs a program over it; what it calls `answer` comes back. */
function python<T>(program: string): T {
  const text = `import json, sys\nsys.path[:0] = ${JSON.stringify([sources, directory])}\nimport queueing\nfrom redis import Redis, RedisError\nfile, metrics = ${JSON.stringify([join(directory, "password"), metrics])}\n${program}\nprint(json.dumps(answer))`;
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-IBc", text], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}

/** What Redis is told at each look, when so much of it is used. */
const told = (used: (number | string)[]) => python<string[]>(`
guard = queueing.Queueing(queueing.redis.Redis("127.0.0.1", "operator", "x", 5, True), "producer")
answer = []
for each in json.loads(${JSON.stringify(JSON.stringify(used))}):
    if each == "users are read anew":
        Redis.may = True
        continue
    if each == "no bound":
        Redis.bound = 0
    else:
        Redis.used = each
    Redis.told = []
    may = guard.look()
    answer.append(" ".join([*Redis.told, "may" if may else "may not"]))`);

test("queueing is refused from 85 % on, until less than 80 % is used", () => {
  expect(told([10, 84, 85, 99, 84, 80, 79, 84, 86])).toEqual(["may", "may", "-lpush may not", "may not", "may not", "may not", "+lpush may", "may", "-lpush may not"]);
});

test("and refused again after Redis has reloaded its users or restarted", () => {
  expect(told([90, "users are read anew", 90, "users are read anew", 75, 90])).toEqual(["-lpush may not", "-lpush may not", "may", "-lpush may not"]);
});

test("without a memory limit it is not refused", () => {
  expect(told([90, "no bound"])).toEqual(["-lpush may not", "+lpush may"]);
});

test("it reports changes; a Redis that is down is reported separately, and refuses nothing", () => {
  const [said, figures, passwords] = python<[string[], number[], string[]]>(`
said, figures, rounds = [], [], []
def reads():
    return int(open(metrics).read().split()[-1])
def next_round(_):
    figures.append(reads())
    rounds.append(1)
    if len(rounds) == 2: Redis.used = 90
    if len(rounds) == 4: Redis.away = True
    if len(rounds) == 6:
        Redis.away = False
        open(file, "w").write("another\\n")
    if len(rounds) == 7: raise KeyboardInterrupt
queueing.time.sleep = next_round
queueing.print = lambda line, **_: said.append(line)
try:
    queueing.main("look", "producer", file, metrics)
except KeyboardInterrupt:
    pass
answer = [said, figures, Redis.passwords]`);
  expect(said).toEqual(["queueing goes on", "queueing is held back", "queueing is not looked at: it starts", "queueing is held back"]);
  expect(figures).toEqual([0, 0, 1, 1, 0, 0, 1]);
  expect([passwords[0], passwords.at(-1)]).toEqual(["operator made-up", "operator another"]);
  expect(statSync(metrics).mode & 0o777).toBe(0o644); // another user reads it
});

test("when it exits, however it does, queueing is allowed", () => {
  const told = python<string[]>('Redis.may = False\nqueueing.main("give-back", "producer", file, metrics)\nanswer = Redis.told');
  expect(told).toEqual(["+lpush"]);
  expect(readFileSync(metrics, "utf8")).toMatch(/^ringo_queueing_held_back 0$/m);
  const unit = queueing("producer").files!.find(({ path }) => path.endsWith("/ringo-queueing.service"))!.content;
  expect(unit).toMatch(/^ExecStopPost=-\/usr\/bin\/python3 .* give-back producer /m);
});

test("where its figure cannot be written, as on a full disk, who queues is held back all the same, and the figure is written later", () => {
  const [told, said, figure] = python<[string[], string[], string]>(`
said, rounds, writes = [], [], []
replace = queueing.os.replace
def full(*paths):
    writes.append(1)
    if len(writes) < 3: raise OSError(28, "No space left on device")
    replace(*paths)
def next_round(_):
    rounds.append(1)
    if len(rounds) == 4: raise KeyboardInterrupt
queueing.os.replace, queueing.time.sleep = full, next_round
queueing.print = lambda line, **_: said.append(line)
Redis.used = 90
try:
    queueing.main("look", "producer", file, metrics)
except KeyboardInterrupt:
    pass
answer = [Redis.told, said, open(metrics).read()]`);
  expect(told).toEqual(["-lpush"]);
  expect(said).toEqual(["queueing is held back, and its figure cannot be written: [Errno 28] No space left on device", "queueing is held back"]);
  expect(figure).toMatch(/^ringo_queueing_held_back 1$/m);
});
