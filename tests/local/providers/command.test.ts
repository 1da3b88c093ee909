import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { Server } from "ssh2";
import { command } from "../../../local/providers/command";
import { UNKNOWN } from "../../../local/providers/resource";
import { Secret, SIGNATURE } from "../../../local/providers/wire";
import { Severity, TestEngine, urn } from "./client";
import { freePort, Sshd } from "./sshd";

const remote = "command:remote:Command";
const local = "command:local:Command";
const copyToRemote = "command:remote:CopyToRemote";

let engine: TestEngine;
let server: Sshd;
let proxy: Sshd;
beforeAll(async () => {
  [engine, server, proxy] = await Promise.all([TestEngine.start(command), Sshd.start(["AcceptEnv RINGO_*"]), Sshd.start()]);
});
afterAll(async () => {
  server?.stop();
  proxy?.stop();
  await engine?.stop();
});

const said = () => engine.lines.splice(0).map((line) => line.message);

test("runs the command with its standard input and returns both streams, line by line in the log", async () => {
  said();
  const { id, plain } = await engine.create(remote, {
    connection: server.connection(), create: "cat; echo two; echo oops >&2; printf 'last ж'", stdin: "one\n",
  });
  expect(id).toMatch(/^name[0-9a-f]{8}$/);
  expect(plain).toMatchObject({ stdout: "one\ntwo\nlast ж", stderr: "oops" });
  expect(engine.lines.every((line) => line.ephemeral && line.urn === urn(remote) && line.severity === Severity.INFO)).toBe(true);
  const lines = said();
  expect(lines.filter((line) => line !== "oops")).toEqual(["one", "two", "last ж"]);
  expect(lines).toContain("oops");
});

test.each([["none", []], ["stderr", ["err"]], ["stdout", ["out"]]])("with logging %s shows %j", async (logging, shown) => {
  said();
  await engine.create(remote, { connection: server.connection(), create: "echo out; echo err >&2", logging });
  expect(said()).toEqual(shown);
});

test("a failed command reports its status, its command line and all output", async () => {
  await expect(engine.create(remote, { connection: server.connection(), create: "echo why; exit 3", logging: "none" }))
    .rejects.toThrow('Process exited with status 3: running "echo why; exit 3":\nwhy\n');
});

test("the result of a command that exits at once is not lost", async () => {
  const prompt = new Server({ hostKeys: [server.hostKey.private] }, (client) => void client
    .on("authentication", (context) => context.accept())
    .on("session", (accept) => void accept().on("exec", (start) => {
      const channel = start();
      channel.write("all at once");
      channel.exit(0);
      channel.end();
    }))
    .on("error", () => undefined));
  await new Promise<void>((listening) => void prompt.listen(0, "127.0.0.1", listening));
  try {
    const connection = server.connection({ port: (prompt.address() as net.AddressInfo).port });
    expect((await engine.create(remote, { connection, create: "true" })).plain.stdout).toBe("all at once");
  } finally {
    prompt.close();
  }
});

test("the whole connection is secret in inputs and state, and has its defaults", async () => {
  const { inputs, failures } = await engine.check(remote, { connection: { host: "h", proxy: { host: "p" } }, create: "true" });
  expect(failures).toEqual([]);
  expect(inputs.connection).toBeInstanceOf(Secret);
  const { port, user, dialErrorLimit, perDialTimeout, proxy: jump } = inputs.connection.value;
  expect({ port, user, dialErrorLimit, perDialTimeout }).toEqual({ port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 });
  expect(jump).toMatchObject({ host: "p", port: 22, user: "root" });
  const { outputs } = await engine.create(remote, { connection: server.connection(), create: "true" });
  expect(outputs.connection).toBeInstanceOf(Secret);
});

test("an unknown field of a connection is refused without its value", async () => {
  const { failures } = await engine.check(remote, { connection: { host: "h", private_key: "-----BEGIN" }, create: "true" });
  expect(failures).toEqual([{ property: "connection.private_key", reason: expect.stringContaining('did you mean "privateKey"?') }]);
  expect(JSON.stringify(failures)).not.toContain("BEGIN");
});

test("another host key is refused", async () => {
  await expect(engine.create(remote, { connection: server.connection({ hostKey: proxy.hostKey.public }), create: "true" }))
    .rejects.toThrow(/after 0 failed attempts: .*host/i);
});

test("connects through a proxy, and checks the keys of both", async () => {
  const connection = (hostKey: string) => server.connection({ proxy: proxy.connection({ hostKey }) });
  const { plain } = await engine.create(remote, { connection: connection(proxy.hostKey.public), create: "echo through" });
  expect(plain.stdout).toBe("through");
  await expect(engine.create(remote, { connection: connection(server.hostKey.public), create: "true" })).rejects.toThrow(/^proxy: /);
  await expect(engine.create(remote, {
    connection: server.connection({ hostKey: proxy.hostKey.public, proxy: proxy.connection() }), create: "true",
  })).rejects.toThrow(/^proxy: after 0 failed attempts: /);
});

