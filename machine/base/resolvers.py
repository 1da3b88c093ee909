"""Puts this machine's resolvers into the firewall, which allows port 53 only to these."""
import ipaddress
import os
import re
import subprocess
import sys


def resolvers(paths):
    found = set()
    for path in paths:
        try:
            with open(path) as file:
                words = re.findall(r"^nameserver\s+([^\s%]+)", file.read(), re.MULTILINE)
        except FileNotFoundError:
            continue
        for word in words:
            try:
                address = ipaddress.ip_address(word)
            except ValueError:
                continue
            address = getattr(address, "ipv4_mapped", None) or address
            if not address.is_loopback and not address.is_unspecified:
                found.add(address)
    return found


def elements(found):
    """The nft commands for the firewall's sets. They are loaded with the rules: an address that nft rejects would open the machine."""
    lists = {version: sorted(address for address in found if address.version == version) for version in (4, 6)}
    return "".join("add element inet ringo resolvers%d { %s }\n" % (version, ", ".join(map(str, addresses))) for version, addresses in lists.items() if addresses)


def write(path, text):
    part = "%s.%d" % (path, os.getpid())
    with open(part, "w") as file:
        file.write(text)
    os.replace(part, path)


def main(rules, path, *named):
    found = resolvers(named)
    if not found:
        if not os.path.exists(path):
            sys.exit("no resolver but this machine itself is named in %s: nothing here could ask for a name" % " or ".join(named))
        print("no resolver is named in %s: the former ones stay" % " or ".join(named), file=sys.stderr)
        return
    write(path, elements(found))
    subprocess.run(["nft", "--file", rules], check=True)


def known(path, *named):
    """Whether the firewall has them already, or there are none now and it keeps the former ones."""
    found = resolvers(named)
    try:
        with open(path) as file:
            return not found or file.read() == elements(found)
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    if sys.argv[1] == "--known":
        sys.exit(0 if known(*sys.argv[2:]) else 1)
    main(*sys.argv[1:])
