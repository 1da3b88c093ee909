import { sizes } from "../../config";

test("a size has the CPUs and memory of its slug", () => {
  const said = Object.keys(sizes).map((slug) => {
    // `c-4` says no memory: CPU-optimized machines have 2 GiB for each CPU.
    const [, vcpus, plain, memory, unit] = /^[a-z0-9_]+-(?:(\d+)vcpu-|(\d+))(?:(\d+)([gm])b)?/.exec(slug)!;
    return [slug, Number(vcpus ?? plain), memory === undefined ? 2048 * Number(plain) : Number(memory) * (unit === "g" ? 1024 : 1)];
  });
  expect(Object.entries(sizes).map(([slug, { vcpus, memoryMiB }]) => [slug, vcpus, memoryMiB])).toEqual(said);
});
