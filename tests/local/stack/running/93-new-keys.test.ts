import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inState, projectDir } from "../../../../local/paths";
import { load } from "../../../../local/cloud/state";
import { towardsMedia } from "../inside";
import { login, order, trading, upload } from "../session";
import { configure } from "../settings";
import { eventually, make, on, output, request, run, type Finished, type Output } from "../support";

const former = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-former-"));
afterAll(() => fs.rmSync(former, { recursive: true }));

let stack: Output;
beforeAll(async () => void (stack = await output()));

test("the keys to the shared files are rotated while orders come in, and the former ones are invalid", async () => {
  const user = await login(stack);
  const before = await upload(stack, user, "from before");
  /** What the data machine says to who comes with a key: "/media", where it lets him in. */
  const opens = (host: string, account: string, key?: string) =>
    towardsMedia(host, `echo "ls -1 /media/.." | sftp $options -b - ${account}@${stack.machines.find(({ name }) => name === "data")!.privateAddress}`, key);
  const accounts = { "api-0": "ringo-media", edge: "ringo-media-reader" };
  for (const [host, account] of Object.entries(accounts)) {
    await on(host, "install -m 600 /etc/ringo/media/key /run/former-key");
    expect((await opens(host, account, "/run/former-key")).stdout).toMatch(/media$/m);
  }

  let rotated: Finished;
  const answers = await trading(stack, user, async () => void (rotated = await make("rotate-media-keys")));
  expect([rotated!.code, rotated!.stderr]).toEqual([0, expect.stringContaining("mediaKeyGeneration is ")]);
  expect(answers.length).toBeGreaterThan(20);
  expect([...new Set(answers)].sort()).toEqual(["GET 200", "POST 201"]);

  for (const [host, account] of Object.entries(accounts)) {
    expect((await opens(host, account, "/run/former-key")).stdout).toContain("Permission denied (publickey)");
    expect((await opens(host, account)).stdout).toMatch(/media$/m);
    await on(host, "rm /run/former-key");
  }
  const after = await upload(stack, user, "from after");
  for (const [path, content] of [[before, "from before"], [after, "from after"]]) {
    expect((await eventually("the file at the edge", async () => request(stack, "GET", path!).then((file) => (file.status === 200 ? file : undefined)), 10)).body).toBe(content);
    for (const [host, container] of [["api-0", "ringo-api"], ["api-1", "ringo-api"], ["worker-0", "ringo-worker"]]) {
      expect(await on(host!, `docker exec ${container} cat /app${path}`)).toBe(content);
    }
  }
}, 300_000);

test("the deployer key is rotated, and no machine accepts the former one", async () => {
  const { machines } = stack;
  const config = (name: string): string => path.join(former, name);
  const lines = fs.readFileSync(inState("ssh", "config"), "utf8").replace(inState("ssh", "deployer"), config("deployer"));
  fs.copyFileSync(inState("ssh", "deployer"), config("deployer"));
  fs.writeFileSync(config("alone"), lines);
  // As far as the others, by a key that the edge takes: they refuse the former by themselves.
  fs.writeFileSync(config("past-the-edge"), lines.replace("Host edge\n", `Host edge\n  IdentityFile ${inState("ssh", "deployer")}\n`));
  const opens = async (by: string, name: string): Promise<boolean> => (await run("ssh", ["-F", config(by), "-o", "BatchMode=yes", name, "true"])).code === 0;
  expect(await opens("alone", "edge")).toBe(true);

  const rotated = await make("rotate-deployer-key");
  expect([rotated.code, rotated.stderr]).toEqual([0, expect.stringContaining("deployerKeyGeneration is ")]);
  // No machine is made anew for it, though each was made with the former key.
  expect(rotated.stderr).not.toContain("-droplet");
  expect(await opens("alone", "edge")).toBe(false);
  expect(await opens("past-the-edge", "edge")).toBe(true);
  for (const { name } of machines.filter(({ role }) => role !== "edge")) {
    expect([name, (await on(name, "grep -c . /root/.ssh/authorized_keys")).trim()]).toEqual([name, "2"]);
    expect([name, await opens("past-the-edge", name)]).toEqual([name, false]);
  }
}, 300_000);

test("the stack's file with the former generation, or one too many, is refused by preview and update, with the fix, before anything is changed", async () => {
  const inForce = Number(/deployerKeyGeneration: (\d+)/.exec(fs.readFileSync(path.join(projectDir, "Pulumi.local.yaml"), "utf8"))![1]);
  const refused: [number, string, number][] = [[1, `is lower than ${inForce}`, inForce], [inForce + 2, `leaves out ${inForce + 1}`, inForce + 1]];
  try {
    for (const [number, reason, meant] of refused) {
      configure({ deployerKeyGeneration: number });
      const fix = new RegExp(`deployerKeyGeneration = ${number}: ${reason}[^]*to fix: pulumi config set --stack local deployerKeyGeneration ${meant}\n`);
      const previewed = await make("preview");
      expect([previewed.code, previewed.stderr]).toEqual([2, expect.stringMatching(fix)]);
      const updated = await make("up");
      expect([updated.code, updated.stderr]).toEqual([2, expect.stringMatching(fix)]);
      expect(updated.stderr).toContain("Nothing was changed.");
    }
  } finally {
    configure({ deployerKeyGeneration: inForce });
  }
}, 180_000);

test("the edge is replaced, with another host key and the same address, and the former machine is gone", async () => {
  const hostKey = (): string => /^edge (.*)$/m.exec(fs.readFileSync(inState("ssh", "known_hosts"), "utf8"))![1]!;
  const edges = (): number[] => Object.values(load().droplets).filter(({ name }) => name === "ringo-local-edge").map(({ id }) => id);
  const [formerKey, [formerEdge]] = [hostKey(), edges()];

  const renewed = await make("renew", { HOST: "edge", YES: "1" });
  expect([renewed.code, renewed.stderr]).toEqual([0, expect.stringContaining("machineGenerations.edge is 2")]);
  const shown = await run("ssh-keyscan", ["-t", "ed25519", stack.publicAddress]);
  expect(shown.stdout).toContain(hostKey());
  expect(shown.stdout).not.toContain(formerKey);
  expect(edges()).toHaveLength(1);
  expect(edges()).not.toContain(formerEdge);

  const user = await login(stack);
  expect(await order(stack, user, "through the new edge")).toMatchObject({ status: "processed" });
  for (const { name } of stack.machines) expect([name, (await on(name, "hostname")).trim()]).toEqual([name, name]);
}, 300_000);
