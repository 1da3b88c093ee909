import { internet } from "../../../../local/cloud/names";
import { inCache, stackName } from "../../../../local/paths";
import { auditRules } from "../../../../machine/base/audit";
import { kernel, routing } from "../../../../machine/base/sysctl";
import { ask, everywhere, namespaceOf, onAll, runIn } from "../inside";
import { eventually, output, type Machine, type Output } from "../support";

let stack: Output;
let edge: Machine;
beforeAll(async () => {
  stack = await output();
  edge = stack.machines.find(({ role }) => role === "edge")!;
});

test("Lynis rates every machine 85 or better, and skips only USB devices", async () => {
  const rated = await everywhere(stack, `
    lynis audit system --quick --quiet --no-colors --logfile /dev/null --report-file /run/lynis.dat >/dev/null
    sed -n 's/^hardening_index=//p' /run/lynis.dat; rm /run/lynis.dat
    grep -h '^skip-test=' /etc/lynis/*.prf`);
  const indices = Object.entries(rated).map(([name, text]) => [name, Number(text.split("\n")[0])] as const);
  expect(indices.filter(([, index]) => !(index >= 85))).toEqual([]);
  expect(Object.values(rated).map((text) => text.split("\n").slice(1))).toEqual(stack.machines.map(() => ["skip-test=USB-3000"]));
}, 300_000);

test("ssh-audit finds no failure in any machine's SSH", async () => {
  // From the edge, which all others let in; it spares itself its penalties for who does not log in.
  for (const { name, privateAddress } of stack.machines) {
    const { code, stdout } = await runIn(namespaceOf(edge), inCache("bin", "ssh-audit"), ["--skip-rate-test", "--no-colors", privateAddress]);
    expect([name, stdout]).toEqual([name, expect.stringMatching(/^\(key\) ssh-ed25519 /m)]);
    expect([name, stdout.split("\n").filter((line) => line.includes("[fail]"))]).toEqual([name, []]);
    expect([0, 2]).toContain(code); // 2 says that there are warnings
  }
}, 60_000);

test("every unit of ours that runs something is rated 3.0 or better", async () => {
  const rated = await everywhere(stack, `cd /etc/systemd/system
    for unit in $(find . -maxdepth 1 -type f -name '*.service' -printf '%P\\n'); do
      systemd-analyze security --no-pager --threshold=30 "$(echo "$unit" | sed 's/@\\./@full./')" >/dev/null 2>&1 && echo "$unit" || echo "$unit is worse"
    done | sort
    systemd-analyze security --no-pager --threshold=30 ssh.service >/dev/null 2>&1 || echo "ssh.service is worse"`);
  const units = (name: string): string[] => rated[name]!.split("\n");
  for (const { name } of stack.machines) expect([name, units(name).filter((line) => line.endsWith("worse"))]).toEqual([name, ["ssh.service is worse"]]);
  expect(units("data")).toEqual(expect.arrayContaining(["ringo-backup@.service", "ringo-integrity.service"]));
}, 60_000);

test("every enabled service has been started: none of a package waits for a boot because no state names it", async () => {
  // Enabled, and since the boot not even asked whether its conditions hold.
  const waiting = `for unit in $(systemctl list-unit-files --type=service,timer,socket,path --state=enabled --no-legend --plain | cut -d' ' -f1 | grep -v '@[.]'); do
    [ "$(systemctl show --value --property ConditionTimestampMonotonic "$unit")" != 0 ] || systemctl is-active --quiet "$unit" || echo "$unit"
  done`;
  expect(await everywhere(stack, waiting)).toEqual(onAll(stack, ""));
  const bait = "/etc/systemd/system/ringo-bait.service";
  expect(await ask("edge", `printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' > ${bait}; systemctl enable --quiet ringo-bait
    ${waiting}
    systemctl disable --quiet ringo-bait; rm ${bait}; systemctl daemon-reload`)).toBe("ringo-bait.service");
}, 60_000);

test("logs of packages are limited: by days, and earlier by size", async () => {
  const told = await everywhere(stack, `systemctl is-active logrotate.timer; systemctl start logrotate.service && echo read
    logrotate --debug /etc/logrotate.conf > /run/rotation 2>&1
    echo $(grep -c '^rotating pattern' /run/rotation) $(grep -c 'log files >= 104857600 are rotated earlier' /run/rotation); rm /run/rotation`);
  for (const { name } of stack.machines) {
    const [active, read, counts] = told[name]!.split("\n");
    const [files, bounded] = counts!.split(" ").map(Number);
    expect([name, active, read, bounded]).toEqual([name, "active", "read", files]);
    expect(files).toBeGreaterThan(5);
  }
});

