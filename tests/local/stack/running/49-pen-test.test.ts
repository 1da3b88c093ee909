import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { hostLink, internet, publicGateway } from "../../../../local/cloud/names";
import { binDir, inState, stackName } from "../../../../local/paths";
import { caCertificatePath } from "../../../../local/services";
import { s3Facts } from "../../../../local/services/s3";
import { policyPack } from "../../../../local/workspace";
import { inside } from "../alerts";
import { arrive, leave, stranger } from "../outside";
import { isRun, penTest, type Step } from "../pen-test";
import { run, type Finished, type Output } from "../support";

let stack: Output;
/** Whom the local stack's certificates are by, which an operator's machine would know. */
let authorities: string;

/** Ports that nmap lists, with their state. */
const listed = (text: string): string[] => [...text.matchAll(/^(\d+)\/(?:tcp|udp) +(open|closed)\b(?!\|)/gm)].map(([, port, state]) => `${port} ${state}`);
/** Addresses and ports of `ss -ltn`. */
const listening = (text: string): string[] => [...text.matchAll(/^LISTEN +\d+ +\d+ +(\S+)/gm)].map(([, address]) => address!);
const status = (code: number) => ({ stdout }: Finished) => expect(stdout).toBe(`${code}\n`);

/** What the page promises of a command, by how the command begins. The first that fits is asked. */
const promises: [begins: string, judge: (answer: Finished) => void][] = [
  ['nmap -Pn -p 1-1023,5432,6379,8000,9000-9999 "$ADDRESS"', ({ stdout }) => expect(listed(stdout)).toEqual(["80 open", "443 open"])],
  ["nmap -Pn -p 22,", ({ stdout }) => expect(listed(stdout)).toEqual(["22 open", "80 open", "443 open"])],
  ["nmap -Pn -sU", ({ stdout }) => {
    expect(stdout).toMatch(/All 50 scanned ports on .* are in ignored states|Not shown: 50 open\|filtered/);
    expect(listed(stdout)).toEqual([]);
  }],
  ["pulumi stack output -s production machines", ({ stdout }) => expect(stdout).toBe(`${stack.publicAddress}\n`)],
  ['curl -sI "http://$HOST/"', ({ stdout }) => {
    expect(stdout).toMatch(/^HTTP\/1\.1 301 /);
    expect(stdout).toMatch(/^location: https:\/\//mi);
  }],
  ["curl -skI", ({ code, stdout }) => expect([code === 0, stdout]).toEqual([false, ""])],
  ["curl -sI", ({ stdout }) => {
    for (const header of [/^strict-transport-security: max-age=/mi, /^x-content-type-options: nosniff\r$/mi, /^server: nginx\r$/mi]) expect(stdout).toMatch(header);
  }],
  ["curl -s -o /dev/null -w '%{http_code}\\n' \"https://$HOST/metrics\"", status(404)],
  ["curl -s -o /dev/null -w '%{http_code}\\n' \"https://$HOST/admin/\"", status(403)],
  ["curl -s -o /dev/null -w '%{http_code}\\n' \"https://$HOST/api/v1/orders/", status(403)],
  ["for i in $(seq 100)", ({ stdout }) => {
    const counts = new Map([...stdout.matchAll(/^ *(\d+) (\d{3})$/gm)].map(([, count, code]) => [code, Number(count)]));
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(counts.get("429")).toBeGreaterThan(0);
  }],
  ["ssh-audit", ({ stdout }) => {
    const [red, colour] = ["\u001b[0;31m", /\u001b\[[0-9;]*m/g];
    expect(stdout.replace(colour, "")).toMatch(/^\(key\) ssh-ed25519 /m);
    expect(stdout.split("\n").filter((line) => line.includes(red) || line.includes("[fail]"))).toEqual([]);
  }],
  ["ssh -o PreferredAuthentications=password", ({ code, stderr }) => expect([code, stderr]).toEqual([255, expect.stringContaining("Permission denied (publickey)")])],
  ["make ssh STACK=production HOST=api-0 CMD='ss -ltn'", ({ stdout }) => {
    const everywhere = listening(stdout).filter((address) => /^(0\.0\.0\.0|\[::\]|\*):/.test(address));
    expect([...new Set(everywhere.map((address) => address.replace(/.*:/, "")))]).toEqual(["22"]);
  }],
  ["make ssh STACK=production HOST=data CMD='ss -ltn'", ({ stdout }) => {
    const own = stack.machines.find(({ name }) => name === "data")!;
    const data = listening(stdout).filter((address) => /:(5432|6379)$/.test(address));
    expect(data).toEqual(expect.arrayContaining([`${own.privateAddress}:5432`, `${own.privateAddress}:6379`]));
    expect(data.filter((address) => !address.startsWith(`${own.privateAddress}:`) && !/^(127\.\d+\.\d+\.\d+|\[::1\]):/.test(address))).toEqual([]);
  }],
  ["make ssh STACK=production HOST=api-0 CMD='docker inspect", ({ stdout }) => expect(stdout).toBe("true 10001:33 [ALL]\n")],
  ["pulumi policy analyze", ({ stdout, stderr }) => {
    // The command fails for these; nothing else is wrong.
    expect(stderr.trim()).toBe("error: one or more mandatory policy violations were found");
    expect([...new Set(stdout.trim().split("\n").map((line) => line.split(" ")[0]))]).toEqual(["stateful-protected"]);
  }],
  ["pulumi stack output -s production backups", ({ stdout }) => {
    const answers = stdout.trim().split(/\n(?=<\?xml)/);
    expect(answers.length).toBeGreaterThan(1);
    for (const answer of answers) expect(answer).toContain("<Code>AccessDenied</Code>");
  }],
];

const steps = penTest().filter(isRun);
const promiseOf = ({ command }: Step) => promises.find(([begins]) => command.startsWith(begins));

beforeAll(async () => {
  ({ stack } = await arrive());
  authorities = path.join(fs.mkdtempSync(path.join(tmpdir(), "ringo-pen-test-")), "authorities.pem");
  fs.writeFileSync(authorities, [stack.caCertificate, caCertificatePath()].map((file) => fs.readFileSync(file, "utf8")).join("\n"));
}, 60_000);
afterAll(async () => {
  await leave();
  fs.rmSync(path.dirname(authorities), { recursive: true });
  // Should one of these have been taken for somebody who guesses.
  await inside("edge", "fail2ban-client unban --all");
});

test("exactly the commands that the page declares as run are run", () => {
  const used = steps.map(promiseOf);
  expect(steps.filter((_, i) => used[i] === undefined).map(({ command }) => command)).toEqual([]);
  expect(promises.filter((promise) => !used.includes(promise)).map(([begins]) => begins)).toEqual([]);
});

test.each(steps.map((step) => [step.stranger ? `as a stranger: ${step.command}` : step.command, step] as const))("%s", async (_name, step) => {
  promiseOf(step)![1](await perform(step));
}, 120_000);

/** The command as it stands on the page, but for where the stack is and that it has no name here. */
async function perform({ command, stranger: asStranger }: Step): Promise<Finished> {
  const here = command.replaceAll(" STACK=production", "").replaceAll("-s production", `-s ${stackName}`)
    .replaceAll(/\bpulumi /g, `pulumi -C ${inState("workspace")} `).replaceAll("--policy-pack policies", `--policy-pack ${policyPack}`);
  const env = {
    HOST: new URL(stack.apiUrl).hostname, ADDRESS: stack.publicAddress, S3: s3Facts.endpoint, PATH: `${binDir}:${process.env.PATH}`, CURL_CA_BUNDLE: authorities,
    PULUMI_BACKEND_URL: `file://${inState("pulumi")}`, PULUMI_HOME: inState("pulumi", "home"), PULUMI_CONFIG_PASSPHRASE_FILE: inState("secrets", "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const route = ["route", "replace", `${stack.publicAddress}/32`, "via", publicGateway, "dev", hostLink, "src", asStranger ? stranger() : internet];
  await run("ip", route);
  try {
    return await run("bash", ["-c", here], { env });
  } finally {
    await run("ip", ["route", "delete", `${stack.publicAddress}/32`]);
  }
}
