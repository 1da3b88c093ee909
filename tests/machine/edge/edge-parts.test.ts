import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { certbot } from "../../../machine/edge/certbot";
import { mediaClient, mediaServer } from "../../../machine/data/media";
import { edge } from "../../../machine/edge/nginx";
import { postgres } from "../../../machine/data/postgres";
import { redis } from "../../../machine/data/redis";
import { combine } from "../../../machine/state";
import { staticFiles } from "../../../machine/edge/static";
import { effectiveSettings } from "../sshd";
import { usual } from "./edge-harness";

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ringo-parts-")); });
afterEach(() => rmSync(root, { recursive: true, force: true }));

const server = mediaServer({ writers: ["ssh-ed25519 AAAAwriter api-0"], readers: ["ssh-ed25519 AAAAreader edge"], allowedCidr: "10.0.0.0/24", path: "/srv/data/shared" });
const client = mediaClient({ server: "10.0.0.5", hostKey: "ssh-ed25519 AAAAhost", privateKey: "made-up-key" });
const data = combine(
  postgres({ listenAddress: "10.0.0.5", allowedCidr: "10.0.0.0/24", roles: [{ name: "ringo", database: "ringo", password: "p" }], memoryMiB: 1024, vcpus: 1, clients: 20, tls: { certificate: "c", key: "k" }, dataDirectory: "/srv/data/postgresql" }),
  redis({ listenAddress: "10.0.0.5", password: "p", operatorPassword: "o", maxMemoryMiB: 64, dataDirectory: "/srv/data/redis" }),
  server,
);
const front = combine(
  edge({ ...usual, domain: "api.example.test", upstreams: ["10.0.0.8"] }),
  certbot({ domains: ["api.example.test", "www.example.test"], email: "ops@example.test", server: "https://acme-v02.api.letsencrypt.org/directory" }),
  staticFiles({ release: "r1" }),
  client,
);

test.each([["data machine", data], ["edge", front]])("the %s's scripts and commands pass shellcheck", (_, state) => {
  const scripts = [
    ...state.files.filter((f) => f.content.startsWith("#!/bin/sh")).map((f) => f.content),
    ...[...state.steps, ...state.checks].flatMap((s) => [s.command, "unless" in s ? s.unless ?? "true" : "true"]).map((c) => `#!/bin/sh\nset -e\n${c}\n`),
  ].map((script, i) => {
    const path = join(root, `${i}.sh`);
    writeFileSync(path, script);
    return path;
  });
  expect(scripts.length).toBeGreaterThan(5);
  // SC2015: `a && b || c` with a `c` that is the point.
  const { stdout } = spawnSync("shellcheck", ["-e", "SC2015", ...scripts], { encoding: "utf8" });
  expect(stdout).toBe("");
});

describe("shared files", () => {
  const serverOptions = (user: string, address: string): string => {
    const key = join(root, "key");
    if (!existsSync(key)) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const config = join(root, "sshd_config");
    writeFileSync(config, `HostKey ${key}\nAllowTcpForwarding local\n${server.files!.find((f) => f.path.includes("sshd_config.d"))!.content}`);
    return effectiveSettings(config, "-C", `user=${user},addr=${address},host=x`);
  };

  test("sshd gives their users only files, read-only to readers", () => {
    const writer = serverOptions("ringo-media", "10.0.0.9");
    for (const line of ["forcecommand internal-sftp -u 0022", "chrootdirectory /srv/data/shared", "disableforwarding yes", "permittty no", "authenticationmethods publickey", "allowusers ringo-media@10.0.0.0/24"]) {
      expect(writer).toContain(`${line}\n`);
    }
    expect(serverOptions("ringo-media-reader", "10.0.0.9")).toContain("forcecommand internal-sftp -R\n");
  });

  test("sshd treats everyone else as before", () => {
    const rootUser = serverOptions("root", "10.0.0.9");
    expect(rootUser).toContain("forcecommand none\n");
    expect(rootUser).not.toContain("allowusers");
    expect(rootUser).toContain("allowtcpforwarding local\n");
  });

  test("a machine trusts only the server with the known key, and uses only its own key", () => {
    const unit = client.files!.find((f) => f.path.endsWith(".service"))!.content;
    const options = / -o (\S+) /.exec(unit)![1]!.split(",").filter((each) => /^[A-Z]/.test(each)); // all others are sshfs's own
    const asked = execFileSync("ssh", ["-GT", "-F", "/dev/null", ...options.flatMap((each) => ["-o", each.replaceAll("%d", "/run/c")]), "10.0.0.5"], { encoding: "utf8" });
    for (const line of ["stricthostkeychecking true", "userknownhostsfile /run/c/known_hosts", "globalknownhostsfile /dev/null", "identityfile /run/c/key", "identitiesonly yes"]) expect(asked).toContain(`${line}\n`);
    const figure = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, "m").exec(asked)![1]);
    // Neither for a connection nor for an answer does it wait for long: who looks at a file waits with it.
    expect([figure("connecttimeout"), figure("serveraliveinterval") * figure("serveralivecountmax")].map((seconds) => seconds > 0 && seconds <= 10)).toEqual([true, true]);
    expect(client.files!.find(({ path }) => path.endsWith("/known_hosts"))!.content).toBe("10.0.0.5 ssh-ed25519 AAAAhost\n");
  });

  test("a machine reconnects to the server however often, and for however long, it was down", () => {
    const unit = client.files!.find((f) => f.path.endsWith(".service"))!.content;
    expect(unit).toMatch(/^StartLimitIntervalSec=0$[^]*^Restart=always$/m);
    expect(/ -o (\S+) /.exec(unit)![1]!.split(",")).toEqual(expect.arrayContaining(["reconnect", "delay_connect"]));
    // A client that is gone is let go of, too.
    expect(Number(/^clientaliveinterval (\d+)$/m.exec(serverOptions("ringo-media", "10.0.0.9"))![1])).toBeGreaterThan(0);
  });

  test("systemd accepts the unit", () => {
    const unit = client.files!.find((f) => f.path.endsWith(".service"))!.content;
    const path = join(root, "ringo-media.service");
    // verify wants the programs themselves, which are the machine's.
    writeFileSync(path, unit.replace(/^(Exec\w+=-?)\S+/gm, "$1/bin/true"));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    expect(stderr.split("\n").filter((line) => line.includes("ringo-media"))).toEqual([]);
  });

  test("the key is in a root-only file", () => {
    expect(JSON.stringify({ ...client, secrets: [], files: client.files!.filter((f) => !(f.secret && f.mode === "0600")) })).not.toContain("made-up-key");
  });
});

