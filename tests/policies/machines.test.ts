import { remoteCommand, payload } from "../../machine/payload";
import { backendContainer } from "../../machine/backend/django";
import { combine, type Container, type User } from "../../machine/state";
import { userData } from "../../machine/base/cloud-init";
import { secretsIn } from "../../policies/machines/secrets";
import { alone, aws, chapter, digitalocean, judge, ruleNamed, unknown, type Sample } from "./harness";

const droplet = (props: object, extra = {}): Sample => digitalocean("droplet", { image: "debian-13-x64", sshKeys: ["1"], monitoring: true, ...props }, extra);
const pool = (template: object): Sample => digitalocean("dropletAutoscale", { dropletTemplate: { image: "debian-13-x64", sshKeys: ["1"], ...template } });
const cluster = (props: object): Sample => digitalocean("kubernetesCluster", {
  autoUpgrade: true, surgeUpgrade: true, maintenancePolicy: { day: "sunday", startTime: "03:00" },
  ha: true, controlPlaneFirewall: { enabled: true, allowedAddresses: ["198.51.100.7/32"] }, ...props,
});
const remote = (connection: unknown, word = "Command"): Sample => ({ type: `command:remote:${word}`, props: { connection } });
const bring = (props: Record<string, unknown>): Sample => ({ type: "command:remote:Command", props });
const local = (props: Record<string, unknown>): Sample => ({ type: "command:local:Command", props });
const provider = (props: Record<string, unknown>): Sample => ({ type: "pulumi:providers:aws", props });
const cloud = (props: Record<string, unknown>): Sample => ({ type: "pulumi:providers:digitalocean", props });
const hop = { host: "10.20.0.4", user: "root", privateKey: "a key", hostKey: "ssh-ed25519 AAAA" };
const running = (container: Partial<Container>, users: User[] = []): Sample => ({
  type: "command:remote:Command",
  props: { create: remoteCommand, stdin: payload("state", combine({ containers: [{ ...backendContainer({ image: `registry.ringo.test/backend@sha256:${"ab".repeat(32)}`, environment: { variables: {}, secrets: [] } }, {
    name: "ringo-api", command: ["gunicorn"], stopTimeoutSeconds: 30, publish: ["10.20.0.6:8000:8000"],
  }), ...container }], users })) },
});
const key = (kind: string) => `-----BEGIN ${kind} PRIVATE KEY-----\nbm90IGEgcmVhbCBrZXk=\n-----END ${kind} PRIVATE KEY-----\n`;
const ours = userData({ bootHostKey: { private: key("OPENSSH"), public: "ssh-ed25519 AAAA" }, authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF0a9b8c7d6e5f4A3B2C1D0"] });
const base64 = (text: string) => Buffer.from(text).toString("base64");

chapter("Machines", {
  "droplet-ssh-key": {
    kept: alone(droplet({}), pool({})),
    // Checkov CKV_DIO_2 and Trivy DIG-0004, failing.
    broken: [[/no SSH key/, droplet({ sshKeys: undefined })], [/no SSH key/, droplet({ sshKeys: [] })], [/no SSH key/, pool({ sshKeys: [] })]],
    unknown: [droplet({ sshKeys: unknown })],
  },
  "droplet-image": {
    kept: alone(droplet({}), droplet({ image: "debian-12-x64" }), pool({})),
    broken: [
      [/not the slug of a supported Debian/, droplet({ image: "ubuntu-18-04-x64" })], [/not the slug of a supported Debian/, droplet({ image: 123456 })], [/not the slug of a supported Debian/, droplet({ image: "debian-10-x64" })],
      [/not the slug of a supported Debian/, pool({ image: "centos-7-x64" })],
    ],
    unknown: [droplet({ image: unknown })],
  },
  "droplet-monitoring": {
    kept: alone(droplet({})),
    broken: [[/monitoring is off/, droplet({ monitoring: undefined })], [/monitoring is off/, droplet({ monitoring: false })]],
    unknown: [droplet({ monitoring: unknown })],
  },
  "droplet-backups": {
    kept: alone(droplet({ backups: true })),
    broken: [[/without the cloud's backups: a, b, c and 1 more/, ...["a", "b", "c", "d"].map((name) => droplet({}, { name }))], [/backups: one/, droplet({ backups: false })]],
    unknown: [droplet({ backups: unknown })],
  },
  "connection-host-key": {
    kept: alone(remote(hop), remote({ ...hop, proxy: hop }), remote(hop, "CopyToRemote"), remote(undefined)),
    broken: [
      [/connection checks no host key/, remote({ ...hop, hostKey: undefined })], [/connection checks no host key/, remote({ ...hop, hostKey: " " })],
      [/connection.proxy checks no host key/, remote({ ...hop, proxy: { ...hop, hostKey: "" } })], [/connection logs in with a password/, remote({ ...hop, password: "hidden-word" })],
      [/connection checks no host key/, remote({ host: "a" }, "CopyFile")], [/connection checks no host key/, remote({ host: "a" }, "CopyToRemote")],
    ],
    unknown: [remote({ ...hop, hostKey: unknown })],
  },
  "command-host-key": {
    kept: alone(local({ create: "ssh -o StrictHostKeyChecking=yes root@a true" }), local({ create: "make" }), local({ create: "curl -fsSL --cacert ca.pem -o kk https://example.net/-k; grep -k x" }), local({ create: "ssh-keyscan a | diff - known" }), local({ create: "git -c http.sslVerify=true pull; curl -o k x & grep -k y", environment: { NODE_TLS_REJECT_UNAUTHORIZED: "1" }, stdin: "curl https://example.net" }), running({}), local({ create: "ssh-keyscan a 2>/dev/null | ssh-keygen -lf - | grep -q SHA256:x" }), remote(hop)),
    broken: [
      ...["ssh -o StrictHostKeyChecking=no root@a", "scp -o 'stricthostkeychecking off' x a:", "ssh -oStrictHostKeyChecking=accept-new a"].map((create): [RegExp, Sample] => [/create checks no host key/, local({ create })]),
      [/update checks no host key/, local({ create: "true", update: "ssh -o StrictHostKeyChecking=no a" })], [/delete checks no host key/, local({ delete: "ssh -o StrictHostKeyChecking=no a" })],
      [/create takes the host key of whoever answers/, local({ create: "ssh-keyscan 198.51.100.7 >> ~/.ssh/known_hosts" })], [/create takes the host key/, local({ create: "ssh-keyscan a | tee -a ~/.ssh/known_hosts" })],
      ...["curl -k https://example.net/x", "curl -fsSLk https://example.net | sh", "curl --insecure -o x https://example.net", "wget -q --no-check-certificate https://example.net",
        // Over two lines, past a `&` that is part of the address, at the end of a command, quoted.
        "curl \\\n  -k https://example.net", "curl 'https://example.net/?a=1&b=2' -k", "curl https://example.net --insecure; true", '(curl https://example.net -k)', 'curl "-k" https://example.net', "sh -c 'curl -k https://example.net | sh'",
        // What other programs call the same.
        "git -c http.sslVerify=false clone https://example.net", "GIT_SSL_NO_VERIFY=1 git pull", "aws --no-verify-ssl s3 ls", "pip install --trusted-host example.net x", "NODE_TLS_REJECT_UNAUTHORIZED=0 node x", "helm pull --insecure-skip-tls-verify x", "npm config set strict-ssl false",
        "apt-get install --allow-unauthenticated x"].map((create): [RegExp, Sample] => [/create checks no certificate/, local({ create })]),
      ...[["GIT_SSL_NO_VERIFY", "true"], ["NODE_TLS_REJECT_UNAUTHORIZED", "0"], ["PYTHONHTTPSVERIFY", "0"]].map(([name, value]): [RegExp, Sample] => [/environment checks no certificate/, local({ create: "true", environment: { [name]: value } })]),
      // By another way than its text.
      [/stdin checks no host key/, local({ create: "sh", stdin: "ssh -o StrictHostKeyChecking=no a" })], [/interpreter checks no host key/, local({ create: "true", interpreter: ["ssh", "-o", "StrictHostKeyChecking=no", "a"] })],
      [/environment checks no host key/, local({ create: "git pull", environment: { GIT_SSH_COMMAND: "ssh -o StrictHostKeyChecking=no" } })],
      [/create checks no host key/, { type: "command:remote:Command", props: { connection: hop, create: "ssh -o StrictHostKeyChecking=no b" } }],
      // In a preview that does not know the rest.
      [/create checks no host key/, local({ create: "ssh -o StrictHostKeyChecking=no a", stdin: unknown })],
    ],
    unknown: [local({ create: unknown })],
  },
  "command-secret": {
    kept: alone(bring({ create: "systemctl restart $UNIT", environment: { UNIT: "nginx", DJANGO_SETTINGS_MODULE: "ringo.settings", POSTGRES_PASSWORD_FILE: "/run/secrets/pg" } }), running({}),
      bring({ create: `PGPASSWORD="$(cat /etc/ringo/pg)" psql -c 'select 1'`, update: "redis-cli --askpass < /root/x", delete: "rm -f /root/password" }), bring({ create: "tool --password-file=/run/x --secret=$SECRET" }),
      bring({ create: "aws secretsmanager get-secret-value --secret-id=ringo/db; helm upgrade --set auth.existingSecret=ringo-db x", environment: { ACCESS_TOKEN_URL: "https://id.example.net/token" } }),
      bring({ create: 'TOKEN="$(cat /run/token)" API_TOKEN=$TOKEN deploy', environment: { SIGNING_KEY: "/run/secrets/key", TOKEN: "3600", CACHE_KEY_PREFIX: "ringo", PASS: "second" } }),
      bring({ create: "touch /tmp/ringo-policies-Qx7WkZ/made/Vb3/Jn5" }),
      local({ create: "sha256sum -c sums", environment: { DIGITALOCEAN_TOKEN: `dop_v1_${"0a".repeat(32)}` } })),
    broken: [
      [/something called a secret is in its environment, as DB_PASSWORD/, bring({ environment: { DB_PASSWORD: "hunter2-and-more" } })], [/as random as a secret is in its environment, as X/, bring({ environment: { X: "q7Zr0VtX9bLm2KcJ4wYh8TnPs1dGf5Ae" } })],
      ...["TOKEN", "TELEGRAM_BOT_TOKEN", "SENTRY_DSN", "DB_PASS", "SIGNING_KEY", "DB_CREDENTIALS"].map((name): [RegExp, Sample] => [new RegExp(`called a secret is in its environment, as ${name}`), bring({ environment: { [name]: "hunter2-and-more" } })]),
      [/something called a secret is in its create/, bring({ create: "cd /srv && TOKEN=hunter2-and-more deploy" })],
      [/as random as a secret is in its create/, bring({ create: "login /srv/q7Zr0VtX9bLm2KcJ4wYh8TnPs1dGf5Ae" })],
      [/a token of DigitalOcean is in its create/, local({ create: `curl -H 'Authorization: Bearer dop_v1_${"0a".repeat(32)}' https://example.net` })],
      [/something called a secret is in its create/, bring({ create: "PGPASSWORD=hunter2-and-more psql" })], [/in its update/, bring({ update: "redis-cli -u redis://default:hidden-word@10.20.0.5/0 ping" })], [/in its delete/, local({ delete: "echo root:hunter2 | chpasswd" })],
    ],
    unknown: [bring({ environment: { DB_PASSWORD: unknown } })],
  },
  "command-state": {
    kept: alone(running({}), bring({ create: remoteCommand, stdin: payload("state", combine({})) }), { type: "command:local:Command", props: { create: "make" } }, { type: "command:remote:CopyToRemote", props: {} }),
    broken: [
      ...["systemctl disable --now nftables", "docker run --privileged -v /:/host x:latest", "bash -s", `${remoteCommand}; nft flush ruleset`].map((create): [RegExp, Sample] => [/create does something else than apply a machine's state/, bring({ create, stdin: payload("state", combine({})) })]),
      ...["update", "delete"].map((when): [RegExp, Sample] => [new RegExp(`${when} does something else`), bring({ create: remoteCommand, stdin: payload("state", combine({})), [when]: "nft flush ruleset" })]),
      ...["nft flush ruleset", "two\nlines", undefined].map((stdin): [RegExp, Sample] => [/its stdin is no machine's state/, bring({ create: remoteCommand, stdin })]),
    ],
    unknown: [bring({ create: unknown })],
  },
  "provider-tls": {
    kept: alone(provider({ region: "eu-central-1" }), provider({ insecure: "false" }), provider({ insecure: false }), provider({ endpoints: '[{"s3":"https://s3.example.net"}]', httpProxy: "http://proxy.example.net" }), cloud({}), cloud({ apiEndpoint: "https://api.example.net" })),
    broken: [
      ...[[{ s3: "https://s3.example.net" }, { sts: "http://sts.example.net" }], '[{"s3":"HTTP://s3.example.net"}]'].map((endpoints): [RegExp, Sample] => [/endpoints has an address without TLS/, provider({ endpoints })]),
      ...["apiEndpoint", "spacesEndpoint"].map((name): [RegExp, Sample] => [new RegExp(`${name} has an address without TLS`), cloud({ [name]: "http://{{.Region}}.example.net" })]),[/insecure is on/, provider({ insecure: "true" })], [/insecure is on/, provider({ insecure: true })]],
    unknown: [provider({ insecure: unknown })],
  },
  "user-data-secret": {
    kept: alone(droplet({ userData: ours }), droplet({ userData: "da39a3ee5e6b4b0d3255bfef95601890afd80709" }), droplet({}), droplet({ userData: "#cloud-config\npackages: [nginx]\nssh_pwauth: false\n" }), aws("ec2/instance", { userData: "#!/bin/sh\napt-get update\n" })),
    broken: [
      [/a private key is in its user data/, droplet({ userData: `#cloud-config\nwrite_files: [{ content: "${key("RSA")}" }]` })],
      [/a private key/, droplet({ userData: ours.replace("ed25519_private", "rsa_private") })],
      // Checkov CKV_AWS_46 and Trivy AWS-0029, failing.
      // A digest within it is not a digest.
      [/an access key of AWS/, droplet({ userData: "#!/bin/sh\n# da39a3ee5e6b4b0d3255bfef95601890afd80709\nexport AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n" })],
      [/an access key of AWS/, aws("ec2/instance", { userData: "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_DEFAULT_REGION=us-west-2" })],
      [/an access key of AWS/, aws("ec2/instance", { userDataBase64: base64("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE") })],
      // Checkov CKV_AWS_46 and Trivy AWS-0129, failing: as no launch template takes it.
      [/an access key of AWS/, aws("ec2/launchTemplate", { userData: "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nexport AWS_DEFAULT_REGION=us-west-2" })],
      [/an access key of AWS/, aws("ec2/launchTemplate", { userData: base64("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE") })],
      [/an access key of AWS/, aws("ec2/launchConfiguration", { userDataBase64: base64("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE") })],
      ...["#cloud-config\nssh_pwauth: true\n", '#cloud-config\n{"ssh_pwauth":"yes"}', "#!/bin/sh\necho PasswordAuthentication yes >> /etc/ssh/sshd_config"].map((text): [RegExp, Sample] => [/enables password log-in/, droplet({ userData: text })]),
      [/something called a secret/, droplet({ userData: "#!/bin/sh\nDJANGO_SECRET_KEY=hunter2-and-more" })],
      [/a password in a URL/, pool({ userData: "redis://default:hidden-word@10.20.0.5/0" })],
      [/as random as a secret/, droplet({ userData: `#!/bin/sh\necho q7Zr0VtX9bLm2KcJ4wYh8TnPs1dGf5Ae > /etc/x` })],
    ],
    unknown: [droplet({ userData: unknown })],
  },
  "container-hardened": {
    kept: [...alone(running({}), running({ publish: ["127.0.0.1:8000:8000"] }), running({ publish: [] }), running({ network: "host", user: "472:472" }, [{ name: "shown", uid: 472 }])), [{ type: "command:remote:Command", props: { create: "true" } }]],
    broken: [
      [/ringo-api names its image by tag/, running({ image: "registry.ringo.test/backend:latest" })],
      [/runs as root/, running({ user: undefined })], [/runs as root/, running({ user: "0:0" })], [/runs as root/, running({ user: "root" })], ...["00:00", ":0", "+0", " 0:0", "0x0", ""].map((user): [RegExp, Sample] => [/runs as root/, running({ user })]),
      [/publishes a port on a public address/, running({ publish: ["8000:8000"] })], [/publishes a port on a public address/, running({ publish: ["0.0.0.0:8000:8000"] })],
      [/publishes a port on a public address/, running({ publish: ["198.18.0.4:8000:8000"] })],
      [/binds \/var\/run\/docker.sock/, running({ volumes: ["/var/run/docker.sock:/var/run/docker.sock"] })], [/binds \/etc/, running({ volumes: ["/etc:/etc:ro"] })],
      ...["/srv/../etc/x", "/./etc", "//etc", "/var", "/var/lib", "/usr/local/bin", "/var/lib/containerd", "/var/spool/cron", "/home/deploy", "/opt"].map((source): [RegExp, Sample] => [/binds /, running({ volumes: [`${source}:/x`] })]),
      [/without a user that the firewall restricts/, running({ network: "host", user: "472:472" })], [/without a user that the firewall restricts/, running({ network: "host", user: "472:472" }, [{ name: "shown" }, { name: "other", uid: 473 }])],
      [/mounts the machine's root/, running({ volumes: ["/:/host"] })],
    ],
    unknown: [{ type: "command:remote:Command", props: { stdin: unknown } }],
  },
  "kubernetes-upgrades": {
    kept: alone(cluster({}), cluster({ surgeUpgrade: undefined })),
    // Trivy DIG-0005 and DIG-0008, failing.
    broken: [[/autoUpgrade is off/, cluster({ autoUpgrade: false })], [/surgeUpgrade is off/, cluster({ surgeUpgrade: false })], [/no maintenance window/, cluster({ maintenancePolicy: undefined })]],
    unknown: [cluster({ autoUpgrade: unknown })],
  },
  "kubernetes-control-plane": {
    kept: alone(cluster({})),
    broken: [
      [/ha is off/, cluster({ ha: undefined })], [/no firewall/, cluster({ controlPlaneFirewall: undefined })],
      [/lets everyone in/, cluster({ controlPlaneFirewall: { enabled: true, allowedAddresses: ["0.0.0.0/0"] } })],
      [/lets in 52.0.0.0\/9, which is too wide/, cluster({ controlPlaneFirewall: { enabled: true, allowedAddresses: ["198.51.100.7", "52.0.0.0/9"] } })],
    ],
    unknown: [cluster({ controlPlaneFirewall: { enabled: true, allowedAddresses: [unknown] } })],
  },
});

describe("secrets in a text", () => {
  const random = "q7Zr0VtX9bLm2KcJ4wYh8TnPs1dGf5Ae";
  test.each([
    ["a token of DigitalOcean", `dop_v1_${"0a".repeat(32)}`], ["a token of GitHub", `ghp_${"aB3".repeat(12)}`], ["a token of GitLab", `glpat-${"a1B2".repeat(5)}`],
    ["a token of Slack", "xoxb-0123456789-abc"], ["a JSON web token", "eyJhbGciOiJub25l.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl"], ["a password's hash", `$2b$12$${"./Ab".repeat(8)}`],
    ["something called a secret", "api_key: hunter2"], ["something called a secret", '{"dbPassword":"hunter2"}'], ["something called a secret", "API_TOKEN=hunter2-and-more"],
    ["a credential in a header", "curl -H 'Authorization: Bearer hunter2' https://example.net"], ...["curl -su ringo:hunter2 https://example.net", "curl --user 'ringo:hunter2' x", "mysqldump -u ringo -phunter2 ringo", "redis-cli -h a -a hunter2 ping", "sshpass -p hunter2 ssh a"].map((text): [string, string] => ["a password on a command line", text]),
    // Near what is none.
    ["something called a secret", "password:\n  hunter2\n"], ["something called a secret", "chpasswd:\n  users: [{name: root, password: hunter2}]"], ["something called a secret", "PASSWORD_FILE=hunter2"], ["something called a secret", "password=$ecret-word"], ["a private key", `KEY=$(echo ${key("RSA")})`], ["something as random as a secret", "id: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88"],
    ["a password of a user", "chpasswd:\n  expire: false\n  list: |\n    root:hunter2"], ["a password of a user", '{"chpasswd":{"list":["root:hunter2"]}}'], ["a password of a user", "echo 'root:hunter2' | chpasswd"],
    // Trivy AWS-0122, failing, within JSON.
    ["something called a secret", JSON.stringify('export DATABASE_PASSWORD="hunter2"')], ["something called a secret", JSON.stringify('{"dbPassword":"hunter2"}')],
  ])("%s", (kind, text) => expect(secretsIn(`before ${text} after`, [])).toContain(kind));

  test("of the configuration are found in plain text and base64, whatever they look like", () => {
    const hex = Buffer.from("a tame word").toString("hex");
    for (const text of ["tame word", base64("tame word"), base64("tame word\n"), base64("key: tame word"), `${base64("a: tame word or two")}.`, hex, hex.toUpperCase()]) expect(secretsIn(`x ${text} y`, ["tame word"])).toEqual(["a secret of the stack's configuration"]);
  });
  test("are found in base64 as well, by what they are called", () => {
    for (const text of ["PASSWORD=hunter2", "#!/bin/sh\nredis-cli -a hunter2 ping\n"]) expect(secretsIn(`content: ${base64(text)}`, [])).not.toEqual([]);
    expect(secretsIn(`content: ${base64(`login ${random}`)}`, [])).toEqual(["something as random as a secret"]);
    for (const text of ["#!/bin/sh\napt-get update\n", '{"log-driver":"journald","live-restore":true}']) expect(secretsIn(`content: ${base64(text)}`, [])).toEqual([]);
  });
  test("are searched in linear time, whatever the text", () => {
    const started = performance.now();
    for (const word of ["secret", "A_", " A_TOKEN", "password-", "mysql -p", "curl -u ", "a-", "= $("]) secretsIn(word.repeat(80_000 / word.length), []);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
  test.each([
    `ssh-ed25519 ${random}${random}`, `image@sha256:${"a1b2c3d4".repeat(8)}`, `echo '${"a1b2c3d40".repeat(8).slice(0, 64)}  tool.tar.gz' | sha256sum -c`, "gpg --recv-keys 9DC858229FC7DD38854AE2D88D81803C0EBFCD88", "kubectl create secret generic db --from-file=password=/run/pg", "ALTER SYSTEM SET password_encryption = 'scram-sha-256'", "GIT_SHA=0123456789abcdef0123456789abcdef01234567", '"release": "0123456789abcdef0123456789abcdef01234567"', "git checkout 0123456789abcdef0123456789abcdef01234567", "pip install git+https://example.net/x@0123456789abcdef0123456789abcdef01234567", "password_authentication: false", "the quick brown fox jumps over the lazy dog",
    // What cloud-config says about passwords, keys and files with secrets, and is none.
    "chpasswd:\n  expire: false\n", "password:\n  policy: strict\n", '{"chpasswd":{"expire":false}}', "keyid: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88", "keyid: '0x9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88'",
    "POSTGRES_PASSWORD_FILE=/run/secrets/pg", "--password-file=/run/pg", 'PGPASSWORD="$(cat /run/pg)"', "password: ${DB_PASSWORD}",
    ...["curl -u ringo https://example.net", 'curl -u "ringo:$PASSWORD" x', "mysql --protocol tcp -p ringo", "redis-cli -a $PASSWORD ping", "curl -H \"Authorization: Bearer $TOKEN\" x", "mysql -P 3306 ringo"], `"passwordFile": "/etc/ringo/pg"`, `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${random}\n-----END PGP PUBLIC KEY BLOCK-----`, 'echo "root:$PASSWORD" | chpasswd',
    `<script src="https://cdn.example.net/x.js" integrity="sha384-${random}${random}"></script>`,
    // Checkov CKV_AWS_46, passing.
    "export AWS_ACCESS_KEY_ID=FOO\nexport AWS_SECRET_ACCESS_KEY=bar\nexport AWS_DEFAULT_REGION=us-west-2",
    "https://deb.debian.org/debian-security/dists/bookworm-security/InRelease", `-----BEGIN CERTIFICATE-----\n${random}\n-----END CERTIFICATE-----`,
  ])("are not found in %s", (text) => expect(secretsIn(text, [])).toEqual([]));
});

test("a secret on a command line is found and not repeated", () => {
  const found = judge([bring({ create: "login tame-word" })], { of: [ruleNamed("command-secret")], settings: { secrets: ["tame-word"] } });
  expect(found.map(({ message }) => message.split("\n")[0])).toEqual(["a secret of the stack's configuration is in its create"]);
  expect(JSON.stringify(found)).not.toContain("tame-word");
});

test("a violation never contains the secret", () => {
  const secret = "Not-A-Real-Secret-7";
  const of = { of: [ruleNamed("user-data-secret")], settings: { secrets: [secret] } };
  const found = judge([droplet({ userData: `#!/bin/sh\npassphrase=${secret}` })], of);
  expect(found.map(({ message }) => message.split("\n")[0])).toEqual(["something called a secret is in its user data", "a secret of the stack's configuration is in its user data"]);
  expect(JSON.stringify(found)).not.toContain(secret);
});

test("a throwaway stack may name an image by tag", () => {
  expect(judge([running({ image: "registry.ringo.test/backend:dev" })], { of: [ruleNamed("container-hardened")], settings: { throwaway: true } })).toEqual([]);
});
