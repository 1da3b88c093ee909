/** What the SDK does for any pack, and every preview would wait for, though this one has no use for it. */
const Module = require("node:module");
require("../sdk/function-serialization");

// It loads all of @pulumi/pulumi, the part that drives an engine, too. What describes the configuration knows half a hundred languages.
for (const part of ["@pulumi/pulumi/automation", "zod/v4/locales"]) {
  const path = require.resolve(part);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}

// It unpacks a resource's inputs anew for each policy. Rules only read what comes out.
const deserialize = require("@pulumi/policy/deserialize");
const { deserializeProperties } = deserialize;
const unpacked = new WeakMap();
deserialize.deserializeProperties = (packed, proxySecrets) => {
  if (proxySecrets) return deserializeProperties(packed, proxySecrets);
  if (!unpacked.has(packed)) unpacked.set(packed, deserializeProperties(packed, proxySecrets));
  return unpacked.get(packed);
};

// The engine asks it to remediate every resource before it asks for a verdict, and each policy answers that it changes nothing. An engine
// that learns that there is no such call continues without it.
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
delete AnalyzerService.remediate;
