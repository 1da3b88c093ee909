import { BlockList } from "node:net";
import { exec } from "../../../../local/cloud";
import { internet } from "../../../../local/cloud/names";
import { stackName } from "../../../../local/paths";
import { everywhere } from "../inside";
import { accepts, eventually, letsIn, output, run, type Output } from "../support";

let stack: Output;
beforeAll(async () => void (stack = await output()));

test("fail2ban bans addresses that guess at SSH, until they are unbanned", async () => {
  // From the one address that the firewalls let as far as SSH: the operator's own. So what is to be done on the edge goes past the network.
  const onEdge = (...command: string[]) => exec(`ringo-${stackName}-edge`, command);
  const pardon = () => onEdge("fail2ban-client", "set", "sshd", "unbanip", internet);
  const banned = async () => (await onEdge("fail2ban-client", "get", "sshd", "banip")).split(/\s+/).includes(internet);
  const connects = () => accepts(stack.publicAddress, 22);
  const guess = (name: string) => run("ssh", ["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
    "-o", "IdentityFile=none", "-o", "IdentityAgent=none", `${name}@${stack.publicAddress}`]);
  expect([await connects(), await banned()]).toEqual([true, false]);
  try {
    for (const name of ["admin", "oracle", "test"]) expect((await guess(name)).code).toBe(255);
    await eventually("a ban", banned, 20);
    // It counts him among the banned before the firewall has the rule.
    await eventually("a closed door", async () => !(await connects()), 10);
    await pardon();
    expect([await connects(), await banned()]).toEqual([true, false]);
  } finally {
    await pardon();
  }
  // sshd has penalties of its own, which end by themselves.
  await eventually("sshd lets the operator in", () => letsIn("edge"), 60);
}, 120_000);

test("fail2ban runs everywhere, and never bans the neighbours, through which all operators connect", async () => {
  const { privateAddress } = stack.machines.find(({ role }) => role === "edge")!;
  const spared = await everywhere(stack, "fail2ban-client status sshd >/dev/null && fail2ban-client get sshd ignoreip");
  for (const { name, role } of stack.machines) {
    const cidrs = spared[name]!.match(/\d+\.\d+\.\d+\.\d+\/\d+/g)!.filter((cidr) => !cidr.startsWith("127."));
    const list = new BlockList();
    for (const cidr of cidrs) list.addSubnet(cidr.split("/")[0]!, Number(cidr.split("/")[1]));
    expect([name, cidrs.length, list.check(privateAddress)]).toEqual([name, ...(role === "edge" ? [0, false] : [1, true])]);
  }
});