describe("static files", () => {
  const publish = (release: string): void => {
    const [script] = staticFiles({ release, source: join(root, "source"), keep: 2 }).files!;
    writeFileSync(join(root, "serve"), script.content.replaceAll("/var/www/static", join(root, "served")));
    execFileSync("sh", [join(root, "serve"), release]);
  };

  test("a release is switched to atomically, and older ones than those kept are removed", () => {
    mkdirSync(join(root, "served"));
    for (const release of ["r1", "r2", "r3"]) {
      mkdirSync(join(root, "source", release, "css"), { recursive: true });
      writeFileSync(join(root, "source", release, "css/a.css"), release, { mode: 0o600 });
      symlinkSync("/etc/passwd", join(root, "source", release, "link"));
      publish(release);
      expect(readFileSync(join(root, "served/current/css/a.css"), "utf8")).toBe(release);
      expect(gunzipSync(readFileSync(join(root, "served/current/css/a.css.gz"))).toString()).toBe(release);
      expect(["", ".gz"].map((end) => statSync(join(root, `served/current/css/a.css${end}`)).mode & 0o777)).toEqual([0o644, 0o644]);
    }
    expect(readdirSync(join(root, "served")).sort()).toEqual(["current", "r2", "r3"]);
    expect(existsSync(join(root, "served/current/link"))).toBe(false);
    publish("r2");
    expect(readlinkSync(join(root, "served/current"))).toBe("r2");
    expect(readdirSync(join(root, "served")).sort()).toEqual(["current", "r2", "r3"]);
    // Of those kept, r2 is now the newer one; and of a copy that broke off nothing is served.
    mkdirSync(join(root, "served/.incoming"));
    writeFileSync(join(root, "served/.incoming/half.css"), "half");
    mkdirSync(join(root, "source/r4"));
    publish("r4");
    expect([readdirSync(join(root, "served")).sort(), readdirSync(join(root, "served/current/"))]).toEqual([["current", "r2", "r4"], []]);
  });

  test.each(["../etc", ".", "a b", "", "-rf", "a/b", "a'b"])("%j is not a release", (release) => {
    expect(() => staticFiles({ release })).toThrow("not a release's name");
  });
});

