import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ruleset } from "../../../machine/base/nftables";
import { rulesDirectory } from "../../../machine/nft";

const program = join(__dirname, "../../../machine/base/resolvers.py");
let folder: string;
beforeEach(() => { folder = mkdtempSync("/dev/shm/ringo-resolvers-"); });
afterEach(() => rmSync(folder, { recursive: true }));

const place = (name: string, content: string) => writeFileSync(join(folder, name), content);
const stub = "# This is systemd-resolved's own.\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n";

/** What the firewall lets out to when a script has run in an empty network with its rules; users of the rules are ones that every system has. */
function sets(script: string): Record<string, string[]> {
  place("rules.nft", ruleset({ services: [] }).replaceAll(rulesDirectory, folder).replaceAll(/"(_apt|systemd-timesync|do-agent)"/g, '"daemon"'));
  const done = spawnSync("unshare", ["--map-root-user", "--net", "sh", "-e"], {
    cwd: folder, encoding: "utf8", env: { ...process.env, PATH: `/usr/sbin:${process.env.PATH}` },
    input: `files="${folder}/elements-resolvers.nft own upstream"
program() { python3 -IB ${program} "$@" $files; }
${script}
nft --json list sets inet`,
  });
  if (done.status !== 0) throw new Error(done.stderr + done.stdout);
  const { nftables } = JSON.parse(done.stdout) as { nftables: { set?: { name: string; elem?: string[] } }[] };
  return Object.fromEntries(nftables.flatMap(({ set }) => (set ? [[set.name, set.elem ?? []]] : [])));
}

describe("the firewall's resolvers, loaded by nft", () => {
  test("are those of the machine, from whichever file, and stay when the rules are reloaded", () => {
    place("own", "nameserver 67.207.67.3\nnameserver 67.207.67.2\n");
    expect(sets("nft -f rules.nft; program rules.nft; nft -f rules.nft")).toEqual({ resolvers4: ["67.207.67.2", "67.207.67.3"], resolvers6: [] });
    place("own", stub);
    place("upstream", "nameserver 67.207.67.2\nnameserver 2001:db8::53\nnameserver fe80::1%eth0\n");
    expect(sets("program rules.nft")).toEqual({ resolvers4: ["67.207.67.2"], resolvers6: ["2001:db8::53", "fe80::1"] });
  });

  test("follow the machine's", () => {
    place("own", "nameserver 67.207.67.2\n");
    expect(sets("program rules.nft; echo 'nameserver 10.0.0.2' > own; program rules.nft")).toEqual({ resolvers4: ["10.0.0.2"], resolvers6: [] });
  });

  test.each([["there is no file", "rm own"], ["it names nobody else whom one could read", "mv next own"]])("stay as they were if %s", (_, change) => {
    place("own", "nameserver 67.207.67.2\n");
    place("next", `${stub}nameserver resolver\nnameserver 10.0.0\nnameserver 10.0.0.1,10.0.0.2\nnameserver ::\n`);
    expect(sets(`program rules.nft; ${change}; program rules.nft; nft -f rules.nft; program --known`)).toEqual({ resolvers4: ["67.207.67.2"], resolvers6: [] });
  });

  test("are empty before the machine knows any: an apply without any says so, and the rules are in force all the same", () => {
    place("own", stub);
    expect(sets("! program --known; nft -f rules.nft; ! program rules.nft 2> said")).toEqual({ resolvers4: [], resolvers6: [] });
    expect(readFileSync(join(folder, "said"), "utf8")).toMatch(/^no resolver but this machine itself is named in own or upstream/);
    expect(existsSync(join(folder, "elements-resolvers.nft"))).toBe(false);
  });
});

test("an apply updates the firewall only with changes", () => {
  place("own", "nameserver 67.207.67.2\n");
  const known = "if program --known; then echo known; else echo unknown; fi >> said";
  sets(`${known}; program rules.nft; ${known}; echo 'nameserver 67.207.67.3' > own; ${known}`);
  expect(readFileSync(join(folder, "said"), "utf8")).toBe("unknown\nknown\nunknown\n");
});
