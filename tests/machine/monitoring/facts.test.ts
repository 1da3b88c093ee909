import { fingerprint } from "../../../machine/monitoring/facts";
import { python } from "./python";
import { updates } from "../../../machine/base/updates";

const worker = ["/usr/local/bin/python3.11", "/usr/local/bin/celery", "-A", "ringo_backend", "worker", "-E", "--queues=default"];
const beat = ["/usr/local/bin/python3.11", "/usr/local/bin/celery", "-A", "ringo_backend", "beat", "--schedule=/tmp/x"];
const gunicorn = ["/usr/local/bin/python3.11", "/usr/local/bin/gunicorn", "ringo_backend.wsgi:application", "--workers", "2"];
const init = (words: string[]) => ["/sbin/docker-init", "--", ...words.slice(1)];

/** How many main processes and children of each role there are. */
const backend = (processes: Record<number, [number, string[]]>) => python(
  "import facts\nmains = facts.backend({int(pid): (of, words) for pid, (of, words) in given.items()})\nanswer = {role: [children for _, children in found] for role, found in mains.items()}", processes);

describe("the backend's processes", () => {
  test("are counted without their container's init, and children separately", () => {
    expect(backend({
      10: [1, init(worker)], 11: [10, worker], 12: [11, worker], 13: [11, worker],
      20: [1, init(beat)], 21: [20, beat],
      30: [1, init(gunicorn)], 31: [30, gunicorn], 32: [31, gunicorn], 33: [31, gunicorn],
    })).toEqual({ api: [2], worker: [2], beat: [0] });
  });

  test("are recognized by Celery's own process titles", () => {
    expect(backend({
      10: [1, ["[celeryd: worker@worker-0:MainProcess] -active- (-A ringo_backend worker)"]], 11: [10, ["[celeryd: worker@worker-0:ForkPoolWorker-1]"]], 20: [1, ["[celery beat] --schedule"]],
    })).toEqual({ api: [], worker: [1], beat: [0] });
  });

  test("a second beat counts, wherever it was started: also inside the worker's container", () => {
    expect(backend({ 10: [1, init(worker)], 11: [10, worker], 12: [11, worker], 40: [9, beat], 21: [1, beat] })).toEqual({ api: [], worker: [1], beat: [0, 0] });
  });

  test("processes that only mention them do not count: an inspection, an editor, a search", () => {
    expect(backend({
      1: [0, ["celery", "-A", "ringo_backend", "inspect", "ping", "--destination", "worker"]], 2: [0, ["vi", "celery.py"]], 3: [0, ["pgrep", "-f", "celery worker"]], 4: [0, [""]],
    })).toEqual({ api: [], worker: [], beat: [] });
  });
});

describe("a beat", () => {
  /** What it says of itself at each look, as /proc has it, ten seconds apart; null where it is not there. */
  const woken = (looks: (string | null)[]): number[][] => python(`
import facts, os, tempfile
root = tempfile.mkdtemp()
os.mkdir(root + "/7")
now = 1000
beats = facts.Beats(root, lambda: now)
answer = []
for count in given:
    with open(root + "/7/status", "w") as file:
        file.write("Name:\\tcelery\\nvoluntary_ctxt_switches:\\t%s\\nnonvoluntary_ctxt_switches:\\t%d\\n" % (count, now))
    answer.append(beats.woken({"beat": [(7, 0)] if count else []}))
    now += 10
`, looks);

  test("counts as awake whenever it has slept once more", () => {
    expect(woken(["5", "6", "7"])).toEqual([[1000], [1010], [1020]]);
  });

  test("that hangs does not, even if it is preempted", () => {
    expect(woken(["5", "6", "6", "6"])).toEqual([[1000], [1010], [1010], [1010]]);
  });

  test("that was restarted is another one", () => {
    expect(woken(["5", "5", null, "5", "5"])).toEqual([[1000], [1000], [], [1030], [1030]]);
  });
});

