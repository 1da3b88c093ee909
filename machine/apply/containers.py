"""Docker containers. A new one replaces the old one only when it is healthy; otherwise the old one is restored."""
import hashlib
import json
import shutil
import time

from apply.drain import let_in, turn_away
from apply.files import remove, write
from apply.shell import Failure, did, must, out, run, tail, until

ENVIRONMENTS = "/etc/ringo/containers"
LABEL = "ringo.spec"
# Far above what a role needs: a container that forks endlessly takes itself down, not its machine.
PROCESSES = "1024"
LOG = "journald"
# With its image's anonymous volumes, which nothing else would ever remove.
REMOVE = ("rm", "--force", "--volumes")
# Exit status of a container killed by SIGKILL.
KILLED = 128 + 9
# Without its last lines, which may contain personal data.
LOST = "its unfinished work is lost; see its log"


def take_away(names):
    """Stops and removes containers that the state no longer declares, with the environment files that hold their secrets."""
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
        # Or not yet known to be healthy: an apply was interrupted after it started this one.
        if stopped or record.stale("container " + name, {"spec": spec}):
            _prove(container, record, spec)
        let_in(name)  # an interrupted apply may not have done it
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
        # The next machine must not follow before this one gets requests again. A container that served nothing need not be waited for.
        time.sleep(container.get("passedBySeconds", 0))


def _spec(container):
    """Hash of everything that requires a new container; how its health is checked and how it is replaced do not."""
    fixed = {key: value for key, value in container.items() if key not in ("health", "passedBySeconds", "boundTo")}
    fixed["log"] = LOG
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def _stranded(current, container):
    """The variables that bind the running container to another address than the one declared now."""
    was = dict(variable.partition("=")[::2] for variable in current["Config"]["Env"] or [])
    return [name for name in container.get("boundTo", []) if name in was and was[name] != container["environment"].get(name)]


def _arguments(container, spec):
    name = container["name"]
    environment = _environment(name)
    lines = []
    for key, value in container["environment"].items():
        if "\n" in value:
            raise Failure("container %s: variable %s contains a line break, which an environment file cannot hold" % (name, key))
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
    """Waits until the container is healthy; if it is not in time, restores the previous one."""
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
    """Stops the container and keeps it. One kept by an earlier, interrupted apply is known to be healthy: it is kept instead."""
    _stop(name, stranded)
    if _inspect(_previous(name)):
        must("container " + name, ["docker", *REMOVE, name])
    else:
        must("container " + name, ["docker", "rename", name, _previous(name)])


def _put_back(name, reason):
    """Always fails, with the previous container running again if there was one."""
    run(["docker", *REMOVE, name])
    if not _inspect(_previous(name)):
        raise Failure(reason)
    must("container %s: restore the previous one" % name, ["docker", "rename", _previous(name), name])
    must("container %s: restore the previous one" % name, ["docker", "start", name])
    let_in(name)
    did("container %s restored" % name)
    raise Failure(reason)


def _stop(name, stranded=()):
    """Within its own stop timeout; at once if what it waits for will never come."""
    facts = _inspect(name)
    running = facts["State"]["Running"]
    patience = 0 if stranded else facts["Config"].get("StopTimeout") or 10
    if running and stranded:
        out("warning: container %s was started with another %s and is killed at once: %s" % (name, ", ".join(stranded), LOST))
    if running:
        turn_away(name, facts, wait=not stranded)
    must("container %s: stop" % name, ["docker", "stop", "-t", str(patience), name], patience + 60)
    if running and not stranded and _inspect(name)["State"]["ExitCode"] == KILLED:
        out("warning: container %s did not stop within %d s and was killed: %s" % (name, patience, LOST))


def _pull(image, name):
    # A digest's image never changes; a tag may have moved.
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
    """Whether another state of this machine has switched Docker off, and all containers with it."""
    return run(["systemctl", "is-enabled", "docker.service"])[1].strip() == "disabled"


def _environment(name):
    return "%s/%s.env" % (ENVIRONMENTS, name)


def _previous(name):
    return name + "-previous"
