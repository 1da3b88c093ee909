/** The command that prints what was found, for people: it shows which rule found what kind of field, never the value. */
export const report = (log: string): string => `#!/usr/bin/python3
"""ringo-waf [TEXT]: the last requests in which something was found, newest last; with TEXT those of that request id,
client, path or rule. What was found in them is in ${log}, for root only."""
import json
import os
import re
import sys

LOG = "${log}"
wanted = sys.argv[1] if len(sys.argv) > 1 else ""


def clean(text):
    return "".join(c if c.isprintable() else "?" for c in text)


def place(details):
    found = re.search(r"found within ([A-Z_]+(?::[^:]*)?):", details["data"]) or re.search(r"against variable \`([^']*)'", details["match"])
    return clean(found.group(1)) if found else "the request"


lines = []
for path in (LOG + ".1", LOG):
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as log:
            lines.extend(log)
shown = []
for line in lines:
    try:
        one = json.loads(line)["transaction"]
    except ValueError:
        continue
    request = one["request"]
    head = "{} {} {} {} {} {}".format(
        one["time_stamp"], one["response"]["http_code"], one["client_ip"], request["method"],
        clean(request["uri"].split("?")[0])[:200], one["unique_id"])
    found = ["    {} {} ({})".format(m["details"]["ruleId"], clean(m["message"]), place(m["details"])) for m in one["messages"]]
    text = "\\n".join([head] + found)
    if wanted in text:
        shown.append(text)
print("\\n".join(shown[-50:]) or "nothing was found")
`;
