/* oxlint-disable typescript/no-require-imports -- each test loads the SDK anew */
/** The trace that the SDK keeps of a promise, with the variable that makes it name leaks, and the trace of an error after it. */
function traces(leaks: string | undefined): { ofPromise: string; ofError: string; result: Promise<unknown> } {
  const before = process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  if (leaks === undefined) delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  else process.env.PULUMI_DEBUG_PROMISE_LEAKS = leaks;
  try {
    let found: ReturnType<typeof traces>;
    jest.isolateModules(() => {
      require("../../sdk/promise-traces");
      const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
      const promise = Promise.resolve("value") as Promise<string> & { _debugStackTrace: string };
      const result = debuggablePromise(promise, "context");
      found = { ofPromise: promise._debugStackTrace, ofError: new Error("an error").stack!, result };
    });
    return found!;
  } finally {
    if (before === undefined) delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
    else process.env.PULUMI_DEBUG_PROMISE_LEAKS = before;
  }
}

test("promises have no stack trace; they still resolve, and errors still have theirs", async () => {
  const { ofPromise, ofError, result } = traces(undefined);
  expect(ofPromise).not.toContain("\n    at ");
  expect(ofError).toContain("\n    at ");
  await expect(result).resolves.toBe("value");
});

test("with PULUMI_DEBUG_PROMISE_LEAKS, promises have stack traces", () => {
  expect(traces("1").ofPromise).toContain("\n    at ");
});
