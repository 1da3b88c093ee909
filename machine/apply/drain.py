"""Other machines are refused before a container ends, and ask another one: what came to it while it ends would be lost."""
import time

from apply.shell import must, run

# Longer than a server takes for the requests before; one that hangs takes none up.
PATIENCE = 10


def turn_away(name, facts, wait):
    """Then waits, if told to, until what had come is taken up: the server answers that before it ends."""
    ports = _published(facts)
    if not ports:
        return
    must("container %s: turn others away" % name, ["nft", "; ".join(_removal(name) + _refusal(name, ports))])
    if not wait:
        return
    asked = " or ".join("sport = :%s" % inner for _, _, inner in ports)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _, listening, _ = run(["nsenter", "--target", str(facts["State"]["Pid"]), "--net", "ss", "-Hltn", "( %s )" % asked])
        # The second column of a socket that listens is how many wait there. Of a process that has died nothing is said.
        if all(line.split()[1] == "0" for line in listening.splitlines()):
            return
        time.sleep(0.1)


def let_in(name):
    must("container %s: let others in" % name, ["nft", "; ".join(_removal(name))])


def _refusal(name, ports):
    """Also while there is no container, when the machine itself would say nothing and let others wait. What comes from the machine goes neither way: it may look at the container's health."""
    table = "inet " + _table(name)
    commands = ["add table " + table]
    for hook in ("forward", "input"):
        commands.append("add chain %s %s { type filter hook %s priority -10; }" % (table, hook, hook))
        commands += ["add rule %s %s meta l4proto tcp ct state new ct original ip daddr %s ct original proto-dst %s reject with tcp reset" % (table, hook, address, port)
                     for address, port, _ in ports]
    return commands


def _removal(name):
    # Whether it is there or not.
    return ["add table inet " + _table(name), "delete table inet " + _table(name)]


def _table(name):
    return "ringo_away_" + name.replace("-", "_")


def _published(facts):
    """Address, port and the container's own port, of what other machines may reach."""
    bindings = facts.get("HostConfig", {}).get("PortBindings") or {}
    return [(each["HostIp"], each["HostPort"], inner.split("/")[0])
            for inner, each_way in bindings.items() for each in each_way if not each["HostIp"].startswith("127.")]
