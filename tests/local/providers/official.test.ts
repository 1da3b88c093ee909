import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { providers } from "../../../local/providers";
import { officialPlugins } from "../../../local/providers/official";

const project = path.resolve(__dirname, "../../..");
const version = "4.21.1";

let directory: string;
beforeEach(() => { directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-plugins-")); });
afterEach(() => fs.rmSync(directory, { recursive: true }));

function install(name: string, at: string, mode = 0o755): string {
  const folder = path.join(directory, `resource-${name}-v${at}`);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, `pulumi-resource-${name}`), "", { mode });
  return folder;
}
const chosen = (wanted: string) => officialPlugins(wanted, providers, directory);

test("without the switch every provider is a stand-in", () => {
  expect(chosen("")).toEqual([]);
});

test("an installed plugin of the SDK's version is used, once", () => {
  const folder = install("random", version);
  expect(chosen("random, random")).toEqual([{ name: "random", version, path: folder }]);
});

test.each(providers.map((model) => [model.name, model.version]))("the stand-in for %s has the version that the SDK requires", (name, its) => {
  expect(JSON.parse(fs.readFileSync(path.join(project, "node_modules/@pulumi", name, "package.json"), "utf8")).version).toBe(its);
});

test("a missing plugin is an error that says where it was looked for and how to install it", () => {
  expect(() => chosen("random")).toThrow(
    `OFFICIAL=random:\n  the official plugin "random" ${version}, which the SDK asks for, is not installed: looked for ` +
    `${directory}/resource-random-v${version}/pulumi-resource-random; run \`pulumi plugin install resource random ${version}\`, ` +
    "or leave random out of OFFICIAL");
});

test.each([
  ["of another version", () => void install("random", "4.20.0")],
  ["that is not executable", () => void install("random", version, 0o644)],
  ["that is being unpacked", () => fs.writeFileSync(`${install("random", version)}.partial`, "")],
])("a plugin %s is not installed", (_, prepare) => {
  prepare();
  expect(() => chosen("random")).toThrow(/is not installed/);
});

test("all faults are reported together; providers that need the cloud cannot be chosen", () => {
  install("random", version);
  expect(() => chosen("random,tsl digitalocean,tls")).toThrow(
    /^OFFICIAL=random,tsl digitalocean,tls:\n  "tsl" is not one of random, tls, command: .*\n  "digitalocean" is not one of .*\n  the official plugin "tls" 5\.5\.1.*$/);
});

test.each(["up", "preview"])("make %s refuses an invalid choice before anything else, and searches PULUMI_HOME", (command) => {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", path.join(project, "local/main.ts"), command], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, OFFICIAL: "tls", PULUMI_HOME: directory, RINGO_LOCAL_DIR: path.join(directory, "state"), RINGO_CACHE_DIR: path.join(directory, "cache") },
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`looked for ${directory}/plugins/resource-tls-v5.5.1/pulumi-resource-tls;`) });
  expect(fs.readdirSync(directory)).toEqual([]);
});
