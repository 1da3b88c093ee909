import { digitalocean } from "../../local/providers/digitalocean";
import { TestEngine } from "../local/providers/client";
import { deploy } from "./program";

const type = "digitalocean:index/vpc:Vpc";

/** What the program asks of the cloud for its network. */
async function vpc(changes: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const { resources } = await deploy(changes);
  return resources.find((resource) => resource.type === type)!.inputs;
}

describe("a network", () => {
  let engine: TestEngine;
  beforeAll(async () => void (engine = await TestEngine.start(digitalocean)));
  afterAll(() => engine.stop());

  test("of another range is made while the old one is there: their names differ, and both are names", async () => {
    const [one, other] = [await vpc(), await vpc({ vpcCidr: "10.21.0.0/20" })];
    expect((await engine.diff(type, one, other)).replaces).toEqual(["ipRange"]);
    expect([one.name, other.name]).toEqual(["ringo-test-vpc-fra1-10.20.0.0-20", "ringo-test-vpc-fra1-10.21.0.0-20"]);
    for (const inputs of [one, other]) expect((await engine.check(type, inputs)).failures).toEqual([]);
  });

  test("of a stack that was made before names had ranges is renamed, and stays", async () => {
    const inputs = await vpc();
    const { replaces, detailed } = await engine.diff(type, { ...inputs, name: "ringo-test-vpc-fra1" }, inputs);
    expect([replaces, detailed]).toEqual([[], { name: "UPDATE" }]);
  });
});
