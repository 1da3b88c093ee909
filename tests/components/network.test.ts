import { digitalocean } from "../../local/providers/digitalocean";
import { TestEngine } from "../local/providers/client";
import { named, stackWith } from "./program";

const vpc = { given: "vpc", type: "digitalocean:index/vpc:Vpc", name: "network-vpc", replaces: "ipRange" };
const gateway = { given: "gateway", type: "digitalocean:index/vpcNatGateway:VpcNatGateway", name: "network-gateway", replaces: "vpcs" };

/** What the program asks of the cloud for a part of its network. */
async function inputs({ name }: typeof vpc, changes: Record<string, unknown> = {}): Promise<Record<string, any>> {
  return named((await stackWith(changes)).resources, name).inputs;
}

describe("a network", () => {
  let engine: TestEngine;
  beforeAll(async () => void (engine = await TestEngine.start(digitalocean)));
  afterAll(() => engine.stop());

  test.each([vpc, gateway])("with another range gets another $given, created before the old one is deleted, under another valid name", async (part) => {
    const [one, other] = [await inputs(part), await inputs(part, { vpcCidr: "10.21.0.0/20" })];
    // In the mocks both VPCs have the same id.
    const elsewhere = part === gateway ? { vpcs: [{ ...other.vpcs[0], vpcUuid: "another" }] } : {};
    expect((await engine.diff(part.type, one, { ...other, ...elsewhere })).replaces).toEqual([part.replaces]);
    expect([one.name, other.name]).toEqual([`ringo-test-${part.given}-fra1-10.20.0.0-20`, `ringo-test-${part.given}-fra1-10.21.0.0-20`]);
    for (const given of [one, other]) expect((await engine.check(part.type, given)).failures).toEqual([]);
  });

  test.each([vpc, gateway])("of an older stack, whose names had no ranges, keeps its $given and renames it", async (part) => {
    const news = await inputs(part);
    const { replaces, detailed } = await engine.diff(part.type, { ...news, name: `ringo-test-${part.given}-fra1` }, news);
    expect([replaces, detailed]).toEqual([[], { name: "UPDATE" }]);
  });
});
