import { ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { makeRunDirectory } from "../../machine/sshd";

/** A key pair as ssh-keygen makes it. */
export interface KeyPair {
  private: string;
  public: string;
}

/** OpenSSH's own server on loopback, for one test, with keys of its own. */
export class Sshd {
  private child: ChildProcess | undefined;
  private constructor(
    readonly directory: string,
    readonly port: number,
    readonly hostKey: KeyPair,
    readonly userKey: KeyPair,
  ) {}

  static async start(settings: string[] = []): Promise<Sshd> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-sshd-"));
    const hostKey = keyPair(path.join(directory, "host"));
    const userKey = keyPair(path.join(directory, "user"));
    fs.writeFileSync(path.join(directory, "authorized_keys"), userKey.public);
    const server = new Sshd(directory, await freePort(), hostKey, userKey);
    fs.writeFileSync(path.join(directory, "sshd_config"), [
      `Port ${server.port}`, "ListenAddress 127.0.0.1", `HostKey ${path.join(directory, "host")}`,
      `AuthorizedKeysFile ${path.join(directory, "authorized_keys")}`, "StrictModes no", "PasswordAuthentication no",
      "UsePAM no", "PidFile none", "LogLevel ERROR", "Subsystem sftp internal-sftp", ...settings,
    ].join("\n"));
    await server.listen();
    return server;
  }

  /** What `connection` takes to reach it. */
  connection(more: object = {}): object {
    return {
      host: "127.0.0.1", port: this.port, user: os.userInfo().username, privateKey: this.userKey.private,
      hostKey: this.hostKey.public, dialErrorLimit: 0, perDialTimeout: 15, ...more,
    };
  }

  /** Listens (again). */
  async listen(): Promise<void> {
    const program = ["/usr/sbin/sshd", "/usr/bin/sshd"].find((file) => fs.existsSync(file));
    if (!program) throw new Error("these tests need OpenSSH's server (Debian's openssh-server)");
    makeRunDirectory();
    this.child = spawn(program, ["-D", "-e", "-f", path.join(this.directory, "sshd_config")], { stdio: "ignore" });
    for (let tries = 0; tries < 100 && !(await answers(this.port)); tries++) await new Promise((done) => setTimeout(done, 50));
  }

  stop(): void {
    this.child?.kill();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

function keyPair(file: string): KeyPair {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return { private: fs.readFileSync(file, "utf8"), public: fs.readFileSync(`${file}.pub`, "utf8").trim() };
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true); });
    socket.on("error", () => resolve(false));
  });
