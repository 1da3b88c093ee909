"""Steps and checks: the state's own commands."""
from apply.shell import Failure, did, must, out, run, until


def steps(state, phase, record):
    for step in state["steps"]:
        if step.get("when", "before-units") == phase:
            _step(step, record)


def _step(step, record):
    who, what = "step " + step["name"], "step '%s'" % step["name"]
    now = record.now(step.get("onChange", []))
    timeout = step.get("timeoutSeconds", 300)
    wanted = record.stale(who, now)
    if not wanted and "unless" in step:
        wanted = run(["sh", "-c", step["unless"]], timeout)[0] != 0
    if wanted or not ("unless" in step or now):
        record.begin(who)
        try:
            said = must(what, ["sh", "-ec", step["command"]], timeout)
        except Failure as failure:
            if not step.get("mayFail"):
                raise
            out("warning: %s" % failure)
            return
        for line in said.splitlines():
            if line.startswith("warning: "):
                out(line)
        did(what + " done")
    record.settle(who, now)


def checks(state):
    for check in state["checks"]:
        until("check '%s'" % check["name"], check["command"], check.get("timeoutSeconds", 30))
