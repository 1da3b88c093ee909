/** What the SDK does for any pack, and every preview would wait for, though this one has no use for it. */
const Module = require("node:module");

// It loads all of @pulumi/pulumi. The part that drives an engine brings npm's own code with it, and the part that turns
// functions into text TypeScript's compiler.
for (const part of ["automation", "runtime/closure/codePaths", "runtime/closure/createClosure", "runtime/closure/serializeClosure"]) {
  const path = require.resolve(`@pulumi/pulumi/${part}`);
  require.cache[path] ??= Object.assign(new Module(path), { loaded: true });
}

// It unpacks a resource's inputs anew for each policy. What comes out of here it only copies from.
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { toJavaScript } = Struct.prototype;
const unpacked = new WeakMap();
Struct.prototype.toJavaScript = function () {
  if (!unpacked.has(this)) unpacked.set(this, toJavaScript.call(this));
  return unpacked.get(this);
};

// It reads every resource once more to remediate it: no rule here does.
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const { AnalyzeRequest, AnalyzerResourceOptions } = require("@pulumi/pulumi/proto/analyzer_pb");
const nothing = new AnalyzeRequest().setOptions(new AnalyzerResourceOptions()).setProperties(new Struct());
AnalyzerService.remediate.requestDeserialize = () => nothing;
