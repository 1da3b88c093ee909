import type { Update } from "../../cli/outputs";
import { releases } from "../../ops/releases";
import type { OperatedStack } from "../../ops/stack";

const image = (name: string) => `ghcr.io/ringo-uchet/backend@sha256:${name.repeat(64)}`;
const update = (minute: number, name: string, result = "succeeded", more: Partial<Update> = {}): Update => ({
  kind: "update", result, startTime: `2026-11-24T09:${String(minute).padStart(2, "0")}:00.000Z`, message: "", environment: {}, config: { "ringo-infra:image": { value: image(name) } }, ...more,
});

/** What is printed of these updates, the newest first as the engine has them; `answers` are what the machines say. */
async function printed(history: Update[], answers: Record<string, { code: number; stdout: string; stderr?: string }> = {}): Promise<{ text: string; code: number; asked: string[] }> {
  const asked: string[] = [];
  const stack = {
    name: "staging", history: () => history,
    outputs: () => ({ machines: [["edge", "edge"], ["api-0", "api"], ["worker-0", "worker"], ["monitor", "monitor"]].map(([name, role]) => ({ name, role })) }),
    run: async (host: string) => (asked.push(host), { stderr: "", ...answers[host] ?? { code: 0, stdout: "\u001e0\u001e" } }),
  } as unknown as OperatedStack;
  const written = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await releases(stack);
    return { text: written.mock.calls.map(([text]) => String(text)).join(""), code, asked };
  } finally {
    written.mockRestore();
  }
}

const listed = async (...history: Update[]): Promise<string[]> => (await printed(history)).text.split("\n\n")[0]!.trimEnd().split("\n");

test("updates with a new image are listed, oldest first; other updates are not", async () => {
  expect(await listed(update(30, "b"), update(20, "b"), update(15, "a"), update(10, "a", "failed"), update(5, "a"))).toEqual([
    `2026-11-24T09:05:00Z  succeeded  ${image("a")}`, `2026-11-24T09:20:00Z  succeeded  ${image("b")}`,
  ]);
});

test("a failed update is listed with its repetitions until one succeeds, and so is going back", async () => {
  const results = (lines: string[]) => lines.map((line) => [line.split(/\s+/)[1], line.at(-1)]);
  expect(results(await listed(update(50, "a"), update(40, "b"), update(30, "b", "failed"), update(20, "b", "failed"), update(10, "a"))))
    .toEqual([["succeeded", "a"], ["failed", "b"], ["failed", "b"], ["succeeded", "b"], ["succeeded", "a"]]);
  expect(results(await listed(update(30, "a"), update(20, "b", "failed"), update(10, "a")))).toEqual([["succeeded", "a"], ["failed", "b"], ["succeeded", "a"]]);
});

test("refreshes, destroys and updates without an image are not listed", async () => {
  const without = update(20, "b", "succeeded", { config: {} });
  expect(await listed(update(40, "b", "succeeded", { kind: "refresh" }), update(30, "b", "succeeded", { kind: "destroy" }), without, update(10, "a"))).toHaveLength(1);
});

test("a release shows its commit", async () => {
  const environment = { "git.head": "4f1e2d3c".repeat(5), "git.author": "Ann Lee", "git.dirty": "false" };
  expect(await listed(update(10, "a", "succeeded", { environment, message: "Leave out the phone\n\nNobody calls." }))).toEqual([
    `2026-11-24T09:10:00Z  succeeded  ${image("a")}  4f1e2d3 Ann Lee: Leave out the phone`,
  ]);
});

test("a release with uncommitted changes says so, as reverting its commit would not revert them", async () => {
  const environment = { "git.head": "4f1e2d3c".repeat(5), "git.author": "Ann Lee", "git.dirty": "true" };
  expect(await listed(update(10, "a", "succeeded", { environment, message: "Leave out the phone" }))).toEqual([
    `2026-11-24T09:10:00Z  succeeded  ${image("a")}  4f1e2d3 Ann Lee: Leave out the phone (plus uncommitted changes)`,
  ]);
});

