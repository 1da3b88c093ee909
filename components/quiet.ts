/**
 * The SDK tells the engine what it does with each resource, in calls of their own, one after the other: a fifth of a large preview's
 * time (pulumi/pulumi#7146). The engine shows that with `--debug` only, which the SDK does not know of; in the variable that means the
 * same to Pulumi's command both see it.
 */
// oxlint-disable-next-line typescript/no-require-imports -- an import cannot be changed
const log = require("@pulumi/pulumi/log") as { debug: (message: string) => Promise<void> };

if (!process.env.PULUMI_OPTION_DEBUG) log.debug = () => Promise.resolve();
