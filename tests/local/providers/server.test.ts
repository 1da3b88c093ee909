import { Context, Properties, ProviderModel, ProviderSchema, ResourceModel, UNKNOWN } from "../../../local/providers/resource";
import { serve } from "../../../local/providers/server";
import { Secret } from "../../../local/providers/wire";
import { Severity, TestEngine, urn } from "./client";

const thing = "test:index/thing:Thing";
const fixed = "test:index/fixed:Fixed";

const schema: ProviderSchema = {
  provider: "test", version: "1.2.3",
  config: { token: { type: "string" } },
  types: {
    "test:index/Rule:Rule": {
      properties: { port: { type: "integer" }, cidr: { type: "string", willReplaceOnChanges: true }, key: { type: "string", secret: true }, protocol: { type: "string", default: "tcp" } },
      required: ["port"],
    },
    "test:index/Size:Size": { enum: ["small", "large"] },
  },
  resources: {
    [thing]: {
      inputs: {
        name: { type: "string", willReplaceOnChanges: true },
        size: { $ref: "#/types/test:index/Size:Size" },
        region: { oneOf: [{ type: "string" }, { $ref: "#/types/test:index/Size:Size" }], type: "string" },
        rule: { $ref: "#/types/test:index/Rule:Rule" },
        hidden: { $ref: "#/types/test:index/Rule:Rule", secret: true },
        rules: { type: "array", items: { $ref: "#/types/test:index/Rule:Rule" } },
        tags: { type: "object", additionalProperties: { type: "string" } },
        file: { $ref: "pulumi.json#/Asset" },
      },
      outputs: {
        name: { type: "string" }, size: { type: "string" }, region: { type: "string" }, rules: { type: "array" }, tags: { type: "object" },
        rule: { $ref: "#/types/test:index/Rule:Rule" },
        address: { type: "string" }, token: { type: "string", secret: true },
      },
      requiredInputs: ["name"],
      alwaysSet: ["name", "region", "address"],
    },
    [fixed]: { inputs: { value: { type: "string" } }, outputs: { value: { type: "string" } }, requiredInputs: [], alwaysSet: [] },
  },
};

let seen: { context: Context; inputs: Properties } | undefined;
const model: ResourceModel = {
  normalize: (inputs) => ({ ...inputs, tags: inputs.tags ?? { made: "by-default" } }),
  check: (inputs) => (inputs.name === "root" ? [{ property: "name", reason: "is reserved" }] : []),
  plan: (inputs) => ({ ...(inputs.name === UNKNOWN ? {} : { address: `${inputs.name}.test` }) }),
  replaceOn: ["tags"],
  refuses: (olds, news) => (olds.name === "kept" && news.name !== "kept" ? "the name can never be another" : undefined),
  deleteBeforeReplace: () => true,
  async create(inputs, context) {
    seen = { context, inputs };
    for (let i = 0; i < 50; i++) context.log(`line ${i}`, { ephemeral: i > 0 });
    context.log("careful", { severity: "warning" });
    if (inputs.name === "broken") throw new Error("no room");
    return { id: "7", outputs: { region: "here", address: `${inputs.name}.test`, token: "hush", ...(inputs.name === "stray" ? { colour: 1 } : {}) } };
  },
  read: async (id, state) => (id === "gone" ? undefined : { inputs: { name: "n", region: "here", size: "large" }, outputs: { ...state, name: "n", token: "hush" } }),
  update: async () => ({ address: "new.test" }),
  delete: async () => undefined,
};

const provider: ProviderModel = {
  name: "test", version: "1.2.3", schema,
  resources: { [thing]: model, [fixed]: { create: model.create, read: model.read, delete: model.delete } },
};

let engine: TestEngine;
beforeAll(async () => { engine = await TestEngine.start(provider); });
afterAll(() => engine.stop());

const faults = async (inputs: Properties) => (await engine.check(thing, inputs)).failures;

