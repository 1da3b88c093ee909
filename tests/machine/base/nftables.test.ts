import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { cloudAgent } from "../../../machine/base/cloud-agent";
import { sshd } from "../../../machine/base/sshd";
import { docker } from "../../../machine/docker";
import { backendNetwork } from "../../../machine/backend/network";
import { mayReach } from "../../../machine/egress";
import { addedRules, containerLinks, rulesDirectory } from "../../../machine/nft";
import { alertmanager, blackbox, celeryExporter, djangoMetrics, edgeExporters, prometheus, redisExporter } from "../../../machine/monitoring";
import { grafana } from "../../../machine/monitoring/grafana";
import { namesForContainers } from "../../../machine/base/resolvers";
import { firewall, ruleset, type Service } from "../../../machine/base/nftables";
import type { Fragment } from "../../../machine/state";
import { beside } from "../beside";

/** Users that every system has, in the place of those that a machine has. */
const standIns: Record<string, string> = {
  _apt: "bin", "systemd-timesync": "sys", "do-agent": "games", "ringo-grafana": "mail",
  prometheus: "daemon", "prometheus-alertmanager": "man", "prometheus-blackbox-exporter": "lp", "ringo-celery-exporter": "uucp",
  "prometheus-nginx-exporter": "proxy", "prometheus-redis-exporter": "backup",
};

/** As nft reads it on a machine: with what concerns add in its place, and stand-ins. */
function whole(rules: string, ...added: Fragment[]): string {
  const files = added.flatMap((fragment) => fragment.files!);
  return Object.entries(standIns).reduce(
    (text, [user, other]) => text.replaceAll(`"${user}"`, `"${other}"`),
    rules.replace(/^ *include "(.*)\*\.nft"$/gm, (_, prefix: string) => files.filter(({ path }) => path.startsWith(prefix)).map(({ content }) => content).join("")),
  );
}

/** The same with a user in root's place, as whom alone a test asks in a namespace, and root in another's. */
const askedBy = (user: string, rules: string): string =>
  (user === "root" ? rules : rules.replaceAll('"root"', '"news"').replaceAll(`"${standIns[user] ?? user}"`, '"root"'));

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
const stack = { patience: (seconds: number) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } };
const machine = (name: string, role: string, privateAddress: string, ...exporters: ("node" | "nginx" | "django")[]) => ({ name, role, privateAddress, exporters });
/** The monitor's own programs. */
const monitor = [
  prometheus({
    stack: "test", machines: [machine("edge", "edge", "10.0.0.4", "node", "nginx"), machine("api-0", "api", "10.0.0.6", "node", "django"), machine("monitor", "monitor", "10.0.0.9", "node")],
    edge: { machine: "edge", domain: "api.ringo.test" }, monitor: "monitor", logs: true, grafana: true, scrapeSeconds: 15, probeSeconds: 60, retentionDays: 30, retentionGiB: 10,
    rules: stack, runbook: "https://wiki.ringo.test/alerts",
  }),
  blackbox([]),
  alertmanager({ receivers: {}, heartbeatSeconds: 60, scrapeSeconds: 15, ports: [587] }),
  celeryExporter({ host: "10.0.0.5", password: "x", queues: [], workers: [], stopTimeoutSeconds: 300, pool: { min: 1, max: 1 } }),
];
/** Grafana beside them. */
const shown = grafana({
  image: "registry.ringo.test/grafana:1", domain: "grafana.ringo.test", address: "10.0.0.9", scrapeSeconds: 15,
  tls: { certificate: "", key: "not-a-key" }, password: "not-a-password", secretKey: "not-a-secret-key", dashboards: { rules: stack },
});
const backend = { data: "10.0.0.5", vpcCidr: "10.0.0.0/16", ports: [443, 587] };

