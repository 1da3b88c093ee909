import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const project = path.resolve(__dirname, "../..");
const script = path.join(project, "toolchain/bootstrap.sh");

test("bootstrap.sh passes shellcheck", () => {
  execFileSync("shellcheck", [script], { encoding: "utf8" });
});

test("an unknown level is refused before anything is installed", () => {
  const { status, stderr } = spawnSync("sh", [script, "everything"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("check|local") });
});

describe.each(["pulumi", "pebble", "versitygw", "actionlint"])("the module of %s", (tool) => {
  const read = (file: string): string => fs.readFileSync(path.join(project, "toolchain", tool, file), "utf8");

  test("pins the version that bootstrap.sh builds and names", () => {
    const line = new RegExp(`^${tool} +(\\S+) +-X \\S+=v?(\\S+)$`, "m").exec(fs.readFileSync(script, "utf8"));
    const pulumi = /^pulumi_version=v(\S+)$/m.exec(fs.readFileSync(script, "utf8"))?.[1] ?? "";
    const [, command, version] = line ?? [];
    const module = read("go.mod").match(/^tool (\S+)$/m)?.[1];
    expect(module).toBe(command);
    const required = [...read("go.mod").matchAll(/^\t(\S+) v(\S+)/gm)].find(([, name]) => command.startsWith(`${name}/`));
    expect(required?.[2]).toBe(version === "$pulumi_version" ? pulumi : version);
    expect(read("go.sum")).toContain(`${required?.[1]} v${required?.[2]} h1:`);
  });
});

describe("a tool built from a patched module", () => {
  const [patched] = /^patched\(\) \{[^]*?^\}/m.exec(fs.readFileSync(script, "utf8"))!;
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
    for (const each of ["bin", "module", "toolchain/tool"]) fs.mkdirSync(path.join(directory, each), { recursive: true });
    for (const file of ["module/main.go", "toolchain/tool/go.mod", "toolchain/tool/go.sum", "toolchain/tool/mend.patch"]) fs.writeFileSync(path.join(directory, file), "");
    fs.writeFileSync(path.join(directory, "bin/go"), `#!/bin/sh\ncase $* in *" -m "*) echo ${directory}/module ;; list*) echo example.org/tool ;; esac\n`, { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  /** @param patch what stands in for the program of that name, in the copy */
  const run = (patch: string) => {
    fs.writeFileSync(path.join(directory, "bin/patch"), `#!/bin/sh\nfor copy; do :; done\ncd "$copy"\n${patch}\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync("sh", ["-euc", `cache=${directory}/cache\n${patched}\npatched tool example.org/tool`], {
      cwd: directory, encoding: "utf8", env: { ...process.env, PATH: `${directory}/bin:${process.env.PATH}` },
    });
    return { status, stdout, stderr };
  };

  test("is built even after an interrupted build", () => {
    const once = "[ ! -e patched ] || exit 1; [ ! -e module ] || exit 2; [ -e main.go ] && touch patched";
    const first = run(once);
    expect(first).toEqual({ status: 0, stdout: `-modfile=${directory}/cache/go/patched/tool.mod`, stderr: "" });
    expect(run(once)).toEqual(first);
  });

  test("reports a patch that does not apply", () => {
    expect(run("echo '1 out of 2 hunks FAILED'; exit 1")).toEqual({ status: 1, stdout: "", stderr: "1 out of 2 hunks FAILED\n" });
  });
});

describe("on a machine", () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-test-"));
    fs.mkdirSync(path.join(directory, "project/toolchain"), { recursive: true });
    fs.mkdirSync(path.join(directory, "project/node_modules"));
    fs.mkdirSync(path.join(directory, "bin"));
    fs.copyFileSync(script, path.join(directory, "project/toolchain/bootstrap.sh"));
    fs.writeFileSync(path.join(directory, "project/package-lock.json"), "{}");
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const program = (name: string, body: string): void => fs.writeFileSync(path.join(directory, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const bootstrap = (level: string, PATH: string) => {
    const { status, stdout, stderr } = spawnSync("/bin/sh", [path.join(directory, "project/toolchain/bootstrap.sh"), level], {
      encoding: "utf8", env: { ...process.env, TMPDIR: directory, PATH },
    });
    return { status, stdout, stderr };
  };
  const check = () => bootstrap("check", `${directory}/bin:${process.env.PATH}`);

  test("with everything installed, a second run prints nothing and installs nothing", () => {
    program("npm", `echo "$@" >>${directory}/npm-calls`);
    program("node", "echo 24");
    expect(check().status).toBe(0);
    expect(check()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(fs.readFileSync(`${directory}/npm-calls`, "utf8")).toBe("ci --no-audit --no-fund\n");
  });

  test("a changed lock installs the npm packages again", () => {
    program("npm", `echo "$@" >>${directory}/npm-calls`);
    program("node", "echo 24");
    check();
    fs.writeFileSync(path.join(directory, "project/package-lock.json"), '{"changed": true}');
    check();
    expect(fs.readFileSync(`${directory}/npm-calls`, "utf8").trim().split("\n")).toHaveLength(2);
  });

  test("a failed installation shows the end of its log and is tried again", () => {
    program("npm", "echo no space left; exit 1");
    program("node", "echo 24");
    for (let run = 0; run < 2; run++) expect(check()).toEqual({ status: 1, stdout: "", stderr: expect.stringMatching(/no space left[\s\S]*failed: npm ci/) });
  });

  test("a Node that is too old is an error by version", () => {
    program("npm", "true");
    program("node", 'case $1 in --version) echo v18.0.0 ;; *) echo 18 ;; esac');
    expect(check()).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("Node 22 or newer is required, but there is v18.0.0") });
  });

  describe("that is neither Debian nor Ubuntu, and has only POSIX tools", () => {
    beforeEach(() => {
      const { stdout } = spawnSync("sh", ["-c", "for name in cat cut dirname grep rm sort tail tr; do command -v $name; done; command -v mktemp"], { encoding: "utf8" });
      const found = stdout.trim().split("\n");
      for (const file of found.slice(0, -1)) fs.symlinkSync(file, path.join(directory, "bin", path.basename(file)));
      program("mktemp", `case $1 in *XXXXXX) exec ${found.at(-1)} "$1" ;; *) exit 1 ;; esac`); // as BSD's
      program("shasum", "cat");
      program("npm", `echo "$@" >>${directory}/npm-calls`);
      program("node", "echo 24");
    });

    test("operator's commands need only Node and ssh", () => {
      program("ssh", "true");
      expect(bootstrap("ops", `${directory}/bin`)).toEqual({ status: 0, stdout: "", stderr: expect.stringMatching(/^installing npm packages.*\n$/) });
      expect(bootstrap("ops", `${directory}/bin`)).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(fs.readFileSync(`${directory}/npm-calls`, "utf8").trim().split("\n")).toHaveLength(1);
    });

    test("they name exactly what is missing", () => {
      const { status, stderr } = bootstrap("ops", `${directory}/bin`);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^missing on this machine:\n +openssh-client .*\nThis is neither Debian nor Ubuntu/) });
    });

    test("the tests need more", () => {
      program("ssh", "true");
      expect(bootstrap("check", `${directory}/bin`)).toEqual({ status: 2, stdout: "", stderr: expect.stringMatching(/shellcheck[^]*neither Debian/) });
    });
  });
});