test.each([
  [{ name: "a", nmae: "b" }, "nmae", 'test:index/thing:Thing has no input "nmae"; did you mean "name"?'],
  [{ name: "a", zzzzzz: "b" }, "zzzzzz", 'test:index/thing:Thing has no input "zzzzzz"'],
  [{}, "name", 'missing: test:index/thing:Thing requires "name"'],
  [{ name: 1 }, "name", "must be a string, not a number"],
  [{ name: "a", size: "medium" }, "size", 'must be one of "small", "large"'],
  [{ name: "a", rules: { port: 1 } }, "rules", "must be a list, not an object"],
  [{ name: "a", rules: [{ port: 1 }, { port: 1.5 }] }, "rules[1].port", "must be a whole number, not a number"],
  [{ name: "a", rules: [{ cidr: "x" }] }, "rules[0].port", 'missing: rules[0] requires "port"'],
  [{ name: "a", rule: { port: 1, prot: "udp" } }, "rule.prot", 'rule has no input "prot"; did you mean "port"?'],
  [{ name: "a", tags: { x: true } }, "tags.x", "must be a string, not a boolean"],
  [{ name: "a", file: "text" }, "file", "must be an asset or an archive"],
  [{ name: "root" }, "name", "is reserved"],
])("refuses %j", async (inputs, property, reason) => {
  expect(await faults(inputs)).toEqual([{ property, reason }]);
});

test("accepts unknown values for any type", async () => {
  expect(await faults({ name: UNKNOWN, size: UNKNOWN, rules: [UNKNOWN, { port: UNKNOWN }], tags: UNKNOWN, region: "x" })).toEqual([]);
});

test("fills in the schema's and the model's defaults, and marks secrets", async () => {
  const { inputs } = await engine.check(thing, { name: new Secret("n"), rule: { port: 1, key: "k" } });
  expect(inputs).toEqual({ name: new Secret("n"), tags: { made: "by-default" }, rule: { port: 1, key: new Secret("k"), protocol: "tcp" } });
});

test("a value that is secret as a whole keeps its inner secret marks: without them the official plugin would see a change", async () => {
  const { inputs } = await engine.check(thing, { name: "n", hidden: new Secret({ port: 1, key: "k" }) });
  expect(inputs.hidden).toEqual(new Secret({ port: 1, key: new Secret("k"), protocol: "tcp" }));
});

test("refuses unknown provider settings", async () => {
  expect(await engine.checkConfig({ token: "x", version: "1" })).toEqual([]);
  expect(await engine.checkConfig({ tokn: "x" })).toEqual([{ property: "tokn", reason: 'the provider test has no input "tokn"; did you mean "token"?' }]);
});

test.each([
  ["another size", { name: "a", size: "small" }, { name: "a", size: "large" }, { size: "UPDATE" }, []],
  ["another name", { name: "a" }, { name: "b" }, { name: "UPDATE_REPLACE" }, ["name"]],
  ["a name not known yet", { name: "a" }, { name: UNKNOWN }, { name: "UPDATE_REPLACE" }, ["name"]],
  ["a nested value", { rules: [{ port: 1 }, { port: 2 }] }, { rules: [{ port: 1 }, { port: 3 }] }, { "rules[1].port": "UPDATE" }, []],
  ["a nested value that replaces", { rules: [{ port: 1 }] }, { rules: [{ port: 1, cidr: "x" }] }, { "rules[0].cidr": "ADD_REPLACE" }, ["rules"]],
  ["one less", { rules: [{ port: 1 }, { port: 2 }] }, { rules: [{ port: 1 }] }, { "rules[1]": "DELETE" }, []],
  ["a property that the model replaces for", { tags: { "a.b": "1" } }, { tags: { "a.b": "2" } }, { 'tags["a.b"]': "UPDATE_REPLACE" }, ["tags"]],
  ["secrecy alone", { name: "a" }, { name: new Secret("a") }, {}, []],
])("a diff reports %s", async (_, olds, news, detailed, replaces) => {
  expect(await engine.diff(thing, olds, news)).toEqual({ changed: Object.keys(detailed).length > 0, detailed, replaces, deleteBeforeReplace: true });
});

test("what the official provider refuses when it plans fails a preview already", async () => {
  await expect(engine.diff(thing, { name: "kept" }, { name: "other" })).rejects.toThrow(/^the name can never be another$/);
  expect(await engine.diff(thing, { name: "kept" }, { name: "kept" })).toMatchObject({ changed: false });
});