describe("certificate", () => {
  /**
   * Runs the script with its paths below `root`. A stand-in for certbot writes down how it was called, and leaves a certificate that is there alone
   * unless it is told otherwise, as certbot does.
   */
  const run = (options: { server: string; domains: string[]; email?: string; days?: number; refused?: boolean }, ...args: string[]) => {
    const { days = 5, refused = false, ...asked } = options;
    const files = certbot({ email: "ops@example.test", ...asked }).files!.filter((f) => f.mode === "0755");
    for (const folder of ["bin", "tls", "letsencrypt/renewal", "letsencrypt/live/ringo"]) mkdirSync(join(root, folder), { recursive: true });
    for (const file of files) writeFileSync(join(root, "bin", file.path.split("/").pop()!), below(file.content), { mode: 0o755 });
    for (const name of ["nginx", "systemctl"]) writeFileSync(join(root, "bin", name), `#!/bin/sh\necho ${name} "$@" >> ${root}/calls\n`, { mode: 0o755 });
    writeFileSync(join(root, "bin/certbot"), `#!/bin/sh
echo certbot "$@" >> ${root}/calls
${refused ? "exit 1" : ""}
cd ${root}/letsencrypt/live/ringo
case " $* " in *' --force-renewal '*) ;; *) [ ! -e cert.pem ] || exit 0 ;; esac
names=$(printf '%s\\n' "$@" | grep -A1 -x -e --domain | grep -v -e '^--' | sed 's/^/DNS:/' | paste -sd,)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days ${days} -subj /CN=x -addext "subjectAltName=$names" -keyout privkey.pem -out cert.pem 2>/dev/null
cp cert.pem fullchain.pem
echo "server = ${options.server}" > ${root}/letsencrypt/renewal/ringo.conf
`, { mode: 0o755 });
    return spawnSync("sh", [join(root, "bin/obtain-certificate"), ...args], { encoding: "utf8", env: environment() });
  };
  const below = (text: string) => text.replaceAll("/etc/letsencrypt", join(root, "letsencrypt")).replaceAll("/etc/nginx/tls", join(root, "tls")).replaceAll("/usr/local/lib/ringo", join(root, "bin"));
  const environment = () => ({ ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` });
  const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");
  const order = { server: "https://acme.example.test/dir", domains: ["www.example.test", "api.example.test"] };

  test("is obtained once, for all names, and installed for nginx", () => {
    expect(run(order, "--check").status).not.toBe(0);
    expect(run(order)).toMatchObject({ status: 0 });
    expect(calls()[0]).toMatch(/--server https:\/\/acme\.example\.test\/dir .*--domain www\.example\.test --domain api\.example\.test$/);
    expect(calls().at(-1)).toBe("systemctl reload nginx");
    expect(readlinkSync(join(root, "tls/privkey.pem"))).toBe(join(root, "letsencrypt/live/ringo/privkey.pem"));
    expect(run(order, "--check").status).toBe(0);
    const before = calls().length;
    expect(run(order).status).toBe(0);
    expect(calls()).toHaveLength(before);
  });

  test("is reinstalled for nginx, without a new one, if something else was installed", () => {
    run(order);
    for (const name of ["fullchain.pem", "privkey.pem"]) {
      rmSync(join(root, "tls", name));
      symlinkSync("placeholder.pem", join(root, "tls", name));
      expect(run(order, "--check").status).not.toBe(0);
      expect(run(order).status).toBe(0);
      expect([calls().at(-1), run(order, "--check").status]).toEqual(["systemctl reload nginx", 0]);
    }
    expect(calls().filter((call) => call.startsWith("certbot"))).toHaveLength(1);
  });

  test("that the CA refuses fails the update, with the address of each name", () => {
    run(order);
    writeFileSync(join(root, "calls"), "");
    const { status, stderr } = run({ ...order, domains: ["localhost"], refused: true });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^localhost resolves to: (?:\S+ )+\n.*port 80/m)]);
    expect(calls().filter((call) => !call.startsWith("certbot"))).toEqual([]);
  });

  test("is obtained for an e-mail address and from a server with apostrophes, which both may have", () => {
    expect(run({ ...order, server: "https://acme.example.test/o'dir", email: "o'brien@example.test" })).toMatchObject({ status: 0 });
    expect(calls()[0]).toMatch(/ --email o'brien@example\.test --server https:\/\/acme\.example\.test\/o'dir /);
  });

  test.each([
    ["another CA", { ...order, server: "https://other.example.test/dir" }],
    ["an additional name", { ...order, domains: [...order.domains, "c.example.test"] }],
    ["a removed name", { ...order, domains: ["api.example.test"] }],
  ])("is obtained again for %s", (_, changed) => {
    run(order);
    expect(run(changed, "--check").status).not.toBe(0);
    expect(run(changed).status).toBe(0);
    expect(calls().filter((c) => c.startsWith("certbot"))).toHaveLength(2);
    expect(run(changed, "--check").status).toBe(0);
  });

  test("is obtained again by an update on its last day, if renewal has failed till then", () => {
    run({ ...order, days: 1 });
    expect(run(order, "--check").status).not.toBe(0);
    expect(run(order).status).toBe(0);
    expect(calls().filter((c) => c.startsWith("certbot"))).toHaveLength(2);
    expect(run(order, "--check").status).toBe(0);
  });

  test("is installed for nginx whenever Debian's timer has renewed it, by certbot's deploy hook, and only if nginx accepts it", () => {
    expect(certbot({ ...order, email: "ops@example.test" }).units).toContainEqual({ name: "certbot.timer" });
    run(order);
    const [, hook] = / --deploy-hook (\S+) /.exec(calls()[0]!)!;
    const renew = () => {
      writeFileSync(join(root, "calls"), "");
      spawnSync(hook!, { env: { ...environment(), RENEWED_LINEAGE: join(root, "letsencrypt/live/other") } });
      return [calls().at(-1), readlinkSync(join(root, "tls/fullchain.pem"))];
    };
    expect(renew()).toEqual(["systemctl reload nginx", join(root, "letsencrypt/live/other/fullchain.pem")]);
    writeFileSync(join(root, "bin/nginx"), `#!/bin/sh\necho nginx "$@" >> ${root}/calls\nexit 1\n`);
    expect(renew()[0]).toBe("nginx -t -q");
  });
});