test("after a partial update, which may not have rolled out the image, the next one is listed too", async () => {
  const partly = update(20, "b", "succeeded", { environment: { "pulumi.flag.target": "**::api-0-droplet*" } });
  expect((await listed(update(30, "b"), partly, update(10, "a"))).map((line) => line.slice(0, 17))).toEqual(["2026-11-24T09:10:", "2026-11-24T09:20:", "2026-11-24T09:30:"]);
});

describe("after hundreds of other updates", () => {
  const others = (name: string, count: number): Update[] => Array.from({ length: count }, () => update(40, name));

  test("earlier releases are found further back", async () => {
    expect(await listed(...others("b", 250), update(20, "b"), update(10, "a"))).toEqual([`2026-11-24T09:10:00Z  succeeded  ${image("a")}`, `2026-11-24T09:20:00Z  succeeded  ${image("b")}`]);
  });

  test("ten are listed; the oldest update read is not one of them, as its image may be older", async () => {
    const releases = [..."lkjihgfedcb"].map((name, i) => update(59 - i, name));
    expect((await listed(...releases, ...others("a", 100), update(10, "a"))).map((line) => line.at(-1))).toEqual([..."cdefghijkl"]);
  });
});

test("each container of the backend is listed with its image and start", async () => {
  const { text, code, asked } = await printed([update(10, "a")], {
    "api-0": { code: 0, stdout: `/ringo-api ${image("a")} 2026-11-24T09:11:12.123456789Z\n\u001e0\u001e` },
    "worker-0": { code: 0, stdout: `/ringo-worker ${image("b")} 2026-11-24T09:12:00Z\n/ringo-beat ${image("a")} 2026-11-24T09:12:05.5Z\n\u001e0\u001e` },
  });
  expect(text.split("\n\n")[1]).toBe(`api-0     ringo-api     since 2026-11-24T09:11:12Z  ${image("a")}
worker-0  ringo-worker  since 2026-11-24T09:12:00Z  ${image("b")}
worker-0  ringo-beat    since 2026-11-24T09:12:05Z  ${image("a")}
`);
  expect([code, asked.toSorted()]).toEqual([0, ["api-0", "worker-0"]]);
});

test("a machine that does not answer is named, and the others are listed", async () => {
  const { text, code } = await printed([update(10, "a")], {
    "api-0": { code: 255, stdout: "", stderr: "Connection timed out\n" },
    "worker-0": { code: 0, stdout: `/ringo-worker ${image("a")} 2026-11-24T09:12:00Z\n\u001e0\u001e` },
  });
  expect(text).toContain("api-0     unknown: Connection timed out\nworker-0  ringo-worker");
  expect(code).toBe(1);
});

test("a machine without a container is named, and so is one that fails to say", async () => {
  const { text, code } = await printed([update(10, "a")], { "worker-0": { code: 0, stdout: "\u001e123\u001e", stderr: "Cannot connect to the Docker daemon\n" } });
  expect(text.split("\n\n")[1]).toBe("api-0     runs none\nworker-0  unknown: Cannot connect to the Docker daemon\n");
  expect(code).toBe(1);
});

test("JSON=1 prints the same as JSON", async () => {
  process.env.JSON = "1";
  const { text, code } = await printed([update(10, "a", "succeeded", { environment: { "git.head": "4f1e2d3c", "git.author": "Ann Lee", "git.dirty": "true" }, message: "Leave it" })], {
    "api-0": { code: 0, stdout: `/ringo-api ${image("a")} 2026-11-24T09:11:12.1Z\n\u001e0\u001e` },
    "worker-0": { code: 255, stdout: "", stderr: "gone\n" },
  }).finally(() => delete process.env.JSON);
  expect([code, JSON.parse(text)]).toEqual([1, {
    rollOuts: [{ at: "2026-11-24T09:10:00Z", result: "succeeded", image: image("a"), commit: { id: "4f1e2d3c", author: "Ann Lee", title: "Leave it", dirty: true } }],
    running: [{ machine: "api-0", container: { name: "ringo-api", since: "2026-11-24T09:11:12Z", image: image("a") } }, { machine: "worker-0", unknown: "gone" }],
  }]);
});
