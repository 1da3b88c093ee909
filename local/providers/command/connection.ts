import * as net from "node:net";
import type { Duplex } from "node:stream";
import { Client, utils, type AuthenticationType, type ConnectConfig, type ParsedKey, type ServerHostKeyAlgorithm } from "ssh2";
import type { Context } from "../resource";
import { retry } from "./retry";

/** Where and as whom to connect; only `host` is required, and the schema fills in the defaults. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  /** How many dials may fail before the command does; -1 for any number. Through a proxy they are dials to the machine's port. */
  dialErrorLimit: number;
  /** Seconds for TCP to connect; 0 for no limit. Through a proxy there is none. */
  perDialTimeout: number;
  /** One line of `authorized_keys`. Without it any host key is accepted. */
  hostKey?: string;
}

export interface Connection extends Endpoint {
  /** The jump host. */
  proxy?: Endpoint;
}

/**
 * Connects, through the proxy if there is one, runs `work`, and closes the connection whatever happens, also when the
 * engine cancels.
 */
export async function connected<T>(connection: Connection, context: Context, work: (client: Client) => Promise<T>): Promise<T> {
  const open: Client[] = [];
  const close = () => open.splice(0).reverse().forEach((client) => client.destroy());
  context.signal.addEventListener("abort", close, { once: true });
  try {
    const client = await dial(connection, context, open);
    return await Promise.race([work(client), lost(client), cancelled(context.signal)]);
  } finally {
    context.signal.removeEventListener("abort", close);
    close();
  }
}

async function dial(connection: Connection, context: Context, open: Client[]): Promise<Client> {
  const { proxy } = connection;
  // Keys are read before the first dial: one that cannot be read would fail every one of them.
  const config = clientConfig(connection);
  if (!proxy) return retry("Dial", connection.dialErrorLimit, context, () => attempt(config, overTcp(connection), open));
  try {
    const proxyConfig = clientConfig(proxy);
    const jump = await retry("Dial proxy", proxy.dialErrorLimit, context, () => attempt(proxyConfig, overTcp(proxy), open));
    const stream = await retry("Dial from proxy", connection.dialErrorLimit, context, () => forward(jump, connection));
    // As in the official provider, on the same stream: a failed handshake has closed it, so retries are in vain.
    return await retry("Dial", connection.dialErrorLimit, context, () => attempt(config, stream, open));
  } catch (error) {
    throw new Error(`proxy: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * As in Go, TCP keep-alives are sent every 15 seconds. Neither the official provider nor this one sends anything
 * else by itself, so behind a bastion nothing is sent to a machine while its command runs.
 */
function overTcp({ host, port, perDialTimeout }: Endpoint): net.Socket {
  const socket = net.connect({ host, port, keepAlive: true, keepAliveInitialDelay: 15_000 });
  const timer = perDialTimeout > 0 ? setTimeout(() => socket.destroy(new Error(`dial tcp ${host}:${port}: i/o timeout`)), perDialTimeout * 1000) : undefined;
  return socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
}

/** One attempt to shake hands and authenticate, without a timeout. The client is in `open` as long as it is connected. */
async function attempt(config: ConnectConfig, sock: Duplex, open: Client[]): Promise<Client> {
  if (!sock.writable) throw new Error("handshake failed: EOF");
  const client = new Client();
  open.push(client);
  client.on("close", () => {
    const at = open.indexOf(client);
    if (at >= 0) open.splice(at, 1);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.once("error", reject);
      client.once("close", () => reject(new Error("connection closed before it was ready")));
      client.connect({ ...config, sock });
    });
  } catch (error) {
    client.destroy();
    sock.destroy();
    throw error;
  }
  // From now on an error also closes the connection, which `lost` reports.
  client.on("error", () => undefined);
  return client;
}

/** @throws for a key that cannot be read */
function clientConfig(endpoint: Endpoint): ConnectConfig {
  if (endpoint.privateKey !== undefined) readKey("private key", endpoint.privateKey, endpoint.privateKeyPassword);
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  const methods: [AuthenticationType, unknown][] = [
    ["publickey", endpoint.privateKey], ["password", endpoint.password],
    ["keyboard-interactive", endpoint.password], ["agent", agent],
  ];
  return {
    host: endpoint.host,
    port: endpoint.port,
    username: endpoint.user,
    authHandler: methods.filter(([, means]) => means !== undefined).map(([method]) => method),
    ...(endpoint.privateKey === undefined ? {} : { privateKey: endpoint.privateKey }),
    ...(endpoint.privateKeyPassword === undefined ? {} : { passphrase: endpoint.privateKeyPassword }),
    ...(endpoint.password === undefined ? {} : { password: endpoint.password, tryKeyboard: true }),
    ...(agent === undefined ? {} : { agent }),
    ...hostKeyCheck(endpoint.hostKey),
    readyTimeout: 0,
  };
}

/** Requests a key of the expected type, and accepts only the expected key. */
function hostKeyCheck(hostKey: string | undefined): Partial<ConnectConfig> {
  if (hostKey === undefined) return {};
  const expected = readKey("host key", hostKey);
  const algorithms = expected.type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [expected.type];
  return {
    algorithms: { serverHostKey: algorithms as ServerHostKeyAlgorithm[] },
    hostVerifier: (presented: Buffer) => presented.equals(expected.getPublicSSH()),
  };
}

function readKey(what: string, text: string, password?: string): ParsedKey {
  const parsed = utils.parseKey(text, password);
  if (parsed instanceof Error) throw new Error(`failed to parse ${what}: ${parsed.message}`, { cause: parsed });
  return Array.isArray(parsed) ? parsed[0]! : parsed;
}

const forward = (jump: Client, to: Endpoint): Promise<Duplex> =>
  new Promise((resolve, reject) => jump.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) => (error ? reject(error) : resolve(channel))));

const lost = (client: Client): Promise<never> =>
  new Promise((_, reject) => client.once("close", () => reject(new Error("the connection was lost"))));

const cancelled = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
