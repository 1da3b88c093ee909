import { log, logZone } from "../data/postgres/cluster";
import { wafLog } from "../edge/modsecurity";

/** Log files of a machine beside its journal, and how they are parsed. */
export interface LogFile {
  /** Its label in the store. */
  source: string;
  path: string;
  /** An indented line continues the previous one. @default false */
  indented?: boolean;
  /** A part of the shipper's pipeline that finds the line's level, in `.ringo.level`, and what else there is to know. */
  reading: string;
  /** When it was written: a template of what was read, its format for `strptime`, and the zone of a time that does not name its own. @default when it was read */
  time?: { template: string; format: string; zone?: string };
}

const access: LogFile = {
  source: "nginx",
  path: "/var/log/nginx/access.log",
  reading: String.raw`rewrite { set("error" value(".ringo.level") condition(match("^5" value(".json.status")))); };`,
  time: { template: "${.json.time}", format: "%Y-%m-%dT%H:%M:%S%z" },
};

const errors: LogFile = {
  source: "nginx-error",
  path: "/var/log/nginx/error.log",
  // What was asked for is in the other log, by its path: here it stands with its query.
  reading: String.raw`if { parser { regexp-parser(patterns("^[0-9/]+ [0-9:]+ \\[(?<level>[a-z]+)\\]") prefix(".ringo.")); }; };
rewrite { subst("\\?[^ \"]*", "?…", value("MESSAGE") type("pcre") flags("utf8", "global")); };`,
};

const firewall: LogFile = {
  source: "waf",
  path: wafLog,
  // Which rule, and where: what it found stays on the machine. A line that is long was cut, and says no more than the rule.
  reading: String.raw`filter { match("ModSecurity: " value("MESSAGE") type("string") flags("substring")); };
parser { regexp-parser(patterns("\\[file \"[^\"]*\"\\] \\[line \"[0-9]+\"\\] \\[id \"(?<rule>[0-9]+)\"\\] \\[rev \"[^\"]*\"\\] \\[msg \"(?<message>[^\"]*)\"\\] \\[data \"(?<data>[^\"]*)(?<rest>.*)") prefix(".ringo.")); };
if { parser { regexp-parser(patterns("ModSecurity: Access denied with code (?<status>[0-9]+)") prefix(".ringo.")); }; };
if { parser { regexp-parser(template("${"$"}{.ringo.rest}") patterns("\\[unique_id \"(?<request_id>[0-9a-f]+)\"\\].*, client: (?<client>[^,]+), server: [^,]*, request: \"(?<method>[^ ]+) (?<uri>[^ ?\"]*)") prefix(".ringo.")); }; };
rewrite {
  set("warning" value(".ringo.level"));
  set("yes" value(".ringo.structured"));
  set(string("$(format-json --scope none --omit-empty-values request_id=\"${"$"}{.ringo.request_id}\" client=\"${"$"}{.ringo.client}\" method=\"${"$"}{.ringo.method}\" uri=\"${"$"}{.ringo.uri}\" status=\"${"$"}{.ringo.status}\" rule=\"${"$"}{.ringo.rule}\" message=\"${"$"}{.ringo.message}\")") value("MESSAGE"));
};`,
};

const postgres: LogFile = {
  source: "postgresql",
  path: log,
  indented: true,
  reading: String.raw`if { parser { regexp-parser(patterns("^(?<time>[0-9-]+ [0-9:]+)[.0-9]* \\S+ \\[[0-9]+\\] (?:\\S+@\\S+ \\S+ )?(?<level>[A-Z]+):") prefix(".ringo.")); }; };`,
  time: { template: "${.ringo.time}", format: "%Y-%m-%d %H:%M:%S", zone: logZone },
};

const audit: LogFile = { source: "audit", path: "/var/log/audit/audit.log", reading: "" };

/** By the machine's role. */
export const logFiles = (role: string): LogFile[] => ({ edge: [access, errors, firewall], data: [postgres] }[role] ?? []).concat(audit);
