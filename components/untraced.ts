/**
 * The SDK keeps a stack trace of each promise, a dozen for a resource, to name those that a program has left behind, and names
 * them only where PULUMI_DEBUG_PROMISE_LEAKS is set. With source maps that is a third of a large program's time: without the
 * variable they are kept without. Traces of errors and of resources stay as they are.
 */
// oxlint-disable-next-line typescript/no-require-imports -- an import cannot be changed
const debuggable = require("@pulumi/pulumi/runtime/debuggable") as { debuggablePromise: (promise: Promise<unknown>, context: unknown) => Promise<unknown> };
const { debuggablePromise } = debuggable;

if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
