import * as fs from "node:fs";
import * as path from "node:path";

const project = path.resolve(__dirname, "../..");

/** The folders of the project that a folder's files import from. */
function importedBy(folder: string): Set<string> {
  const files = fs.readdirSync(path.join(project, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return new Set(files.flatMap((name) => {
    const text = fs.readFileSync(path.join(project, folder, name), "utf8");
    return [...text.matchAll(/(?:from|import\() ?"(\.[^"]*)"/g)].map(([, to]) => path.join(folder, path.dirname(name), to!).split("/")[0]!);
  }));
}

test("ops asks local, local does not ask ops, and what both need asks neither", () => {
  expect([...importedBy("ops")]).toEqual(expect.arrayContaining(["cli", "local"]));
  expect([...importedBy("local")].filter((folder) => folder === "ops")).toEqual([]);
  expect([...importedBy("cli")].filter((folder) => ["ops", "local"].includes(folder))).toEqual([]);
});