describe("the ruleset, loaded by nft", () => {
  const listed = load([whole(
    ruleset({ services: [ssh, https], containersFrom: ["10.0.0.0/16"] }),
    mayReach("backups", [{ name: "s3", port: 7070, to: "any", users: ["root", "daemon"] }]),
    mayReach("media", [{ name: "shared files", port: 22, to: ["10.0.0.5"], users: ["daemon"] }]),
    addedRules("forward", "other", [`iifname ${containerLinks} tcp dport 25 accept`]),
    backendNetwork(backend), namesForContainers,
  )]);
  const chain = (name: string) => new RegExp(`\\tchain ${name} \\{\\n([^]*?)\\n\\t\\}`).exec(listed)![1];

  test("drops what is not declared, in, out and forwarded", () => {
    for (const name of ["input", "forward", "output"]) expect(chain(name)).toContain("policy drop");
  });

  test("allows each concern's users only their destinations", () => {
    expect(chain("output")).toContain("meta skuid { 0, 1 } tcp dport 7070 accept");
    expect(chain("output")).toContain("meta skuid 1 ip daddr 10.0.0.5 tcp dport 22 accept");
    // Names: all else is somebody's.
    const everybodys = chain("output").split("\n").filter((line) => /dport .* accept/.test(line) && !line.includes("skuid"));
    expect(everybodys).toEqual(["ip daddr @resolvers4", "ip6 daddr @resolvers6", "ip daddr 127\\.0\\.0\\.0/8"].map((to) => expect.stringMatching(`^\\s*${to} meta l4proto { tcp, udp } th dport 53 accept`)));
  });

  test("allows only root to ping, since a ping can carry any data", () => {
    expect(chain("output").match(/^.*echo-request.*$/gm)!.map((line) => line.trim())).toEqual(["meta skuid 0 icmp type echo-request accept", "meta skuid != 0 icmpv6 type echo-request drop"]);
    expect(chain("output")).toMatch(/icmpv6 type echo-request drop\n\s*meta l4proto ipv6-icmp accept/);
  });

  test("allows containers their data, DNS and the internet's declared ports, and no other machine", () => {
    const lines = chain("forward").split("\n").map((line) => line.trim().replace(/^iifname \{ "br-\*", "docker0" \} | comment .*|counter packets 0 bytes 0 /g, ""));
    const own = lines.slice(lines.findIndex((line) => line.includes("5432")));
    expect(own.slice(0, 7)).toEqual([
      "ip daddr 10.0.0.5 tcp dport 5432 accept", "ip daddr 10.0.0.5 tcp dport 6379 accept",
      expect.stringMatching(/^ip daddr 10\.0\.0\.0\/16 reject/),
      "tcp dport 443 accept", "tcp dport 587 accept",
      "ip daddr @resolvers4 meta l4proto { tcp, udp } th dport 53 accept", "ip6 daddr @resolvers6 meta l4proto { tcp, udp } th dport 53 accept",
    ]);
    expect(lines).toContain("tcp dport 25 accept");
    expect(own.at(-2)).toContain("reject");
  });

  test("admits each service only from its sources", () => {
    expect(chain("input")).toContain("ip saddr 10.0.0.0/16 tcp dport 22 accept");
    expect(chain("input")).toContain("ip saddr 10.0.0.7 tcp dport 22 accept");
    expect(chain("input")).toContain("ip6 saddr fd00::/8 tcp dport 22 accept");
    expect(chain("input")).toMatch(/^\s*tcp dport 443 accept/m);
    expect(chain("input").match(/dport 22 /g)).toHaveLength(3);
  });

  test("closes the metadata to containers and to everyone except root and the cloud's agent", () => {
    expect(chain("forward")).toMatch(/ip daddr 169\.254\.0\.0\/16 drop[^]*docker0/);
    expect(chain("output")).toMatch(/meta skuid 0 ip daddr 169\.254\.169\.254 tcp dport 80 accept.*\n\s*meta skuid 5 ip daddr 169\.254\.169\.254 tcp dport 80 accept.*\n\s*ip daddr 169\.254\.0\.0\/16 drop[^]*dport 53/);
  });

  test("touches no other table, and loading it twice duplicates no rule", () => {
    expect(listed).toContain("table inet docker");
    expect(chain("input").match(/dport 443/g)).toHaveLength(1);
  });
});

