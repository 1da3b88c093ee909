import { execFileSync } from "node:child_process";
import * as path from "node:path";

test("the Automation API works without loading TypeScript's compiler and npm's code", () => {
  const script = `
    require("./sdk/function-serialization");
    const { LocalWorkspace } = require("./local/workspace.ts") && require("@pulumi/pulumi/automation");
    const loaded = Object.keys(require.cache).filter((file) => /node_modules\\/(typescript|@npmcli)\\//.test(file));
    process.stdout.write(JSON.stringify([typeof LocalWorkspace.createOrSelectStack, loaded]));`;
  const told = execFileSync(process.execPath, ["--import", "tsx", "-e", script], { cwd: path.resolve(__dirname, "../.."), encoding: "utf8" });
  expect(JSON.parse(told)).toEqual(["function", []]);
});
