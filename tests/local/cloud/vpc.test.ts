import { regions } from "../../../config/sizes";
import type { CloudState } from "../../../local/cloud/state";
import { makeDefaultVpcs, registerVpc, removeVpc, vpcFor } from "../../../local/cloud/vpc";
import { droplet, topology } from "./topologies";

const nothing = (): CloudState => ({ ...topology([], [], { vpcs: {} }), volumes: {}, entries: {}, nextId: 1 }) as CloudState;
const request = (name: string, region = "fra1") => ({ name, region, description: "" });

test("the first VPC of a region is the region's default, and as such cannot be deleted; the second can", () => {
  const state = nothing();
  const [first, second, elsewhere] = [registerVpc(state, request("first")), registerVpc(state, request("second")), registerVpc(state, request("elsewhere", "ams3"))];
  expect([first, second, elsewhere].map((vpc) => vpc.default)).toEqual([true, false, true]);
  expect(() => removeVpc(state, first.id)).toThrow(/^403 .*default/);
  removeVpc(state, second.id);
  expect(Object.keys(state.vpcs)).toEqual([first.id, elsewhere.id]);
});

test("a VPC with members cannot be deleted", () => {
  const state = nothing();
  registerVpc(state, request("first"));
  const { id } = registerVpc(state, request("second"));
  state.droplets[1] = droplet(1, { vpcUuid: id });
  expect(() => removeVpc(state, id)).toThrow(/^403 .*members/);
});

test("an account that was set up has a default VPC in each region, for droplets that name none", () => {
  const state = nothing();
  makeDefaultVpcs(state);
  const made = Object.values(state.vpcs);
  expect(made.map(({ name, default: isDefault }) => [name, isDefault])).toEqual(regions.map((region) => [`default-${region}`, true]));
  makeDefaultVpcs(state);
  expect(Object.values(state.vpcs)).toEqual(made);
  expect(registerVpc(state, request("own")).default).toBe(false);
  expect(vpcFor(state, "fra1", undefined).name).toBe("default-fra1");
});
