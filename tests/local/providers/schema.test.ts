import type { ProviderSchema } from "../../../local/providers/resource";
import { checkInputs } from "../../../local/providers/schema";

/** A resource whose one input is of either of two kinds. */
const schema = {
  provider: "cloud", config: {}, types: { "cloud:Kind": { type: "string", enum: ["ssd", "hdd"] } },
  resources: { "cloud:Disk": { inputs: { size: { oneOf: [{ type: "number" }, { $ref: "#/types/cloud:Kind" }] } }, requiredInputs: [] } },
} as unknown as ProviderSchema;
const faults = (size: unknown): string[] => checkInputs(schema, "cloud:Disk", { size } as never).map(({ property, reason }) => `${property}: ${reason}`);

test("a value of a union type must match one of its types, or is reported as the first", () => {
  expect([faults(10), faults("ssd")]).toEqual([[], []]);
  for (const wrong of ["tape", true, [10]]) expect(faults(wrong)).toEqual([expect.stringMatching(/^size: must be a number/)]);
});
