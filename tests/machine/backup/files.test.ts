import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Fills three directories in turn: the first is finished, the second is cut off. */
const program = `
import sys, types
sys.path.insert(0, sys.argv[1])
from backup import files
files.instance.ROOT = sys.argv[2] + "/run"
files.stream = lambda *_, **__: None
files.shutil.chown = lambda *_: None
settings = types.SimpleNamespace(stanza="ringo", cluster=types.SimpleNamespace(data=sys.argv[2] + "/main"))
for name in ("aside-1", "restoring-2", "restoring-3"):
    directory = f"{sys.argv[2]}/main.{name}"
    files.fill(settings, types.SimpleNamespace(directory=directory, then=None, options=[]))
    if name != "restoring-2":
        files.finish(directory)
`;

test("the next restore removes what an interrupted one left; a complete copy stays", () => {
  const volume = mkdtempSync(join(tmpdir(), "ringo-files-"));
  try {
    const said = execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), volume], { encoding: "utf8" });
    expect(said.match(/^removing .*$/gm)).toEqual([`removing the files of an interrupted restore: ${join(volume, "main.restoring-2")}`]);
    expect(readdirSync(volume).sort()).toEqual(["main.aside-1", "main.restoring-3"]);
  } finally {
    rmSync(volume, { recursive: true });
  }
});
