/* oxlint-disable typescript/no-require-imports -- each test loads the SDK anew */
/** What the engine is told of, of a message of the SDK's for those who look for a fault in it, and of a warning. */
async function told(debug: string | undefined): Promise<string[]> {
  const before = process.env.PULUMI_OPTION_DEBUG;
  if (debug === undefined) delete process.env.PULUMI_OPTION_DEBUG;
  else process.env.PULUMI_OPTION_DEBUG = debug;
  const heard: string[] = [];
  try {
    let said: Promise<unknown>;
    jest.isolateModules(() => {
      require("../../sdk/debug-log");
      const settings = require("@pulumi/pulumi/runtime/settings");
      settings.getEngine = () => ({ log: (request: { getMessage(): string }, done: () => void) => (heard.push(request.getMessage()), done()) });
      const log = require("@pulumi/pulumi/log");
      said = Promise.all([log.debug("a step"), log.warn("a warning")]);
    });
    await said!;
  } finally {
    if (before === undefined) delete process.env.PULUMI_OPTION_DEBUG;
    else process.env.PULUMI_OPTION_DEBUG = before;
  }
  return heard;
}

test("debug messages are not sent to the engine; warnings are", async () => expect(await told(undefined)).toEqual(["a warning"]));

test("with --debug, debug messages are sent as well", async () => expect(await told("true")).toEqual(["a step", "a warning"]));
