/**
 * Runs the Core Rule Set project's own regression tests, or any in their format, against the rules of the local stack's
 * edge: usage: tsx bench/crs.ts DIRECTORY [PARANOIA-LEVEL]. The stack must be up. The tests are the project's and not
 * kept here: `tests/regression/tests` of its repository, at the tag of the version that the edge has.
 *
 * They name hosts and paths of their own, so they are sent to a server of theirs on the edge, for as long as this runs:
 * the same rule files, and an upstream that says yes to all.
 */
import { execFileSync, spawn } from "node:child_process";
import { inState, projectDir } from "../local/paths";
import { wafRules } from "../machine/edge/modsecurity";
import { machineOf } from "./stack";
import { judge, read, summary, type Answer } from "./crs-tests";

const folder = "/run/ringo-crs";
const port = 18_099;

/** A second nginx on the edge. Without a level the rules' own holds; else all is only looked for, as the project tests it. */
const server = (level?: number): string => `user www-data;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
include /etc/nginx/modules-enabled/*.conf;
events {}
http {
    access_log off;
    client_max_body_size 60m;
    server {
        listen 127.0.0.1:${port};
        modsecurity on;
        modsecurity_rules_file ${wafRules};
        modsecurity_rules '
            SecAuditEngine RelevantOnly
            SecAuditLogFormat JSON
            SecAuditLogType Serial
            SecAuditLogParts AHZ
            SecAuditLog ${folder}/audit.log
        ';
${level === undefined ? "" : `        modsecurity_rules 'SecRuleEngine DetectionOnly';
        modsecurity_rules 'SecAction "id:1,phase:1,pass,nolog,setvar:tx.paranoia_level=${level},setvar:tx.executing_paranoia_level=${level},setvar:tx.arg_name_length=100,setvar:tx.arg_length=400,setvar:tx.combined_file_sizes=65535"';
`}        modsecurity_transaction_id $request_id;
        add_header X-Request-ID $request_id always;
        location / {
            proxy_pass http://unix:${folder}/upstream.sock;
        }
    }
    server {
        listen unix:${folder}/upstream.sock;
        location / {
            return 200 yes;
        }
    }
}
`;

function onEdge(command: string, input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", ["-F", inState("ssh", "config"), "edge", command], { stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
    child.on("error", reject).on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`on the edge: exit ${code}`))));
    child.stdin.end(input);
  });
}

/** Sends from the edge's own place in the network, and gives what was answered. */
function sendAll(directory: string): Answer[] {
  const output = execFileSync("ip", ["netns", "exec", `ringo-${machineOf("edge").id}`, "tsx", "bench/crs-tests.ts", directory, String(port)], { cwd: projectDir, encoding: "utf8", maxBuffer: 64 << 20 });
  return JSON.parse(output) as Answer[];
}

async function main(directory: string, level?: number): Promise<void> {
  const tests = read(directory);
  await onEdge(`rm -rf ${folder}; mkdir -p ${folder} && cat > ${folder}/nginx.conf && nginx -q -c ${folder}/nginx.conf`, server(level));
  try {
    const answers = sendAll(directory);
    const log = await onEdge(`cat ${folder}/audit.log`);
    const rules = await onEdge("cat /usr/share/modsecurity-crs/rules/REQUEST-*.conf");
    const configured = level ?? Number(/tx\.paranoia_level=(\d)/.exec(await onEdge("cat /etc/modsecurity/ringo/setup.conf"))?.[1]);
    process.stdout.write(summary(judge(tests, answers, log, rules, configured), configured));
  } finally {
    await onEdge(`nginx -q -c ${folder}/nginx.conf -s stop; rm -rf ${folder}`);
  }
}

const [directory, level] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: tsx bench/crs.ts DIRECTORY [PARANOIA-LEVEL]");
main(directory, level === undefined ? undefined : Number(level)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
