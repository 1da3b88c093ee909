/** The command that prints what was found, for people: it shows which rule found what kind of field, never the value. */
export const report = (log: string): string => `#!/usr/bin/python3
"""ringo-waf [TEXT]: the last requests in which something was found, newest last; with TEXT those of that request id,
client, path or rule. What was found in them is in ${log}, for root only."""
import os
import re
import sys

LOG = "${log}"
wanted = sys.argv[1] if len(sys.argv) > 1 else ""

# What a field says comes before the rule's file, and cannot bring one behind it: quotes in what follows are written as numbers.
FOUND = re.compile(
    r'^(?P<time>[0-9/]+ [0-9:]+) \\[[a-z]+\\] (?P<connection>[0-9#]+: \\*[0-9]+) .*?ModSecurity: (?:Warning|Access denied with code (?P<status>[0-9]+))'
    r'(?P<match>.*)\\[file "[^"]*"\\] \\[line "[0-9]+"\\] \\[id "(?P<rule>[0-9]+)"\\] \\[rev "[^"]*"\\] \\[msg "(?P<message>[^"]*)"\\] \\[data "(?P<data>[^"]*)(?P<rest>.*)')
REQUEST = re.compile(r'\\[unique_id "(?P<id>[0-9a-f]+)"\\].*?, client: (?P<client>[^,]+), server: [^,]*, request: "(?P<method>[^ ]+) (?P<path>[^ ?"]*)')


def clean(text):
    return "".join(c if c.isprintable() else "?" for c in text)


def place(found):
    where = re.search(r"found within (?:MATCHED_VARS:)*([A-Z_]+(?::[^:]*)?):", found["data"]) or re.search(r"against variable \`([^']*)'", found["match"])
    return clean(where.group(1)) if where else "the request"


# A line that was cut does not say of which request it is: the next one of its connection does.
requests, waiting = {}, {}
for path in (LOG + ".1", LOG):
    if not os.path.exists(path):
        continue
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            found = FOUND.match(line)
            if not found:
                continue
            rules = waiting.setdefault(found["connection"], [])
            rules.append("    {} {} ({})".format(found["rule"], clean(found["message"]), place(found)))
            asked = REQUEST.search(found["rest"])
            if asked:
                request = requests.setdefault(asked["id"], {"rules": []})
                request["rules"] += waiting.pop(found["connection"])
                request.update(asked.groupdict(), time=found["time"], status=found["status"] or request.get("status") or "passed")
shown = []
for request in requests.values():
    head = "{} {} {} {} {} {}".format(*(clean(request[key])[:200] for key in ("time", "status", "client", "method", "path", "id")))
    text = "\\n".join([head] + request["rules"])
    if wanted in text:
        shown.append(text)
print("\\n".join(shown[-50:]) or "nothing was found")
`;
