/**
 * Switches off the SDK's debug log. The SDK sends the engine a message about each step of each resource, one call after the other,
 * which takes a fifth of a large preview's time (pulumi/pulumi#7146), though the engine shows them with `--debug` only. The SDK cannot
 * see that flag. Both see the variable PULUMI_OPTION_DEBUG, which means the same: with it the log stays on.
 */
// oxlint-disable-next-line typescript/no-require-imports -- an import cannot be changed
const log = require("@pulumi/pulumi/log") as { debug: (message: string) => Promise<void> };

if (!process.env.PULUMI_OPTION_DEBUG) log.debug = () => Promise.resolve();
