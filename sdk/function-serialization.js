/**
 * Leaves out of the SDK what turns functions into text, for programs that deploy them as cloud functions. Nothing here does, and for
 * that the SDK loads npm's own code and TypeScript's compiler: most of its loading time. Must be loaded before the SDK. JavaScript,
 * since the policy pack loads the SDK before anything that reads TypeScript.
 */
const Module = require("node:module");

for (const part of ["codePaths", "createClosure", "serializeClosure"]) {
  const path = require.resolve(`@pulumi/pulumi/runtime/closure/${part}`);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}
