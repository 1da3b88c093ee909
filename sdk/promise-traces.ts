/**
 * Spares the SDK the stack traces of its promises. It records one for each promise, a dozen for a resource, to name promises that a
 * program leaves behind; but it names them only with PULUMI_DEBUG_PROMISE_LEAKS. With source maps the traces take a third of a large
 * program's time, so without that variable none is recorded. Traces of errors and of resources stay as they are.
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
