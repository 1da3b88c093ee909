"""Runs a program again and again as `python3 -c` does, each time in a process of its own, which begins with all that it imports.

usage: forks.py FOLDER PROGRAM MODULE…

Each line of FOLDER/begin is an environment; FOLDER/input is its stdin, FOLDER/output and FOLDER/errors what it wrote. FOLDER/end
gets its exit code, or null where a signal ended it. The modules are those that it compiles."""
import builtins
import functools
import json
import os
import sys
import base64, contextlib, fcntl, grp, hashlib, pwd, shutil, signal, stat, subprocess, tempfile, time, traceback, types, urllib.parse, zlib  # noqa: what it imports

folder, program, *modules = sys.argv[1:]
builtins.compile = functools.lru_cache(maxsize=None)(compile)
for path in modules:
    with open(path) as file:
        compile(file.read(), os.path.basename(path), "exec")

while True:
    with open(folder + "/begin") as begin:
        environment = json.load(begin)
    if os.fork() == 0:
        for number, (name, flags) in enumerate([("input", os.O_RDONLY), ("output", os.O_WRONLY), ("errors", os.O_WRONLY)]):
            os.dup2(os.open("%s/%s" % (folder, name), flags | os.O_CREAT | os.O_TRUNC * (number > 0)), number)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["-c"]
        exec(program, {"__name__": "__main__"})
        sys.exit()
    code = os.waitstatus_to_exitcode(os.wait()[1])
    with open(folder + "/end", "w") as end:
        json.dump(code if code >= 0 else None, end)
