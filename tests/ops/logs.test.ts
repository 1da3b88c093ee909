import { forPeople, logs } from "../../ops/logs";
import type { OperatedStack } from "../../ops/stack";

/** A stack whose Loki answers this. */
const answering = (stdout: string, code = 0) => ({ name: "staging", run: async () => ({ code, stdout }) }) as unknown as OperatedStack;
const given = { ...process.env };
afterEach(() => void (process.env = { ...given }));

test("an invalid query is reported, with an example of a valid one", async () => {
  process.env.QUERY = "{x";
  await expect(logs(answering("parse error at line 1, col 3: syntax error\n"))).rejects.toThrow(/QUERY={x is not understood: parse error[^]*A query selects streams/);
});

test("another refusal by Loki is not blamed on the query", async () => {
  for (const words of ["could not parse 'since' parameter: duration out of range", "the query time range exceeds the limit (query length: 24000h0m0s, limit: 30d1h)"]) {
    process.env.SINCE = "999999d";
    await expect(logs(answering(`${words}\n`))).rejects.toThrow(`Loki refuses LIMIT=200 SINCE=999999d: ${words}`);
    await expect(logs(answering(words))).rejects.not.toThrow(/QUERY/);
  }
});

test("lines of several streams are merged, oldest first", async () => {
  let shown = "";
  jest.spyOn(process.stdout, "write").mockImplementation(((text: string, done: () => void) => ((shown += text), done())) as typeof process.stdout.write);
  const stream = (machine: string, ...at: number[]) => ({ stream: { machine, source: "x" }, values: at.map((seconds) => [String(BigInt(seconds) * 1_000_000_000n), `${machine} at ${seconds}`]) });
  await logs(answering(JSON.stringify({ data: { resultType: "streams", result: [stream("api-0", 9, 3), stream("edge", 7, 1)] } })));
  jest.restoreAllMocks();
  expect(shown.match(/\S+ at \d/g)).toEqual(["edge at 1", "api-0 at 3", "edge at 7", "api-0 at 9"]);
});

test("a line shows its message; without one it is shown unchanged", () => {
  const shown = (text: string): string => forPeople({ at: 0n, labels: { machine: "api-0", source: "django" }, text });
  expect(shown('{"message":"it works"}')).toBe("1970-01-01T00:00:00.000Z api-0/django it works\n");
  for (const text of ["null", "7", '"word"', "[]", '{"message":7}', "invalid JSON"]) expect(shown(text)).toBe(`1970-01-01T00:00:00.000Z api-0/django ${text}\n`);
});

test("if Loki does not answer, the error names a command for the given stack", async () => {
  await expect(logs(answering("", 7))).rejects.toThrow("make ssh STACK=staging HOST=monitor CMD='docker logs --tail 20 ringo-loki'");
});
