import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { shutdown } from "../../../machine/docker/shutdown";
import { beside } from "../beside";

/** Who reaches a container's published port on a machine with these commands of nft: another machine, and the machine itself. */
function reached(commands: string): Record<"another" | "itself", string> {
  const program = `
import json
${beside}def link(name, address, there, far):
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", there[-1])
    for words, device, each in [([], name, address), (there, "eth0", far)]:
        run(*words, "ip", "address", "add", each, "dev", device)
        run(*words, "ip", "link", "set", device, "up")
connect = """
import socket
try:
    socket.create_connection(("10.0.0.9", 8000), 2).close()
    print("reached", end="")
except ConnectionRefusedError:
    print("refused", end="")
except TimeoutError:
    print("waited", end="")
"""
(container, inside), (machine, outside) = beside(), beside()
try:
    run("ip", "link", "set", "lo", "up")
    link("docker0", "172.30.0.1/24", inside, "172.30.0.2/24")
    link("vpc", "10.0.0.9/24", outside, "10.0.0.4/24")
    run(*inside, "ip", "route", "add", "default", "via", "172.30.0.1")
    run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    run("nft", "-f", "-", input="""
table ip docker {
  chain prerouting { type nat hook prerouting priority -100; ip daddr 10.0.0.9 tcp dport 8000 dnat to 172.30.0.2:8000; }
  chain output { type nat hook output priority -100; ip daddr 10.0.0.9 tcp dport 8000 dnat to 172.30.0.2:8000; }
}
""")
    server = listening(inside)
    run("nft", sys.argv[1])
    asked = lambda *words: run(*words, "/usr/bin/python3", "-c", connect, stdout=subprocess.PIPE).stdout
    print(json.dumps({"another": asked(*outside), "itself": asked()}))
    server.kill()
finally:
    container.kill()
    machine.kill()
`;
  const done = spawnSync("unshare", ["--map-root-user", "--net", "/usr/bin/python3", "-c", program, commands], { encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` } });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as Record<"another" | "itself", string>;
}

/** As an apply turns away from one container whose place another takes, and lets in again. */
const [refusal, removal] = JSON.parse(execFileSync("/usr/bin/python3", ["-IBc", `
import json, sys
sys.path.insert(0, sys.argv[1])
from apply import drain
removal = drain._removal("ringo-api")
print(json.dumps(["; ".join(each) for each in (removal + drain._refusal("ringo-api", [("10.0.0.9", "8000", "8000")]), removal)]))`, join(__dirname, "../../../machine")], { encoding: "utf8" })) as [string, string];
const atShutdown = /nft '(table[^']*)'/.exec(shutdown([]).files!.find(({ path }) => path.endsWith("end-containers"))!.content)![1]!;

test("a container that ends is reached by its own machine alone; another one is refused at once, and asks elsewhere", () => {
  expect(reached(removal)).toEqual({ another: "reached", itself: "reached" });
  expect(reached(refusal)).toEqual({ another: "refused", itself: "reached" });
  expect(reached(atShutdown)).toEqual({ another: "refused", itself: "reached" });
  expect(reached(`${refusal}; ${removal}`)).toEqual({ another: "reached", itself: "reached" });
});
