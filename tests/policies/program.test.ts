import { readFileSync } from "node:fs";
import * as path from "node:path";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { parse } from "yaml";
import { levelsOf } from "../../policies/levels";
import { configuration, deploy, idOf, outputsOf, plain, short } from "../components/program";
import { judge, ruleNamed, type Sample } from "./harness";

/** What a stack's file says, with what is still a placeholder in it replaced. */
function fileOf(stack: string): Record<string, unknown> {
  const text = readFileSync(path.resolve(__dirname, `../../Pulumi.${stack}.yaml`), "utf8")
    .replaceAll("ringo.example", "ringo.dev").replaceAll("203.0.113.", "185.12.64.").replace(/0{64}/, "ab".repeat(32));
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("ringo-infra:", ""), value]));
}

/** Names of the secrets that a stack in the cloud has set. */
const secrets = { registryToken: "not-a-token-0123", mediaAccessKeyId: "not-a-key-0123", mediaSecretAccessKey: "not-a-secret-0123" };

/** Everything that the program registers, as the pack would be shown it in an update: with options and with what comes from where. Only the cloud's own providers tell ids. */
async function registered(stack: string, config: Record<string, unknown>): Promise<Sample[]> {
  const requests: RegisterResourceRequest[] = [];
  const original = MockMonitor.prototype.registerResource;
  const spy = jest.spyOn(MockMonitor.prototype, "registerResource").mockImplementation(function (this: MockMonitor, request: any, callback: any) {
    requests.push(request);
    return original.call(this, request, callback);
  });
  try {
    const { resources } = await deploy(config);
    const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
    return requests.map((request) => {
      const props = plain(resources.find(({ type, name }) => type === request.getType() && name === request.getName())!.inputs);
      return {
        type: request.getType(), name: request.getName(), protect: request.getProtect(), props, outputs: { ...(stack === "local" ? {} : { id: idOf(request.getName()) }), ...outputsOf(request.getType(), request.getName(), props) },
        refs: Object.fromEntries([...request.getPropertydependenciesMap().entries()].map(([input, dependencies]) => [input, dependencies.getUrnsList().map(nameIn)])),
      };
    });
  } finally {
    spy.mockRestore();
  }
}

/** Rules of a level that the program breaks in a stack, with the resources to blame. */
async function broken(stack: string, changes: Record<string, unknown> = {}): Promise<Record<"mandatory" | "advisory", string[]>> {
  const config: Record<string, unknown> = { ...fileOf(stack), ...(stack === "local" ? { image: configuration.image } : { throwaway: false, ...secrets }), logs: configuration.logs, ...changes };
  const samples = await registered(stack, config);
  expect(samples.length).toBeGreaterThan(50);
  const found = judge(samples, { settings: { stack, throwaway: config.throwaway === true, secrets: [configuration.djangoSecretKey as string, ...Object.values(secrets)] } });
  const level = (rule: string) => levelsOf(stack)[rule] ?? ruleNamed(rule).level ?? "mandatory";
  const of = (wanted: string) => [...new Set(found.filter(({ rule }) => level(rule) === wanted).map(({ rule, urn }) => `${rule} ${urn?.split("::").at(-1) ?? "stack"}`))].sort();
  return { mandatory: of("mandatory"), advisory: of("advisory") };
}

describe("the program itself", () => {
  test.each([
    ["local", []],
    ["staging", ["droplet-backups stack"]],
    ["production", ["droplet-backups stack"]],
  ])("violates no mandatory rule in %s, and of the others only the known ones", async (stack, advisory) => {
    expect(await broken(stack)).toEqual({ mandatory: [], advisory });
  });

  test.each([[0, true], [0, false], [1, true], [1, false]])("allows nobody to destroy a version, with a lock of %i days and protect %s", async (lockDays, protect) => {
    expect((await broken("local", { protect, backups: { lockDays } })).mandatory).toEqual([]);
  });

  test("is refused for a stack in the cloud without protection and with backups for only a month", async () => {
    const { mandatory } = await broken("production", { protect: false, backups: { archiveDays: 91 } });
    expect(mandatory).toEqual(expect.arrayContaining(["backup-kept backups-postgres", "stateful-protected backups-postgres", "stateful-protected data-volume", "stateful-protected network-address"]));
  });

  test.each(["off", "detect"])("is refused in production with the firewall in mode %s, and only reported elsewhere", async (mode) => {
    const changes = { edge: { waf: { mode } } };
    expect((await broken("production", changes)).mandatory).toEqual(["waf-blocks edge-edge"]);
    const { mandatory, advisory } = await broken("staging", changes);
    expect([mandatory, advisory.includes("waf-blocks edge-edge")]).toEqual([[], true]);
  });

  test("is refused in a region not allowed for personal data", async () => {
    const { mandatory } = await broken("production", { region: "nyc3", allowedRegions: ["nyc3"] });
    expect(mandatory.filter((line) => line.startsWith("allowed-region")).map(short)).toEqual(expect.arrayContaining(["allowed-region data-droplet", "allowed-region data-volume", "allowed-region network-vpc"]));
  });
});
