import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { checkout, type Checkout } from "./checkout";

let { at, program, options, reset, remove } = {} as Checkout;
beforeAll(() => void ({ at, program, options, reset, remove } = checkout()));
beforeEach(() => reset());
afterAll(() => remove());

/** What a command on a machine comes to. */
function run(call: string): unknown {
  const script = `import("./ops/stack.ts").then(async ({ openOperated }) => {
    const stack = openOperated();
    console.log(JSON.stringify(await stack.run(${call})));
    stack.close();
  })`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--eval", script], { ...options(), encoding: "utf8", timeout: 25_000 });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("a long Russian text is returned intact, wherever the pipe splits it", () => {
  const text = `x${"аЁж\n".repeat(50_000)}`; // letters of two bytes, at odd places
  fs.writeFileSync(at("text"), text);
  program("ssh", `exec cat ${at("text")}`);
  const { stdout } = run('"monitor", ["x"], { capture: true }') as { stdout: string };
  expect(stdout === text).toBe(true);
});

test("ssh's error about an unreachable machine is returned, not printed", () => {
  program("ssh", 'echo "Connection to UNKNOWN port 65535 timed out" >&2; exit 255');
  expect(run('"data", ["x"], { capture: true, quiet: true }')).toEqual({ code: 255, stdout: "", stderr: "Connection to UNKNOWN port 65535 timed out\n" });
});
