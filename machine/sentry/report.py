"""Tells Sentry of roll-outs: a release when one begins, its deploy when it is in place. What Sentry has not heard is told
again at the next run, with the times at which it happened.

usage: report.py SETTINGS NOTES TOLD TOKEN; NOTES is a folder in which the files `release` and `deploy` hold the version that is
being rolled out and the one that is in place, each since it was written; TOLD is where it remembers what Sentry has heard."""
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone

TIMEOUT = 10  # seconds: a roll-out waits for it


class NotTold(Exception):
    """Why Sentry was not told."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Sends the token only to this host."""

    def redirect_request(self, *_):
        return None


class Sentry:
    def __init__(self, url, organization, token):
        self.base = "%s/api/0/organizations/%s/" % (url.rstrip("/"), urllib.parse.quote(organization, safe=""))
        self.token = token
        self.opener = urllib.request.build_opener(NoRedirect)

    def ask(self, method, path, body=None):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json", "User-Agent": "ringo-sentry"}
        request = urllib.request.Request(self.base + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with self.opener.open(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            why = "%d %s" % (error.code, error.read(300).decode(errors="replace"))
        except (OSError, ValueError) as error:
            why = str(error)
        raise NotTold("%s %s: %s" % (method, request.full_url, " ".join(why.replace(self.token, "[secret]").split())))


def note(path):
    """(version, when it was written), or (None, None)."""
    try:
        with open(path) as file:
            return file.read().strip(), int(os.fstat(file.fileno()).st_mtime)
    except FileNotFoundError:
        return None, None


def rollout(notes):
    """[version, when its roll-out began, when it was complete or None], or None if there has been none."""
    version, began = note(notes + "/release")
    in_place, finished = note(notes + "/deploy")
    if version is None:
        return None
    # A release that was complete before, and is reverted to, was never replaced.
    return [version, began, finished if in_place == version and finished >= began else None]


def tell(sentry, settings, version, began, finished):
    # For a known release, Sentry answers the same.
    release = sentry.ask("POST", "releases/", {"version": version, "projects": [settings["project"]]})
    if finished is None:
        return
    path = "releases/%s/" % urllib.parse.quote(version, safe="")
    # It may have been released before, in another environment.
    if not release.get("dateReleased"):
        sentry.ask("PUT", path, {"dateReleased": iso(finished)})
    # A deploy reported twice counts as two; an answer may have been lost.
    known = {(deploy["environment"], seconds(deploy["dateStarted"])) for deploy in sentry.ask("GET", path + "deploys/") if deploy.get("dateStarted")}
    if (settings["environment"], began) not in known:
        sentry.ask("POST", path + "deploys/", {"environment": settings["environment"], "dateStarted": iso(began), "dateFinished": iso(finished)})


def iso(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return None


def main(settings_path, notes, told_path, token_path):
    now = rollout(notes)
    if now is None or read(told_path) == now:
        return 0
    settings = read(settings_path)
    with open(token_path) as file:
        token = file.read().strip()
    try:
        tell(Sentry(settings["url"], settings["organization"], token), settings, *now)
    except NotTold as why:
        print("Sentry was not told of %s; retrying every five minutes: %s" % (now[0], why), file=sys.stderr)
        return 1
    with open(told_path + ".new", "w") as file:
        json.dump(now, file)
    os.replace(told_path + ".new", told_path)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