describe("logins", () => {
  const accepted = (user: string, key: string) => `Accepted publickey for ${user} from 10.20.0.4 port 40000 ssh2: ED25519 ${key}`;
  const counted = (lines: string[]) => python(
    'import facts\nlogins = facts.Logins({"deployer": ["SHA256:deploy"], "operator": ["SHA256:ann"]})\nfor line in given: logins.line(line)\nanswer = {**logins.accepted, "refused": logins.refused}', lines);

  test("are distinguished by key", () => {
    expect(counted([
      accepted("root", "SHA256:deploy"), accepted("root", "SHA256:deploy"), accepted("root", "SHA256:ann"), accepted("root", "SHA256:who"), accepted("ringo-media-writer", "SHA256:x"),
    ])).toEqual({ deployer: 2, operator: 1, unknown: 1, service: 1, refused: 0 });
  });

  test("that are refused are counted, and sshd's other lines are not", () => {
    expect(counted([
      "Invalid user admin from 1.2.3.4 port 5", "Connection closed by authenticating user root 1.2.3.4 port 5 [preauth]", "Failed publickey for root from 1.2.3.4 port 5 ssh2",
      "Server listening on 0.0.0.0 port 22.", "Connection closed by 1.2.3.4 port 5", "pam_unix(sshd:session): session opened for user root",
    ])).toMatchObject({ refused: 3, unknown: 0 });
  });

  test("a key is named by sshd's fingerprint", () => {
    // As ssh-keygen -lf says of this key.
    expect(fingerprint("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPmYGOUnMewQt8bdt5a1H9Q0U0yt3u7I3c6FKuYR33rU someone")).toBe("SHA256:LzHlXS1navtaYL0mQIetsg0ppt4Bx+dVYnNM/fUzpcw");
  });
});

test("every possible counter exists from the beginning, as 0", () => {
  const text: string = python('import facts\nanswer = facts.render(facts.Logins({}), {"api": [], "worker": [(5, 3)], "beat": []}, [], None, None)');
  expect(text).toContain('ringo_ssh_logins_total{key="unknown"} 0\n');
  expect(text).toContain('ringo_backend_processes{command="beat"} 0\n');
  expect(text).toContain('ringo_backend_children{command="worker"} 3\n');
  expect(text).not.toContain("ringo_beat_woken");
  expect(text).not.toContain("ringo_updated");
  expect(text).not.toContain("ringo_crash");
});

test("a machine's last update is the last successful one, or before that its installation", () => {
  const updated = (...there: string[]) => python(`import facts, os, tempfile
with tempfile.TemporaryDirectory() as root:
    for at, path in enumerate(facts.UPDATED):
        if path in given:
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            open(root + path, "w").close()
            os.utime(root + path, (at + 1, at + 1))
    answer = facts.updated(root)`, there);
  const [done, setUp] = python("import facts\nanswer = facts.UPDATED") as string[];
  expect(updates({ reboot: true, rebootTime: "04:00" }).files!.map(({ path }) => path)).toContain(setUp);
  expect([updated(done, setUp), updated(setUp), updated()]).toEqual([1, 2, null]);
});

describe("a machine that booted", () => {
  /** What its journal says: the last of the boot before, and the first of this one. */
  const crashed = (before: object | null, now: object | null = { __REALTIME_TIMESTAMP: "1796045416732554" }) =>
    python('import facts\nanswer = facts.crashed(lambda boot, lines: {("-1", "1"): given[0], ("0", "+1"): given[1]}[(boot, lines)])', [before, now]);

  test("had crashed if nobody had shut it down", () => expect(crashed({ MESSAGE_ID: "39f53479d3a045ac8e11786248231fbf" })).toBe(1796045416));
  test("had not if the previous journal ends with its own end, after an update's reboot or a manual one", () => expect(crashed({ MESSAGE_ID: "d93fb3c9c24d451a97cea615ce59c00b" })).toBeNull());
  test("had not if it is new, or the journal reaches back no further", () => expect([crashed(null), crashed(null, null)]).toEqual([null, null]));

  test("is queried with valid journalctl arguments", () => {
    expect(python('import facts, os, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    path = folder + "/journalctl"\n    open(path, "w").write("#!/bin/sh\\necho \'{\\"MESSAGE_ID\\": \\"\'$*\'\\"}\'")\n    os.chmod(path, 0o755)\n    os.environ["PATH"] = folder + ":" + os.environ["PATH"]\n    answer = facts.entry("-1", "1")'))
      .toEqual({ MESSAGE_ID: "--boot=-1 --lines=1 --output=json --output-fields=MESSAGE_ID --quiet" });
  });
});

test("what happens while the disk is full is counted all the same, and told when there is room; nothing is left beside it", () => {
  const [text, beside] = python(`import facts, os, tempfile
replace, full, rounds = os.replace, [1, 2], []
def replaced(*paths):
    if full:
        full.pop()
        raise OSError(28, "No space left on device")
    replace(*paths)
class Journal:
    def lines(self, seconds):
        rounds.append(seconds)
        if len(rounds) == 4:
            raise KeyboardInterrupt
        return ["Invalid user admin from 10.0.0.1 port 22"]
facts.os.replace, facts.Journal, facts.crashed = replaced, Journal, lambda: None
with tempfile.TemporaryDirectory() as folder:
    try:
        facts.main({"keys": {}, "directory": folder})
    except KeyboardInterrupt:
        pass
    answer = [open(folder + "/ringo_facts.prom").read(), os.listdir(folder)]`) as [string, string[]];
  expect(text).toMatch(/^ringo_ssh_refused_total 3$/m);
  expect(beside).toEqual(["ringo_facts.prom"]);
});
