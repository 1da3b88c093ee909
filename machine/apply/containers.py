"""Containers under Docker. A new one takes the old one's place only when it is in health; else the old one comes back."""
import hashlib
import json
import shutil
import time

from apply.drain import let_in, turn_away
from apply.files import remove, write
from apply.shell import Failure, did, must, out, run, tail, until

ENVIRONMENTS = "/etc/ringo/containers"
LABEL = "ringo.spec"
# Far above what a role needs: a container that forks without end takes itself down, not its machine.
PROCESSES = "1024"
LOG = "journald"
# With the volumes that its image made for it: nothing else would ever take them away.
REMOVE = ("rm", "--force", "--volumes")
# How a container ends that SIGKILL ends.
KILLED = 128 + 9
# Without its last lines: they may be about customers.
LOST = "what it was doing is lost, and its log says what that was"


def take_away(names):
    """Ends and removes containers that the state no longer declares, with the environment that held their secrets."""
    for name in names:
        remove(_environment(name))
    if not names or shutil.which("docker") is None or _off():
        return
    for name in names:
        for each in (name, _previous(name)):
            if _inspect(each):
                _stop(each)
                let_in(each)
                must("container " + each, ["docker", *REMOVE, each])
                did("container %s removed" % each)


def containers(declared, record):
    for container in declared:
        _container(container, record)


def _container(container, record):
    name, spec = container["name"], _spec(container)
    current = _inspect(name)
    if current and current["Config"]["Labels"].get(LABEL) == spec:
        stopped = not current["State"]["Running"]
        if stopped:
            must("container " + name, ["docker", "start", name])
            did("container %s started" % name)
        # Or not yet seen in health: an apply was cut off after it started this one.
        if stopped or record.stale("container " + name, {"spec": spec}):
            _prove(container, record, spec)
        let_in(name)  # nobody has, where an apply was cut off
        return
    _pull(container["image"], name)
    stranded = _stranded(current, container) if current else []
    if current:
        _set_aside(name, stranded)
    try:
        must("container %s: start" % name, ["docker", "run", *_arguments(container, spec)])
    except Failure as failure:
        _put_back(name, str(failure))
    _prove(container, record, spec)
    let_in(name)
    did("container %s %s" % (name, "replaced" if current else "started"))
    if current and not stranded:
        # The next machine's turn comes when this one has work again. One of which nothing came is missed by nobody.
        time.sleep(container.get("passedBySeconds", 0))


def _spec(container):
    """What a running container cannot change: nothing of how it is looked at, and replaced."""
    fixed = {key: value for key, value in container.items() if key not in ("health", "passedBySeconds", "boundTo")}
    fixed["log"] = LOG
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def _stranded(current, container):
    """By which variables the container that runs is bound to another place than is now declared."""
    was = dict(variable.partition("=")[::2] for variable in current["Config"]["Env"] or [])
    return [name for name in container.get("boundTo", []) if name in was and was[name] != container["environment"].get(name)]


def _arguments(container, spec):
    name = container["name"]
    environment = _environment(name)
    lines = []
    for key, value in container["environment"].items():
        if "\n" in value:
            raise Failure("container %s: variable %s holds a line break, which an env file cannot" % (name, key))
        lines.append("%s=%s\n" % (key, value))
    write({"path": environment, "content": "".join(lines), "mode": "0600"})
    options = ["--detach", "--name", name, "--label", "%s=%s" % (LABEL, spec), "--init", "--read-only",
               "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", PROCESSES, "--log-driver", LOG, "--restart", "unless-stopped",
               "--stop-timeout", str(container["stopTimeoutSeconds"]), "--env-file", environment]
    if "network" in container:
        options += ["--network", container["network"]]
    if "user" in container:
        options += ["--user", container["user"]]
    for flag, key in (("--tmpfs", "tmpfs"), ("--volume", "volumes"), ("--publish", "publish")):
        for value in container.get(key, []):
            options += [flag, value]
    return [*options, container["image"], *container["command"]]


def _prove(container, record, spec):
    """Waits for health; gives up on the container when there is none."""
    name, health = container["name"], container.get("health")
    if health:
        try:
            until("container %s: health" % name, health["command"], health["timeoutSeconds"])
        except Failure as failure:
            _, stdout, stderr = run(["docker", "logs", "--tail", "20", name])
            _put_back(name, "%s\n  its last lines:\n%s" % (failure, tail(stdout + stderr, 20)))
    if _inspect(_previous(name)):
        must("container " + name, ["docker", *REMOVE, _previous(name)])
    record.settle("container " + name, {"spec": spec})


def _set_aside(name, stranded):
    """Stops the container and keeps it. One kept from an earlier, cut off apply is older and was proven: it stays instead."""
    _stop(name, stranded)
    if _inspect(_previous(name)):
        must("container " + name, ["docker", *REMOVE, name])
    else:
        must("container " + name, ["docker", "rename", name, _previous(name)])


def _put_back(name, reason):
    """Ends in failure, with the previous container running again if there was one."""
    run(["docker", *REMOVE, name])
    if not _inspect(_previous(name)):
        raise Failure(reason)
    must("container %s: put back" % name, ["docker", "rename", _previous(name), name])
    must("container %s: put back" % name, ["docker", "start", name])
    let_in(name)
    did("container %s put back as it was" % name)
    raise Failure(reason)


def _stop(name, stranded=()):
    """In its own time; at once where nothing that it waits for comes any more."""
    facts = _inspect(name)
    running = facts["State"]["Running"]
    patience = 0 if stranded else facts["Config"].get("StopTimeout") or 10
    if running and stranded:
        out("warning: container %s was made for another %s and is ended at once: %s" % (name, ", ".join(stranded), LOST))
    if running:
        turn_away(name, facts, wait=not stranded)
    must("container %s: stop" % name, ["docker", "stop", "-t", str(patience), name], patience + 60)
    if running and not stranded and _inspect(name)["State"]["ExitCode"] == KILLED:
        out("warning: container %s did not end within %d s and was killed: %s" % (name, patience, LOST))


def _pull(image, name):
    # What a digest names never changes; a tag may have moved.
    if "@sha256:" in image and run(["docker", "image", "inspect", image])[0] == 0:
        return
    must("container %s: pull %s" % (name, image), ["docker", "pull", "--quiet", image], 1200)


def _inspect(name):
    code, stdout, stderr = run(["docker", "container", "inspect", name])
    if code == 0:
        return json.loads(stdout)[0]
    if "No such container" in stderr:
        return None
    raise Failure("container %s: docker does not answer\n%s" % (name, tail(stderr)))


def _off():
    """Another state of this machine has wanted Docker no more, and ended every container with it."""
    return run(["systemctl", "is-enabled", "docker.service"])[1].strip() == "disabled"


def _environment(name):
    return "%s/%s.env" % (ENVIRONMENTS, name)


def _previous(name):
    return name + "-previous"
