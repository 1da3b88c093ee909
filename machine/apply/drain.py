"""Before a container stops, connections from other machines are refused, so that they use another one: requests arriving while it stops would be lost."""
import time

from apply.shell import must, run

# Longer than a server needs to accept waiting connections; one that hangs accepts none.
PATIENCE = 10


def turn_away(name, facts, wait):
    """Refuses new connections; then, if `wait`, waits until those that arrived are accepted: the server answers them before it stops."""
    ports = _published(facts)
    if not ports:
        return
    must("container %s: refuse connections" % name, ["nft", "; ".join(_removal(name) + _refusal(name, ports))])
    if not wait:
        return
    asked = " or ".join("sport = :%s" % inner for _, _, inner in ports)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _, listening, _ = run(["nsenter", "--target", str(facts["State"]["Pid"]), "--net", "ss", "-Hltn", "( %s )" % asked])
        # The second column of a listening socket is how many connections wait. For a dead process nothing is printed.
        if all(line.split()[1] == "0" for line in listening.splitlines()):
            return
        time.sleep(0.1)


def let_in(name):
    must("container %s: allow connections" % name, ["nft", "; ".join(_removal(name))])


def _refusal(name, ports):
    """Also works while there is no container, when the machine itself would drop the packets and let clients wait. Connections from the machine itself pass neither hook: it may check the container's health."""
    table = "inet " + _table(name)
    commands = ["add table " + table]
    for hook in ("forward", "input"):
        commands.append("add chain %s %s { type filter hook %s priority -10; }" % (table, hook, hook))
        commands += ["add rule %s %s meta l4proto tcp ct state new ct original ip daddr %s ct original proto-dst %s reject with tcp reset" % (table, hook, address, port)
                     for address, port, _ in ports]
    return commands


def _removal(name):
    # Works whether the table exists or not.
    return ["add table inet " + _table(name), "delete table inet " + _table(name)]


def _table(name):
    return "ringo_away_" + name.replace("-", "_")


def _published(facts):
    """Address, port and the container's own port of everything that other machines may reach."""
    bindings = facts.get("HostConfig", {}).get("PortBindings") or {}
    return [(each["HostIp"], each["HostPort"], inner.split("/")[0])
            for inner, each_way in bindings.items() for each in each_way if not each["HostIp"].startswith("127.")]
