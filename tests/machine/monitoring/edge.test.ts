import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(__dirname, "../../../machine/monitoring/edge.mtail");

/** What mtail makes of requests to the API, each with its status and how long it took: how many it counts, and how many it times. */
function read(...requests: [status: number, seconds: string, path?: string][]): { counted: number; timed: number } {
  const folder = mkdtempSync(join(tmpdir(), "ringo-mtail-"));
  try {
    const log = join(folder, "access.log");
    // As machine/edge/nginx/http.ts defines a line, as far as it is read.
    writeFileSync(log, requests.map(([status, seconds, path = "/api/v1/orders/"]) =>
      `{"path":"${path}","protocol":"HTTP/2.0","status":"${status}","bytes":"1","seconds":"${seconds}","agent":"-","upstream":"-","upstream_status":"-","upstream_seconds":"-"}\n`).join(""));
    const { status, stdout, stderr } = spawnSync("mtail", ["--progs", program, "--logs", log, "--one_shot", "--one_shot_format=prometheus", "--address=127.0.0.1", "--port=0"], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const sum = (name: string) => [...stdout.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)`, "gm"))].reduce((all, [, value]) => all + Number(value), 0);
    return { counted: sum("ringo_edge_requests_total"), timed: sum("ringo_edge_request_seconds_count") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("all answers are counted and timed", () => {
  expect(read([200, "0.050"], [404, "0.001"], [502, "60.000"])).toEqual({ counted: 3, timed: 3 });
});

test("requests refused at once, or abandoned at once, do not count as answer times", () => {
  expect(read([429, "0.000"], [444, "0.000"], [499, "0.300"])).toEqual({ counted: 3, timed: 0 });
});

test("clients that left after a second or more count as waiting that long", () => {
  expect(read([499, "12.000"], [499, "1.000"], [499, "10.5"])).toEqual({ counted: 3, timed: 3 });
});

test("a path does not influence how a request is counted", () => {
  expect(read([200, "0.050", '/api/\\"status\\":\\"429\\"'])).toEqual({ counted: 1, timed: 1 });
});
