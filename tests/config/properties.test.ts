import * as fc from "fast-check";
import { derive, gunicornWorkersFor, renderFaults, sizes, validate } from "../../config";
import { celeryChildrenThatFit } from "../../config/capacity";
import { contains, networkOf, neverSources, overlaps, parseCidr, privateRanges, reservedRanges } from "../../config/cidr";
import { schema } from "../../config/schema";
import { faultsOf, least, stored } from "./fixture";

const address = fc.ipV4();
const cidr = (min: number, max: number) => fc.tuple(address, fc.integer({ min, max })).map(([ip, prefix]) => networkOf(parseCidr(`${ip}/${prefix}`)!));
const fromInternet = (range: string): boolean => !neverSources.some((outer) => contains(outer, parseCidr(range)!));
const sizeOf = (minMiB: number) => fc.constantFrom(...Object.keys(sizes).filter((slug) => sizes[slug].memoryMiB >= minMiB));
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);

const validConfig = fc.record({
  name: fc.tuple(label, label).map(([a, b]) => `${a}.${b}.dev`),
  workerSize: sizeOf(2048),
  apiSize: sizeOf(1024),
  children: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
  counts: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })), // as many as PostgreSQL has connections for
  second: fc.integer({ min: 21, max: 228 }),
  ssh: fc.uniqueArray(cidr(16, 32).filter(fromInternet), { minLength: 1, maxLength: 5 }),
  queues: fc.uniqueArray(fc.stringMatching(/^[a-z_.-]{1,20}$/), { minLength: 1, maxLength: 6 }),
  throwaway: fc.constant(true),
}).map(({ name, children, counts, second, ssh, queues, throwaway, ...sizing }) => ({
  ...least, ...sizing, databaseSize: "g-4vcpu-16gb", domain: name, throwaway: String(throwaway), apiInstanceCount: String(counts[0]), workerInstanceCount: String(counts[1]),
  autoscaler: JSON.stringify({ min: Math.min(...children), max: Math.max(...children) }),
  vpcCidr: `10.${second}.0.0/20`, sshAllowedCidrs: JSON.stringify(ssh), queues: JSON.stringify(queues),
}));

test("any valid configuration is accepted, and derived values are within their bounds", () => {
  fc.assert(fc.property(validConfig, (raw) => {
    const verdict = validate(raw, stored(raw), "any");
    expect(verdict).toMatchObject({ valid: true });
    if (!verdict.valid) return;
    const settings = derive(verdict.values, "any");
    expect(settings.allowedHosts).toContain(settings.domain);
    expect(settings.gunicornWorkers).toBe(gunicornWorkersFor(settings.apiSize));
    expect(settings.gunicornWorkers).toBeGreaterThan(0);
    expect(settings.autoscaler.max).toBeLessThanOrEqual(celeryChildrenThatFit(settings.workerSize));
  }), { numRuns: 100 });
});

test("no input makes validation throw, and every fault is complete", () => {
  const keys = fc.oneof(fc.constantFrom(...Object.keys(schema.shape), "__proto__", "constructor"), fc.string());
  const anything = fc.oneof(fc.string(), fc.json(), fc.constantFrom("null", "[null]", '{"a":null}', "[[]]", '{"enabled":[]}', '{"__proto__":1}'));
  fc.assert(fc.property(fc.dictionary(keys, anything), fc.array(keys), (raw, secretKeys) => {
    const verdict = validate(raw, new Set(secretKeys), "any");
    if (verdict.valid) throw new Error("a config of noise was taken");
    for (const fault of verdict.faults) {
      for (const part of [fault.key, fault.reason, fault.allowed, fault.command]) expect(part).not.toBe("");
      expect(fault.command).toMatch(/pulumi config (set|rm)/);
    }
    for (const required of ["domain", "image", "sshAllowedCidrs", "djangoSecretKey"].filter((key) => !Object.hasOwn(raw, key))) {
      expect(verdict.faults.map((fault) => fault.key)).toContain(required);
    }
  }), { numRuns: 200 });
});

test("no message contains a secret's value, whatever else is wrong", () => {
  const secretNames = Object.keys(schema.shape).filter((key) => stored({ [key]: "" }).size === 1);
  fc.assert(fc.property(fc.constantFrom(...secretNames), fc.stringMatching(/^[qxzj]{12,80}$/), fc.boolean(), (name, value, encrypted) => {
    const changes = { [name]: name === "environmentSecrets" ? JSON.stringify({ "bad-name": value }) : value, apiInstanceCount: "0" };
    const keys = stored({ ...least, ...changes });
    if (!encrypted) keys.delete(name);
    expect(renderFaults("any", faultsOf(changes, keys))).not.toContain(value);
  }), { numRuns: 200 });
});

test("SSH accepts exactly the public networks that are narrow enough", () => {
  fc.assert(fc.property(fc.oneof(cidr(0, 32), fc.constantFrom(...neverSources.map((outer) => `${outer.address}/${Math.max(outer.prefix, outer.family === "ipv4" ? 16 : 32)}`))), (range) => {
    const prefix = Number(range.split("/")[1]);
    expect(faultsOf({ throwaway: "true", sshAllowedCidrs: JSON.stringify([range]) }).length > 0).toBe(prefix < 16 || !fromInternet(range));
  }));
});

test("a VPC is private, from /16 to /24, and overlaps no reserved range", () => {
  fc.assert(fc.property(fc.oneof(cidr(8, 28), fc.integer({ min: 0, max: 255 }).map((n) => `10.${n}.0.0/16`), fc.integer({ min: 0, max: 31 }).map((n) => `172.${n}.0.0/18`)), (range) => {
    const parsed = parseCidr(range)!;
    const good = parsed.prefix >= 16 && parsed.prefix <= 24 && privateRanges.some((outer) => contains(outer, parsed))
      && [...reservedRanges, parseCidr("172.17.0.0/16")!].every((taken) => !overlaps(taken, parsed));
    expect(faultsOf({ vpcCidr: range }).length === 0).toBe(good);
  }));
});

test("ranges overlap if they share an address, and contain one another if they contain both ends", () => {
  const number = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const bounds = (range: string) => {
    const { address: ip, prefix } = parseCidr(range)!;
    return [number(ip), number(ip) + 2 ** (32 - prefix) - 1];
  };
  const related = cidr(1, 32).chain((a) => fc.tuple(fc.constant(a), fc.oneof(
    cidr(1, 32), fc.integer({ min: 1, max: 32 }).map((prefix) => networkOf(parseCidr(`${a.split("/")[0]}/${prefix}`)!)),
  )));
  fc.assert(fc.property(related, ([a, b]) => {
    const [[a0, a1], [b0, b1]] = [bounds(a), bounds(b)];
    expect(overlaps(parseCidr(a)!, parseCidr(b)!)).toBe(a0 <= b1 && b0 <= a1);
    expect(overlaps(parseCidr(b)!, parseCidr(a)!)).toBe(a0 <= b1 && b0 <= a1);
    expect(contains(parseCidr(a)!, parseCidr(b)!)).toBe(a0 <= b0 && b1 <= a1);
  }));
});
