import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { buildContext } from "../../local/images/context";

const directory = path.resolve(__dirname, "../../examples/backend");
const read = (file: string): string => fs.readFileSync(path.join(directory, file), "utf8");

describe("the example backend", () => {
  test("is completely in its image: nothing is left out of the build context", () => {
    const { files, leftOut } = buildContext(directory);
    expect(leftOut).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["Dockerfile", "manage.py", "requirements.txt", "ringo_backend/settings/prod.py", "orders/migrations/0001_initial.py"]));
  });

  test("pins every package exactly, so that tomorrow's build equals today's", () => {
    const lines = read("requirements.txt").trim().split("\n");
    expect(lines.filter((line) => !/^[a-z0-9-]+==[0-9][0-9a-z.]*(; .+)?$/.test(line))).toEqual([]);
    expect(lines.map((line) => line.split("==")[0])).toEqual(expect.arrayContaining(["celery", "django", "gunicorn", "psycopg-binary", "redis"]));
  });

  test("is valid Python", () => {
    const program = "import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read(), name)";
    const sources = buildContext(directory).files.filter((file) => file.endsWith(".py"));
    expect(sources.length).toBeGreaterThan(15);
    expect(spawnSync("/usr/bin/python3", ["-c", program, ...sources], { cwd: directory, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });
});