describe("an SSH connection from before the first ruleset", () => {
  /**
   * Two machines and a connection to port 22 of the second: rules are loaded on one, and then only the second speaks.
   * @returns what the first hears
   */
  function heard(rules: string, on: "client" | "server"): string {
    const program = `
import os, socket, subprocess, sys, time
run = lambda *words: subprocess.run(words, check=True)
other = subprocess.Popen(["unshare", "--net", "sleep", "20"])
there = ["nsenter", "--net", "--target", str(other.pid)]
while os.readlink("/proc/%d/ns/net" % other.pid) == os.readlink("/proc/self/ns/net"):
    time.sleep(0.01)
run("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(other.pid))
for words, link, address in [([], "here", "10.0.0.4/24"), (there, "there", "10.0.0.5/24")]:
    run(*words, "ip", "address", "add", address, "dev", link)
    run(*words, "ip", "link", "set", link, "up")
speaker = """
import socket, sys
listener = socket.create_server(("10.0.0.5", 22))
print("ready", flush=True)
connection = listener.accept()[0]
sys.stdin.readline()
connection.sendall(b"heard")
sys.stdin.readline()
"""
server = subprocess.Popen([*there, "/usr/bin/python3", "-c", speaker], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
server.stdout.readline()
client = socket.create_connection(("10.0.0.5", 22), 2)
time.sleep(0.2)
subprocess.run([*(there if sys.argv[1] == "server" else []), "nft", "-f", "-"], input=sys.stdin.read(), text=True, check=True)
server.stdin.write("speak\\n")
server.stdin.flush()
try:
    print(client.recv(16).decode(), end="")
except TimeoutError:
    print("nothing", end="")
finally:
    server.kill()
    other.kill()
`;
    const done = spawnSync("unshare", ["--map-root-user", "--net", "/usr/bin/python3", "-c", program, on], {
      input: rules, encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` },
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  }
  const services = [{ ...ssh, from: ["10.0.0.0/24"] }];
  const bastion = sshd({ authorizedKeys: ["ssh-ed25519 AAAA"], forwardsTo: "10.0.0.0/24" });
  const firewallRules = { ...bastion, files: bastion.files!.filter(({ path }) => path.endsWith(".nft")) };

  test("continues on the machine where it ends, even if the other end only listens", () => {
    expect(heard(whole(ruleset({ services })), "server")).toBe("heard");
  });

  test("continues through the bastion", () => {
    expect(heard(whole(ruleset({ services }), firewallRules), "client")).toBe("heard");
  });

  test("is cut off on a machine that forwards nothing, so the rules decide", () => {
    expect(heard(whole(ruleset({ services })), "client")).toBe("nothing");
  });
});

describe("a container's port, from the machine itself", () => {
  /** The addresses at which a user reaches a container: two of the machine's own, which Docker leads there, and the container's. */
  function reached(user: string, ...added: Fragment[]): string[] {
    const program = `
${beside}container, there = beside()
run("ip", "link", "set", "lo", "up")
run("ip", "address", "add", "10.0.0.9/32", "dev", "lo")
run("ip", "link", "add", "docker0", "type", "veth", "peer", "name", "eth0", "netns", str(container.pid))
for words, link, address in [([], "docker0", "172.30.0.1/24"), (there, "eth0", "172.30.0.2/24")]:
    run(*words, "ip", "address", "add", address, "dev", link)
    run(*words, "ip", "link", "set", link, "up")
run(*there, "ip", "route", "add", "default", "via", "172.30.0.1")
run("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1", "net.ipv4.ip_forward=1")
run("nft", "-f", "-", input=sys.stdin.read() + """
table ip docker {
  chain output { type nat hook output priority -100; ip daddr { 127.0.0.1, 10.0.0.9 } tcp dport 3100 dnat to 172.30.0.2:8000; }
  chain postrouting { type nat hook postrouting priority srcnat; ip saddr 127.0.0.0/8 oifname "docker0" masquerade; }
}
""")
server = listening(there)
try:
    for place in [("127.0.0.1", 3100), ("10.0.0.9", 3100), ("172.30.0.2", 8000)]:
        try:
            socket.create_connection(place, 1).close()
            print(place[0])
        except OSError:
            pass
finally:
    server.kill()
    container.kill()
`;
    const done = spawnSync("unshare", ["--map-root-user", "--net", "/usr/bin/python3", "-c", program], {
      input: askedBy(user, whole(ruleset({ services: [] }), ...added)), encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` },
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout.split("\n").filter(Boolean);
  }

  test("is reachable by root, for health checks, at every address that Docker publishes", () => {
    expect(reached("root", docker({ addressPool: "172.30.0.0/16" }))).toEqual(["127.0.0.1", "10.0.0.9", "172.30.0.2"]);
  });

  test("is reachable by Grafana, which shares the machine's network and reads logs there", () => {
    expect(reached("ringo-grafana", shown)).toContain("127.0.0.1");
  });

  test("is not reachable by undeclared users, although the connection seems to stay on the machine", () => {
    expect(reached("root", djangoMetrics({ privateAddress: "10.0.0.9", host: "api.ringo.test" }))).toEqual([]);
  });
});

describe("a listener on the machine itself", () => {
  const listening = [22, 53, 6379, 9080, 9090, 9093, 9115, 9540];

  /** The ports at which a user reaches it; at the others it is refused, without a wait. */
  function answered(user: string, ...added: Fragment[]): number[] {
    const program = `
import concurrent.futures, socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
ports = [int(port) for port in sys.argv[1:]]
listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
subprocess.run(["nft", "-f", "-"], input=sys.stdin.read(), text=True, check=True)
def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except ConnectionRefusedError:
        return False
with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
    print(*[port for port, answer in zip(ports, pool.map(answers, ports)) if answer])
`;
    const done = spawnSync("unshare", ["--map-root-user", "--net", "/usr/bin/python3", "-c", program, ...listening.map(String)], {
      input: askedBy(user, whole(ruleset({ services: [] }), ...added)), encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` },
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout.split(/\s+/).filter(Boolean).map(Number);
  }

  test("answers root, DNS, and users whom a concern allows", () => {
    const [onEdge, onData] = [edgeExporters("10.0.0.4"), redisExporter("10.0.0.5", "not-a-password")];
    expect(answered("root")).toEqual(listening);
    expect(answered("prometheus", ...monitor, shown)).toEqual([53, 9090, 9093, 9115, 9540]);
    expect(answered("prometheus-nginx-exporter", onEdge)).toEqual([53, 9080]);
    expect(answered("prometheus-redis-exporter", onData)).toEqual([53, 6379]);
    expect(answered("ringo-grafana", ...monitor, shown)).toEqual([53, 9090]);
    for (const user of ["prometheus-alertmanager", "prometheus-blackbox-exporter", "ringo-celery-exporter"]) expect([user, answered(user, ...monitor, shown)]).toEqual([user, [53]]);
    expect(answered("nobody", ...monitor, shown, onEdge, onData)).toEqual([53]);
  });
});

/** What a machine lets out beyond what every machine does. */
const own = (...added: Fragment[]): string[] => {
  const lines = (...fragments: Fragment[]) => load([whole(ruleset({ services: [] }), ...fragments)]).split("\n").map((line) => line.trim().replace(/ comment .*/, ""));
  const everybodys = lines();
  return lines(...added).filter((line) => !everybodys.includes(line));
};

test("the cloud's own agent can send its figures: by them the cloud tells of a full disk when the monitor is away", () => {
  expect(own(cloudAgent)).toEqual(["meta skuid 5 tcp dport 443 accept"]);
});

describe("the monitor's outgoing connections", () => {
  test("are Prometheus's to every exporter's port and its own machine's programs, and each other program's to the one thing that it needs", () => {
    expect(own(...monitor).sort()).toEqual([
      "meta skuid 6 tcp dport 587 accept",
      "meta skuid 1 ip daddr 10.0.0.4 tcp dport 9100 accept", "meta skuid 1 ip daddr 10.0.0.6 tcp dport 9100 accept",
      "meta skuid 1 ip daddr 10.0.0.4 tcp dport 9113 accept", "meta skuid 1 ip daddr 10.0.0.6 tcp dport 9180 accept",
      "meta skuid 7 tcp dport 443 accept",
      "meta skuid 10 ip daddr 10.0.0.5 tcp dport 6379 accept",
      "meta skuid 1 ip daddr 10.0.0.9 tcp dport 9100 accept", "meta skuid 1 ip daddr 10.0.0.9 tcp dport 3000 accept",
      ...[9090, 9093, 9115, 9540].map((port) => `meta skuid 1 ip daddr 127.0.0.1 tcp dport ${port} accept`),
    ].sort());
  });

  test("end at the API machine's nginx, which reaches the containers beside it and nothing else", () => {
    expect(own(djangoMetrics({ privateAddress: "10.0.0.6", host: "api.ringo.test" }))).toEqual(["meta skuid 33 accept"]);
  });
});

test("any named services produce rules that nft loads", () => {
  const octet = fc.nat(255);
  const cidr = fc.oneof(
    fc.tuple(octet, octet, octet, octet, fc.nat(32)).map(([a, b, c, d, bits]) => `${a}.${b}.${c}.${d}/${bits}`),
    fc.ipV4(), fc.ipV6().filter((address) => !address.includes(".")).map((address) => `${address}/64`),
  );
  const service = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9 .-]{0,20}$/), port: fc.integer({ min: 1, max: 65535 }),
    protocol: fc.constantFrom<"tcp" | "udp">("tcp", "udp"), from: fc.oneof(fc.constant("any" as const), fc.array(cidr, { minLength: 1, maxLength: 5 })),
  });
  load(fc.sample(fc.record({ services: fc.array(service, { maxLength: 6 }), containersFrom: fc.array(cidr, { maxLength: 3 }) }), 40).map((inputs) => whole(ruleset(inputs))));
});

test.each(["10.0.0.0/33", "10.0.0", "edge", "10.0.0.0/8; accept", "fd00::/129", "", "10.0.0.0/8/8", "::ffff:10.0.0.1"])("a source %p is refused", (source) => {
  expect(() => ruleset({ services: [{ name: "ssh", port: 22, from: [source] }] })).toThrow("neither a CIDR nor an address");
});

test("nothing can be injected into the rules by a service's name or port", () => {
  expect(() => ruleset({ services: [{ name: 'x" accept #', port: 22, from: "any" }] })).toThrow("is not a valid name");
  expect(() => ruleset({ services: [{ name: "x", port: 0, from: "any" }] })).toThrow("is not a port");
});

test("nothing can be injected by an outgoing rule, its users or its concern's file", () => {
  expect(() => mayReach("x", [{ name: "s3", port: 443, to: "any", users: ['root" accept #'] }])).toThrow("invalid user names");
  expect(() => mayReach("x", [{ name: "s3", port: 443, to: ["0.0.0.0/0 accept #"] }])).toThrow("neither a CIDR nor an address");
  expect(() => backendNetwork({ ...backend, ports: [70_000] })).toThrow("is not a port");
  expect(() => backendNetwork({ ...backend, data: "data" })).toThrow("neither a CIDR nor an address");
  expect(addedRules("output", "x", []).files![0].path).toBe(`${rulesDirectory}/output-x.nft`);
});

test("what a role adds later refers to nothing of the ruleset, so that an older program's ruleset can be loaded before the role's", () => {
  expect(backendNetwork(backend).files!.map(({ content }) => content).join("")).not.toContain("@");
});

test("stopping Debian's unit keeps the rules: flushing would remove Docker's and open the machine", () => {
  const dropIn = firewall({ services: [] }).files!.find((file) => file.path.includes("nftables.service.d"))!;
  expect(dropIn.content).toMatch(/^ExecStop=$/m);
});
