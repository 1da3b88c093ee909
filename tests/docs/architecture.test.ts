import * as fs from "node:fs";
import * as path from "node:path";

const project = path.resolve(__dirname, "../..");
const page = fs.readFileSync(path.join(project, "docs/architecture.md"), "utf8");
const [table] = /^\| \| imports \|\n(?:\|.*\n)+/m.exec(page)!;

/** What each row of the page's table of imports allows. */
const rows = [...table.matchAll(/^\| `([\w.]+)` \| (.+) \|$/gm)].map(([, folder, imports]): [string, string[]] =>
  [folder!, [...imports!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!).sort()]);

const sourcesIn = (folder: string): string[] => (fs.statSync(path.join(project, folder)).isFile() ? [folder]
  : fs.readdirSync(path.join(project, folder), { recursive: true, encoding: "utf8" }).filter((name) => /\.[jt]s$/.test(name)).map((name) => path.join(folder, name)));

/** The first folders of the project that a folder's files import from, statically or not; `index.ts` for the program itself. */
function importedBy(folder: string): string[] {
  const found = sourcesIn(folder).flatMap((file) => [...fs.readFileSync(path.join(project, file), "utf8").matchAll(/^(?!\s*\*).*?\b(?:from |import |import\(|require\()"(\.[^"]*)"/gm)]
    .map(([, to]) => path.join(path.dirname(file), to!).split("/")[0]!.replace(/^index$/, "index.ts")));
  return [...new Set(found)].filter((name) => name !== folder).sort();
}

test("every folder with source has a row, except those that may import anything", () => {
  const { include } = JSON.parse(fs.readFileSync(path.join(project, "tsconfig.json"), "utf8")) as { include: string[] };
  expect([...rows.map(([folder]) => folder), "bench", "tests"].sort()).toEqual(include.sort());
});

test.each(rows)("%s imports what docs/architecture.md allows, and nothing else", (folder, allowed) => expect(importedBy(folder)).toEqual(allowed));

test("machine/ does not import Pulumi", () =>
  expect(sourcesIn("machine").filter((file) => fs.readFileSync(path.join(project, file), "utf8").includes('"@pulumi/'))).toEqual([]));