test("a failed handshake behind a proxy is not retried on another connection, as with the official plugin", async () => {
  const target = server.connection() as { port: number };
  let asked = 0;
  const flaky = net.createServer((socket) => {
    if (asked++ === 0) return void socket.destroy();
    const through = net.connect(target.port, "127.0.0.1").on("error", () => socket.destroy());
    socket.on("error", () => through.destroy()).pipe(through).pipe(socket);
  });
  await new Promise<void>((done) => flaky.listen(0, "127.0.0.1", done));
  const { port } = flaky.address() as net.AddressInfo;
  try {
    said();
    await expect(engine.create(remote, { connection: server.connection({ port, dialErrorLimit: 2, proxy: proxy.connection() }), create: "true" }))
      .rejects.toThrow(/^proxy: after 2 failed attempts: .*EOF/);
    expect(said()).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
    expect(asked).toBe(1);
    // Without a proxy each dial is a connection of its own.
    asked = 0;
    expect((await engine.create(remote, { connection: server.connection({ port, dialErrorLimit: 2 }), create: "echo in" })).plain.stdout).toBe("in");
    expect(asked).toBe(2);
  } finally {
    flaky.close();
  }
});

test("a connection that nobody accepts times out; a handshake has no timeout", async () => {
  const silent = net.createServer(() => undefined);
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const { port } = silent.address() as net.AddressInfo;
  const own = await TestEngine.start(command);
  try {
    let ended = false;
    const dialling = own.create(remote, { connection: server.connection({ port, perDialTimeout: 1 }), create: "true" }).finally(() => (ended = true)).catch(String);
    await new Promise((done) => setTimeout(done, 1500));
    expect(ended).toBe(false);
    await own.cancel();
    expect(await dialling).toContain("cancelled");
  } finally {
    await own.stop();
    silent.close();
  }
  // An address of no network (RFC 5737) that answers nothing, or is refused at once where there is no way out.
  await expect(engine.create(remote, { connection: server.connection({ host: "192.0.2.1", perDialTimeout: 1 }), create: "true" }))
    .rejects.toThrow(/^after 0 failed attempts: .*(timeout|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED)/);
});

test("redials as often as configured, then reports how often", async () => {
  said();
  const port = await freePort();
  await expect(engine.create(remote, { connection: server.connection({ port, dialErrorLimit: 2 }), create: "true" }))
    .rejects.toThrow(/^after 2 failed attempts: .*ECONNREFUSED/);
  expect(said()).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
});

test("sets the environment if the server accepts it, and fails otherwise", async () => {
  const inputs = (environment: object) => ({ connection: server.connection(), create: "echo $RINGO_A", environment });
  expect((await engine.create(remote, inputs({ RINGO_A: "x y" }))).plain.stdout).toBe("x y");
  await expect(engine.create(remote, inputs({ OTHER: "x" }))).rejects.toThrow('could not set environment variable "OTHER"');
});

test("runs update, or create again if there is none; delete at the end; with the previous output as variables", async () => {
  const file = path.join(server.directory, "log");
  const connection = server.connection();
  const state = { connection, create: `echo create >> ${file}; echo made`, stdout: "made", stderr: "" };
  await engine.update(remote, "id", state, { connection, create: `echo again >> ${file}` });
  await engine.update(remote, "id", state, { connection, create: "false", update: `echo update >> ${file}` });
  await engine.delete(remote, "id", { ...state, delete: `echo delete >> ${file}` });
  expect(fs.readFileSync(file, "utf8")).toBe("again\nupdate\ndelete\n");
  const { plain } = await engine.update(local, "id", { create: "true", stdout: "made" }, { create: "echo after $PULUMI_COMMAND_STDOUT" });
  expect(plain.stdout).toBe("after made");
  const alone = { create: "echo after $PULUMI_COMMAND_STDOUT", addPreviousOutputInEnv: false };
  expect((await engine.update(local, "id", { create: "true", stdout: "made" }, alone)).plain.stdout).toBe("after");
});

test("a preview of an update leaves the output unknown if an input changed or is unknown, like the official plugin", async () => {
  const olds = { create: "a", stdin: "x", stdout: "old", stderr: "" };
  const shown = async (news: object) => (await engine.update(local, "id", olds, news, true)).plain.stdout;
  expect(await shown({ create: "b", stdin: "x" })).toBe(UNKNOWN);
  expect(await shown({ create: "a" })).toBe(UNKNOWN);
  expect(await shown({ create: "a", stdin: UNKNOWN })).toBe(UNKNOWN);
  expect(await shown({ create: "a", stdin: "x", environment: UNKNOWN })).toBe(UNKNOWN);
  // An input that was not there before is none that changed, whatever is in it.
  expect(await shown({ create: "a", stdin: "x", environment: { A: UNKNOWN } })).toBe("old");
  expect(await shown({ create: "a", stdin: "x", delete: "true" })).toBe("old");
});