test("without an update every change replaces", async () => {
  expect(await engine.diff(fixed, { value: "a" }, { value: "b" })).toMatchObject({ replaces: ["value"] });
});

test("a preview of a create has the inputs, the planned outputs, and unknowns for the rest; it creates nothing", async () => {
  seen = undefined;
  const { id, outputs } = await engine.create(thing, { name: new Secret("n"), size: UNKNOWN }, true);
  expect({ id, outputs }).toEqual({ id: "", outputs: { name: new Secret("n"), size: UNKNOWN, region: UNKNOWN, address: "n.test", token: new Secret(UNKNOWN) } });
  expect(seen).toBeUndefined();
});

test("a preview of an update keeps the state without removed inputs", async () => {
  const olds = { name: "n", size: "small", region: "here", address: "n.test", token: "hush" };
  expect((await engine.update(thing, "7", olds, { name: "n" }, true)).outputs)
    .toEqual({ name: "n", region: "here", address: "n.test", token: new Secret("hush") });
});

test("a created resource has its inputs and outputs, with secrets marked; the model sees plain values", async () => {
  const { id, outputs } = await engine.create(thing, { name: new Secret("n"), rule: { port: 1, key: new Secret("k") } });
  expect({ id, outputs }).toEqual({
    id: "7",
    outputs: { name: new Secret("n"), rule: { port: 1, key: new Secret("k") }, region: "here", address: "n.test", token: new Secret("hush") },
  });
  expect(seen?.inputs).toEqual({ name: "n", rule: { port: 1, key: "k" } });
});

test("log lines arrive in order, with the resource, before its answer", async () => {
  engine.lines.length = 0;
  await engine.create(thing, { name: "n" });
  expect(engine.lines.map((line) => line.message)).toEqual([...Array.from({ length: 50 }, (_, i) => `line ${i}`), "careful"]);
  expect(engine.lines[0]).toEqual({ urn: urn(thing), message: "line 0", severity: Severity.INFO, ephemeral: false });
  expect(engine.lines.at(-1)).toMatchObject({ severity: Severity.WARNING });
});

test("errors reach the engine unchanged; an output that the schema does not have is one", async () => {
  await expect(engine.create(thing, { name: "broken" })).rejects.toThrow(/^no room$/);
  await expect(engine.create(thing, { name: "stray" })).rejects.toThrow("returns outputs that its schema does not have: colour");
  await expect(engine.create("test:index/other:Other", {})).rejects.toThrow("no resource type test:index/other:Other");
  await expect(engine.update(fixed, "7", { value: "a" }, { value: "b" })).rejects.toThrow("cannot be updated in place");
});

test("a refresh reads only the program's inputs, an import all, and both report a missing resource", async () => {
  const state = { name: "old", size: new Secret("small") };
  const refreshed = await engine.read(thing, "7", state, { name: "old", size: new Secret("small") });
  expect(refreshed).toEqual({ id: "7", inputs: { name: "n", size: new Secret("large") }, outputs: { name: "n", size: new Secret("small"), token: new Secret("hush") } });
  // A program that gives no input at all is no import.
  expect((await engine.read(thing, "7", state)).inputs).toEqual({});
  expect((await engine.read(thing, "7")).inputs).toEqual({ name: "n", region: "here", size: "large" });
  expect((await engine.read(thing, "gone", state, state)).id).toBe("");
});

test("extra outputs that another provider left in the state are ignored and removed", async () => {
  const state = { name: "n", id: "7", __meta: "1" };
  expect((await engine.read(thing, "7", state, { name: "n" })).outputs).toEqual({ name: "n", token: new Secret("hush") });
  const news = { name: "n", size: "large" };
  expect(Object.keys((await engine.update(thing, "7", state, news, true)).plain)).not.toEqual(expect.arrayContaining(["id"]));
  expect(await engine.diff(thing, news, news, { ...state, size: "large" })).toMatchObject({ changed: false });
});

test("calling a function is an error, since there are none", async () => {
  await expect(engine.invoke("test:index/get:get")).rejects.toThrow("no function test:index/get:get");
});

test("several providers are served at once, each by its name", async () => {
  const served = await serve([provider, { ...provider, name: "other" }]);
  expect(served.environment).toMatch(/^test:\d+,other:\d+$/);
  await served.close();
});
