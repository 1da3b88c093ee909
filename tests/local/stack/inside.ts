/** The machines from within, and the links between them, for tests that are an attacker or look for what one could use. */
import { listMachines } from "../../../local/cloud";
import { dropletNamespace } from "../../../local/cloud/names";
import { on, run, ssh, type Finished, type Machine, type Output } from "./support";

/** What a command on a machine prints, without the last line's end. */
export const ask = async (host: string, command: string, input?: string): Promise<string> => (await on(host, command, input)).trim();

/** Firewalls go by who asks. */
export const user = (name: string): string => `runuser -u ${name} --`;
/** A command that fails where no connection is let through. @param as who asks: what stands before a command to have it run so */
export const knock = (as: string, address: string | undefined, port: number): string => `${as} timeout 2 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null`;

/** `user port` for each of these users of a machine, and each port of an address, where a connection is let through; sorted. */
export async function letThrough(host: string, users: string[], address: string, ports: number[]): Promise<string[]> {
  const tries = users.flatMap((name) => ports.map((port) => `(${knock(user(name), address, port)} && echo ${name} ${port}) &`));
  return (await ask(host, `${tries.join("\n")}\nwait`)).split("\n").sort();
}

/** The same on every machine at once, by its name. */
export const everywhere = async (stack: Output, command: string): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(stack.machines.map(async ({ name }) => [name, await ask(name, command)] as const)));

/** What `everywhere` gives where all machines answer the same. */
export const onAll = <T>(stack: Output, answer: T): Record<string, T> => Object.fromEntries(stack.machines.map(({ name }) => [name, answer]));

/**
 * A command on a machine, run as whoever mounts the shared files there: the firewall lets him out to them. `$options` in it is how an
 * SSH client comes to them.
 * @param key a file of root's @default the machine's own key
 */
export const towardsMedia = (host: string, command: string, key = "/etc/ringo/media/key"): Promise<Finished> =>
  ssh(host, `systemd-run --quiet --pipe --wait --collect --uid=ringo-media -p LoadCredential=key:${key} -p LoadCredential=hosts:/etc/ringo/media/known_hosts \
    sh -c 'options="-F /dev/null -i $CREDENTIALS_DIRECTORY/key -o UserKnownHostsFile=$CREDENTIALS_DIRECTORY/hosts -o BatchMode=yes -o ConnectTimeout=5"; ${command}' 2>&1`);

/** The network namespace in which a machine's own links end. */
export const namespaceOf = (machine: Machine): string => dropletNamespace(listMachines().find(({ privateAddress }) => privateAddress === machine.privateAddress)!.id);

/** A program of this host in a network namespace: the machine's firewall sees it as the machine's root. */
export const runIn = (namespace: string, command: string, args: string[]): Promise<Finished> => run("nsenter", [`--net=/run/netns/${namespace}`, command, ...args]);

/**
 * The ports, of all there are, that each address answers on, with what it says: `22 open`, or `8000 closed` where a
 * firewall lets through and nobody listens. By UDP an answer is what a program says to nmap's questions, or the machine of a
 * port on which none listens: who listens and says nothing looks as if he was not there. Packets are put onto the link itself, so no firewall of the sender's own has
 * a say: somebody who is root there has none.
 * @param options.protocol @default "tcp"
 * @param options.namespace where the packets come from @default this host's: the internet
 * @param options.from their source, one of this host's addresses
 * @param options.rate packets a second, at least @default 100000
 */
export async function answering(
  addresses: string[], options: { protocol?: "tcp" | "udp"; namespace?: string; from?: string; ports?: string; rate?: number } = {},
): Promise<Record<string, string[]>> {
  const { protocol = "tcp", namespace, from, ports = "1-65535", rate = 100_000 } = options;
  const [scan, silent] = protocol === "tcp" ? ["-sS", "filtered"] : ["-sU", "open\\|filtered"];
  const source = from === undefined ? [] : ["-S", from, "-e", "ringo-host"];
  const args = ["-n", "-Pn", scan, "--send-eth", "-p", ports, "-T5", "--min-rate", String(rate), "--max-retries", "1", "-oG", "-", ...source, ...addresses];
  const { code, stdout, stderr } = await (namespace === undefined ? run("nmap", args) : runIn(namespace, "nmap", args));
  // A port that is not listed is of the state that is ignored.
  const found = Object.fromEntries([...stdout.matchAll(/^Host: (\S+) .*Ports: ([^\t\n]*)/gm)].map(([, address, list]) =>
    [address!, [...list!.matchAll(/(\d+)\/(open|closed)\//g)].map(([, port, state]) => `${port} ${state}`)]));
  if (code !== 0 || new RegExp(`Ignored State: (?!${silent})`).test(stdout) || addresses.some((address) => !(address in found))) {
    throw new Error(`nmap ${args.join(" ")}\nexit ${code}\n${stdout}${stderr}`);
  }
  return found;
}

/**
 * What answers, by a scan that found what must answer. At full speed answers are lost when the host is busy, and a scan that
 * has lost those may have lost others: it is done again, more slowly each time.
 */
export async function answeringOn(expected: Record<string, string[]>, options: Parameters<typeof answering>[1]): Promise<Record<string, string[]>> {
  let found = await answering(Object.keys(expected), options);
  for (const rate of [30_000, 10_000]) {
    const lost = Object.entries(expected).flatMap(([address, ports]) => ports.filter((port) => !found[address]!.includes(port)).map((port) => `${address} ${port}`));
    if (lost.length === 0) break;
    process.stdout.write(`scanned again with ${rate} packets a second: there was no answer from ${lost.join(", ")}\n`);
    found = await answering(Object.keys(expected), { ...options, rate });
  }
  return found;
}