test("a preview promises no files", async () => {
  expect((await engine.create(local, { create: "true" }, true)).plain).toEqual({ create: "true", stdout: UNKNOWN, stderr: UNKNOWN });
});

test.each([
  ["hostKey", "host key"], ["privateKey", "private key"],
])("an unreadable %s fails at once, also the proxy's: redialling would not help", async (property, name) => {
  for (const connection of [server.connection({ [property]: "x", dialErrorLimit: 60 }), server.connection({ proxy: proxy.connection({ [property]: "x", dialErrorLimit: 60 }) })]) {
    said();
    await expect(engine.create(remote, { connection, create: "true" })).rejects.toThrow(new RegExp(`^(proxy: )?failed to parse ${name}: `));
    expect(said()).toEqual([]);
  }
});

test("a change updates, triggers replace, and a preview of either leaves the output unknown", async () => {
  expect(await engine.diff(remote, { create: "a" }, { create: "b" })).toMatchObject({ changed: true, replaces: [] });
  expect(await engine.diff(remote, { triggers: ["1", "2"] }, { triggers: ["1", "3"] }))
    .toMatchObject({ replaces: ["triggers"], detailed: { "triggers[1]": "UPDATE_REPLACE" } });
  expect((await engine.create(local, { create: "false" }, true)).plain.stdout).toBe(UNKNOWN);
  expect((await engine.update(local, "id", { create: "a", stdout: "old" }, { create: "false" }, true)).plain.stdout).toBe(UNKNOWN);
});

test("cancelling stops a running command, and one that is still dialling", async () => {
  const own = await TestEngine.start(command);
  try {
    const marker = path.join(server.directory, "running");
    const running = own.create(remote, { connection: server.connection(), create: `touch ${marker}; sleep 60` });
    const dialling = own.create(remote, { connection: server.connection({ port: await freePort(), dialErrorLimit: -1 }), create: "true" });
    const ends = Promise.allSettled([running, dialling]);
    while (!fs.existsSync(marker)) await new Promise((done) => setTimeout(done, 20));
    await own.cancel();
    expect((await ends).map((end) => end.status === "rejected" && (end.reason as Error).message)).toEqual(["cancelled", "cancelled"]);
  } finally {
    await own.stop();
  }
});

const asset = (content: object) => ({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash: JSON.stringify(content), ...content });
const archive = (content: object) => ({ [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: JSON.stringify(content), ...content });

test("copies text, a file, and a directory with or without its own name", async () => {
  const connection = server.connection();
  const from = path.join(server.directory, "from");
  const to = path.join(server.directory, "to");
  fs.mkdirSync(path.join(from, "deep"), { recursive: true });
  fs.writeFileSync(path.join(from, "deep", "file"), "content");
  const copy = (source: object, remotePath: string) => engine.create(copyToRemote, { connection, source, remotePath });
  await copy(asset({ text: "text" }), `${to}/new/text`);
  await copy(asset({ path: path.join(from, "deep", "file") }), `${to}/new`);
  await copy(archive({ path: from }), to);
  await copy(archive({ path: `${from}/` }), `${to}/contents`);
  const read = (file: string) => fs.readFileSync(path.join(to, file), "utf8");
  expect([read("new/text"), read("new/file"), read("from/deep/file"), read("contents/deep/file")])
    .toEqual(["text", "content", "content", "content"]);
  await expect(copy(asset({ text: "text" }), `${to}/new`)).rejects.toThrow("is a directory");
});

test("copies again for changed content or path, but not for another connection", async () => {
  const target = path.join(server.directory, "target");
  const state = { connection: server.connection(), source: asset({ text: "old" }), remotePath: target };
  await engine.update(copyToRemote, "id", state, { ...state, connection: server.connection({ host: "127.0.0.2" }) });
  expect(fs.existsSync(target)).toBe(false);
  await engine.update(copyToRemote, "id", state, { ...state, source: asset({ text: "new" }) });
  expect(fs.readFileSync(target, "utf8")).toBe("new");
  expect(await engine.diff(copyToRemote, state, { ...state, source: asset({ text: "old" }) })).toMatchObject({ changed: false });
});

test("a local command gets its directory, interpreter and environment; a failed one is reported", async () => {
  const { plain } = await engine.create(local, {
    create: "pwd; echo $A", dir: server.directory, environment: { A: "b" }, interpreter: ["/bin/bash", "-c"],
  });
  expect(plain.stdout).toBe(`${server.directory}\nb`);
  await expect(engine.create(local, { create: "echo no; exit 4" })).rejects.toThrow('exit status 4: running "echo no; exit 4":\nno\n');
  expect((await engine.check(local, { create: "true", assetPaths: ["*"] })).failures).toHaveLength(1);
});
