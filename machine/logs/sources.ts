/** What is written down on a machine beside its journal, and how it is read. */
export interface LogFile {
  /** Its label in the store. */
  source: string;
  path: string;
  /** A line that is indented goes on with the one above it. @default false */
  indented?: boolean;
  /** A part of the shipper's pipeline that finds the line's level, in `.ringo.level`, and what else there is to know. */
  reading: string;
  /** When it was written: a template of what was read, and its format for `strptime`. @default when it was read */
  time?: { template: string; format: string };
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
  path: "/var/log/nginx/waf/audit.log",
  // Which rule, and where: what it found stays on the machine.
  reading: String.raw`rewrite {
  set("${"$"}{.json.transaction.unique_id}" value(".ringo.request_id"));
  set("${"$"}{.json.transaction.request.uri}" value(".ringo.uri"));
  subst("\\?.*", "", value(".ringo.uri") type("pcre") flags("utf8"));
  set("warning" value(".ringo.level"));
};
if { parser { regexp-parser(patterns("\"messages\":\\[\\{\"message\":\"(?<message>[^\"]*)\".*?\"ruleId\":\"(?<rule>[0-9]+)\"") prefix(".ringo.")); }; };
rewrite { set(string("$(format-json --scope none request_id=\"${"$"}{.ringo.request_id}\" client=\"${"$"}{.json.transaction.client_ip}\" method=\"${"$"}{.json.transaction.request.method}\" uri=\"${"$"}{.ringo.uri}\" status=\"${"$"}{.json.transaction.response.http_code}\" rule=\"${"$"}{.ringo.rule}\" message=\"${"$"}{.ringo.message}\")") value("MESSAGE")); };`,
};

const postgres: LogFile = {
  source: "postgresql",
  path: "/var/log/postgresql/postgresql-17-main.log",
  indented: true,
  reading: String.raw`if { parser { regexp-parser(patterns("^(?<time>[0-9-]+ [0-9:]+)[.0-9]* \\S+ \\[[0-9]+\\] (?:\\S+@\\S+ \\S+ )?(?<level>[A-Z]+):") prefix(".ringo.")); }; };`,
  time: { template: "${.ringo.time}", format: "%Y-%m-%d %H:%M:%S" },
};

const audit: LogFile = { source: "audit", path: "/var/log/audit/audit.log", reading: "" };

/** By the machine's role. */
export const logFiles = (role: string): LogFile[] => ({ edge: [access, errors, firewall], data: [postgres] }[role] ?? []).concat(audit);
