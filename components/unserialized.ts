/**
 * The SDK can turn functions into text, for programs that make clouds' functions of them, and loads npm's own code and TypeScript's
 * compiler for that: most of its time to load. Nothing here does so. Loaded before the SDK, this leaves them out.
 */
import Module from "node:module";

for (const part of ["codePaths", "createClosure", "serializeClosure"]) {
  const path = require.resolve(`@pulumi/pulumi/runtime/closure/${part}`);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}
