import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { firewall, ruleset, type Service } from "../../machine/nftables";

/** Loads each ruleset twice into an empty network namespace of its own, and gives what nft then lists. */
function load(rulesets: string[]): string {
  const script = rulesets.map((rules) => `cat > /dev/shm/ringo-$$ <<'RULES'\n${rules}RULES\nnft -f /dev/shm/ringo-$$ && nft -f /dev/shm/ringo-$$ || { cat /dev/shm/ringo-$$; exit 1; }`);
  const command = `set -e\ntrap 'rm -f /dev/shm/ringo-$$' EXIT\nnft add table inet docker\n${script.join("\n")}\nnft list ruleset`;
  const done = spawnSync("unshare", ["--map-root-user", "--net", "bash"], {
    input: command, encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` },
  });
  if (done.status !== 0) throw new Error(done.stderr + done.stdout);
  return done.stdout;
}

const ssh: Service = { name: "ssh", port: 22, from: ["10.0.0.0/16", "10.0.0.7", "fd00::/8"] };
const https: Service = { name: "https", port: 443, from: "any" };

describe("the ruleset, loaded by nft", () => {
  const listed = load([ruleset({ services: [ssh, https], containersFrom: ["10.0.0.0/16"] })]);
  const chain = (name: string) => new RegExp(`\\tchain ${name} \\{\\n([^]*?)\\n\\t\\}`).exec(listed)![1];

  test("drops what is not named", () => {
    expect(chain("input")).toContain("policy drop");
    expect(chain("forward")).toContain("policy drop");
  });

  test("lets in each service from its own sources only", () => {
    expect(chain("input")).toContain("ip saddr 10.0.0.0/16 tcp dport 22 accept");
    expect(chain("input")).toContain("ip saddr 10.0.0.7 tcp dport 22 accept");
    expect(chain("input")).toContain("ip6 saddr fd00::/8 tcp dport 22 accept");
    expect(chain("input")).toMatch(/^\s*tcp dport 443 accept/m);
    expect(chain("input").match(/dport 22 /g)).toHaveLength(3);
  });

  test("keeps metadata from containers and from all but root", () => {
    expect(chain("forward")).toMatch(/ip daddr 169\.254\.0\.0\/16 drop[^]*docker0/);
    expect(chain("output")).toContain("ip daddr 169.254.169.254 meta skuid != 0 drop");
  });

  test("touches no other table, and loaded again has no rule twice", () => {
    expect(listed).toContain("table inet docker");
    expect(listed.match(/dport 443/g)).toHaveLength(1);
  });
});

test("any named services make rules that nft loads", () => {
  const octet = fc.nat(255);
  const cidr = fc.oneof(
    fc.tuple(octet, octet, octet, octet, fc.nat(32)).map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`),
    fc.ipV4(), fc.ipV6().filter((address) => !address.includes(".")).map((address) => `${address}/64`),
  );
  const service = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9 .-]{0,20}$/), port: fc.integer({ min: 1, max: 65535 }),
    protocol: fc.constantFrom<"tcp" | "udp">("tcp", "udp"), from: fc.oneof(fc.constant("any" as const), fc.array(cidr, { minLength: 1, maxLength: 5 })),
  });
  load(fc.sample(fc.record({ services: fc.array(service, { maxLength: 6 }), containersFrom: fc.array(cidr, { maxLength: 3 }) }), 40).map(ruleset));
});

test.each(["10.0.0.0/33", "10.0.0", "edge", "10.0.0.0/8; accept", "fd00::/129", "", "10.0.0.0/8/8", "::ffff:10.0.0.1"])("a source %p is refused", (source) => {
  expect(() => ruleset({ services: [{ name: "ssh", port: 22, from: [source] }] })).toThrow("neither a CIDR nor an address");
});

test("nothing can be smuggled into the rules by a service's name or port", () => {
  expect(() => ruleset({ services: [{ name: 'x" accept #', port: 22, from: "any" }] })).toThrow("is no name");
  expect(() => ruleset({ services: [{ name: "x", port: 0, from: "any" }] })).toThrow("is no port");
});

test("stopping Debian's unit leaves the rules: it would flush Docker's and open the machine", () => {
  const dropIn = firewall({ services: [] }).files!.find((file) => file.path.includes("nftables.service.d"))!;
  expect(dropIn.content).toMatch(/^ExecStop=$/m);
});
