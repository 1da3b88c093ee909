import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = `
import shutil, sys, types
sys.path.insert(0, sys.argv[1])
from backup import discard, files, listing
from backup.shell import Failure
files.instance.ROOT = sys.argv[2] + "/run"
settings = types.SimpleNamespace(cluster=types.SimpleNamespace(data=sys.argv[2] + "/main"))
class Arguments:
    path, all, yes = sys.argv[4] or None, sys.argv[3] == "all", sys.argv[5] == "yes"
try:
    print(discard.run(settings, Arguments))
except Failure as failure:
    print(failure)
`;
let volume: string;
const at = (name: string): string => join(volume, name);
const kept = ["main.aside-2", "main.before-1"];
beforeEach(() => {
  volume = mkdtempSync(join(tmpdir(), "ringo-discard-"));
  for (const name of ["main", "main.restoring-3", ...kept]) {
    mkdirSync(at(name));
    writeFileSync(at(join(name, "PG_VERSION")), "17");
  }
});
afterEach(() => rmSync(volume, { recursive: true }));

/** A command's last line, and the directories that exist afterwards. */
function discarded(what: "all" | "one", path = "", yes = "yes"): { said: string; there: string[] } {
  const said = execFileSync("/usr/bin/python3", ["-IBc", program, join(__dirname, "../../../machine"), volume, what, path, yes], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim().split("\n").at(-1)!;
  return { said, there: readdirSync(volume).sort() };
}

test("only what a restore kept is removed, whatever is requested", () => {
  expect(discarded("one", at("main.before-1"))).toEqual({ said: "0", there: ["main", "main.aside-2", "main.restoring-3"] });
  for (const path of [at("main"), at("main.restoring-3"), volume, "/", `${at("main.aside-2")}/../main`]) {
    expect(discarded("one", path)).toEqual({ said: `${path} was not kept by a restore; there are: ${at("main.aside-2")}`, there: ["main", "main.aside-2", "main.restoring-3"] });
  }
  expect(discarded("all")).toEqual({ said: "0", there: ["main", "main.restoring-3"] });
});

test("nothing is removed without a name, or without confirmation", () => {
  expect(discarded("one")).toEqual({ said: expect.stringMatching(/^name what to discard, or --all; there are: /), there: ["main", "main.aside-2", "main.before-1", "main.restoring-3"] });
  expect(discarded("all", "", "")).toEqual({ said: expect.stringMatching(/^this needs confirmation/), there: ["main", "main.aside-2", "main.before-1", "main.restoring-3"] });
});