test("the volume is mounted in one place, although the cloud mounted it in another", async () => {
  const place = `findmnt --noheadings --raw --output TARGET --source /dev/disk/by-id/scsi-0DO_Volume_ringo-${stackName}-data`;
  expect(await ask("data", place)).toBe("/srv/data");
  expect(await ask("data", "ls /etc/systemd/system | grep '^mnt-' || true")).toBe("");
  expect((await ask("data", `mkdir /mnt/bait; mount /srv/data --bind /mnt/bait; ${place}; umount /mnt/bait; rmdir /mnt/bait`)).split("\n")).toEqual(["/srv/data", "/mnt/bait"]);
});

test("a machine's own updates leave no security update pending", async () => {
  // Nothing is started anew for it here, PostgreSQL above all: beside this, backups are tested.
  const found = await everywhere(stack, `
    apt-get update -qq
    NEEDRESTART_SUSPEND=1 unattended-upgrade
    apt-cache policy | grep -q 'l=Debian-Security' && echo known
    apt-get --simulate --quiet=2 dist-upgrade | grep '^Inst .*Debian-Security' || true`);
  expect(found).toEqual(onAll(stack, "known"));
}, 240_000);

test("nothing is setuid or setgid, and nothing that is executed or read by systemd is world-writable", async () => {
  const search = `find / -xdev -type f -perm /6000
    find /etc /usr /boot /root /opt /srv -xdev ! -type l -perm /o+w
    for place in $(echo "$PATH" | tr : ' '); do find -H "$place" -maxdepth 1 ! -type l -perm /o+w; done`;
  expect(await everywhere(stack, search)).toEqual(onAll(stack, ""));
  const bait = "/usr/local/bin/ringo-bait";
  expect((await ask("edge", `install -m 4757 /bin/true ${bait}; { ${search}; } | sort -u; rm ${bait}`)).split("\n")).toEqual([bait]);
}, 60_000);

test("of all users of a machine, only root and the cloud's agent reach the metadata", async () => {
  const everyUser = `python3 - <<'PYTHON'
import os, pwd, socket
children = {}
for user in pwd.getpwall():
    child = os.fork()
    if child == 0:
        os.setgroups([]); os.setgid(user.pw_gid); os.setuid(user.pw_uid)
        try:
            socket.create_connection(("169.254.169.254", 80), 2).close()
        except OSError:
            os._exit(1)
        os._exit(0)
    children[child] = user.pw_name
for _ in list(children):
    child, status = os.wait()
    if status == 0:
        print(children[child])
PYTHON`;
  expect(await everywhere(stack, `{ ${everyUser}
} | sort`)).toEqual(onAll(stack, "do-agent\nroot"));
}, 60_000);

test("each machine's firewall allows its resolver on port 53, and follows when the resolver changes", async () => {
  const set = "nft list set inet ringo resolvers4 | grep -o 'elements = .*'";
  expect(await everywhere(stack, set)).toEqual(onAll(stack, `elements = { ${internet} }`));
  const becomes = (list: string) => eventually(list, async () => (await ask("monitor", set)) === `elements = { ${list} }`, 20);
  try {
    await ask("monitor", "cp -p /etc/resolv.conf /run/former; echo 'nameserver 192.0.2.53' >> /etc/resolv.conf");
    await becomes(`192.0.2.53, ${internet}`);
  } finally {
    await ask("monitor", "mv /run/former /etc/resolv.conf");
  }
  await becomes(internet);
}, 60_000);

test("the kernel has the settings that the machine may change, and the file has those for the cloud's kernel", async () => {
  const [file] = kernel.files!;
  const declared = file!.content.trim().split("\n").map((line) => line.slice(1));
  const ours = declared.filter((line) => line.startsWith("net.ipv4."));
  const found = await everywhere(stack, `cat ${file!.path}; sysctl ${ours.map((line) => line.split(" ")[0]).join(" ")}`);
  // Containers are reached through their machine.
  const routed = (role: string): string[] => (["edge", "data"].includes(role) ? ours : ours.map((line) => (line === "net.ipv4.ip_forward = 0" ? routing.files![0]!.content.trim().slice(1) : line)));
  for (const { name, role } of stack.machines) expect([name, found[name]]).toEqual([name, [...declared.map((line) => `-${line}`), ...routed(role)].join("\n")]);
});

test("auditd's rules are the declared ones, and auditctl understands each", async () => {
  // In a container the kernel takes no rule from anybody, and says so only for one that auditctl could read.
  const found = await everywhere(stack, `cat /etc/audit/rules.d/50-ringo.rules
    { cat /etc/audit/rules.d/50-ringo.rules; echo '-a always,exit -F arch=b64 -S no_such_call -F key=none'; } | while read -r rule; do
      auditctl $rule 2>&1 | grep -E '^(Error sending add|Syscall)'
    done | sort | uniq -c | sed 's/^ *//'`);
  const said = [`${auditRules.length} Error sending add rule data request (Operation not permitted)`, "1 Syscall name unknown: no_such_call"];
  expect(found).toEqual(onAll(stack, [...auditRules, ...said].join("\n")));
});
