import { mayReach } from "../egress";
import { sandbox } from "../sandbox";
import { combine, type Fragment } from "../state";
import { rules, type Rule } from "./scrub";
import { logFiles, type LogFile } from "./sources";

/** The store's intake. */
export interface Intake {
  address: string;
  port: number;
  /** PEM of the intake's certificate. */
  certificate: string;
}

export interface ShipperOptions {
  /** The machine's name and role: labels of all its lines. */
  machine: string;
  role: string;
  store: Intake;
}

/** The shipper's user. */
const shipperUser = "ringo-logs";

const configuration = "/etc/ringo/logs/shipper.conf";
const authority = "/etc/ringo/logs/store.pem";
const unit = "/etc/systemd/system/ringo-logs.service";
const buffer = "/var/lib/ringo-logs";
/** Buffer on the machine while the store is down: ten minutes of thousands of lines a second. */
const bufferMiB = 256;

/**
 * Ships a machine's logs to the store: reads the journal and files, labels, scrubs, and buffers what the store does
 * not accept yet on disk. When that is full it stops reading, and resumes there: the journal and the files are the rest of the buffer.
 */
export function shipper(options: ShipperOptions): Fragment {
  const files = logFiles(options.role);
  return combine(
    mayReach("logs", [{ name: "logs", port: options.store.port, to: [options.store.address], users: [shipperUser] }]),
    {
      packages: ["syslog-ng-core", "syslog-ng-mod-http"],
      users: [{ name: shipperUser, groups: ["adm", "systemd-journal"] }],
      directories: [{ path: "/etc/ringo/logs" }, { path: buffer, mode: "0700", owner: shipperUser }],
      files: [
        { path: configuration, content: config(options, files) },
        { path: authority, content: options.store.certificate },
        { path: unit, content: service },
      ],
      steps: [{
        name: "the shipper's configuration",
        onChange: [configuration],
        command: `syslog-ng --syntax-only --no-caps --cfgfile ${configuration}`,
      }],
      units: [
        { name: "syslog-ng.service", enabled: false, running: false },
        { name: "ringo-logs.service", restartOn: [configuration, authority, unit, "/etc/localtime"] }, // it knows the zone of its start
      ],
    },
  );
}

const service = `[Unit]
Description=Carries what is written here to the monitor
After=systemd-journald.service network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=/usr/sbin/syslog-ng --foreground --no-caps --cfgfile ${configuration} --persist-file ${buffer}/persist --control /run/ringo-logs/control --pidfile /run/ringo-logs/pid
User=${shipperUser}
Restart=always
RestartSec=5
RuntimeDirectory=ringo-logs
${sandbox({ network: "internet", writable: [buffer] })}
[Install]
WantedBy=multi-user.target
`;

/** A quoted string of the shipper's configuration. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const scrubbing = ({ pattern, replacement, exact = false }: Rule): string =>
  `subst(${quoted(pattern)}, ${quoted(replacement)}, value("MESSAGE") type("pcre") flags("utf8", "global", "store-matches"${exact ? "" : ', "ignore-case"'}));`;

/** The whole pipeline: how each source is read, then what applies to all lines. */
function config({ machine, role, store }: ShipperOptions, files: LogFile[]): string {
  return `@version: 4.8
# Managed by Ringo Infra.
options {
  keep-hostname(yes); use-dns(no); chain-hostnames(no); use-uniqid(yes);
  log-msg-size(262144); time-reopen(5); stats(freq(0));
};

# Normalizes the names of levels.
rewrite levels {
  set("$(lowercase \${.ringo.level})" value(".ringo.level"));
  subst("^(?:emerg|alert|crit|critical|fatal|panic)$", "critical", value(".ringo.level") type("pcre"));
  subst("^err$", "error", value(".ringo.level") type("pcre"));
  subst("^warn$", "warning", value(".ringo.level") type("pcre"));
  subst("^(?:debug[0-9]|trace)$", "debug", value(".ringo.level") type("pcre"));
  set("info" value(".ringo.level") condition(not match("^(?:critical|error|warning|debug)$" value(".ringo.level"))));
};

# Removes personal data before lines leave this machine.
rewrite scrub {
${rules.map((rule) => `  ${scrubbing(rule)}\n`).join("")}};

destination store {
  http(
    url("https://${store.address}:${store.port}/loki/api/v1/push")
    method("POST")
    headers("Content-Type: application/json")
    tls(ca-file("${authority}") peer-verify(yes))
    persist-name("store")
    # The journal gives one microsecond to lines that came together, and the store keeps no order within one moment: what was
    # received later gets a later nanosecond, but once in a thousand lines.
    body-prefix('{"streams":[') delimiter(",") body-suffix(']}')
    body('{"stream":$(format-json --scope none machine="${machine}" role="${role}" source="\${.ringo.source}" level="\${.ringo.level}"),"values":[["\${S_UNIXTIME}\${S_USEC}$(padding $(% \${RCPTID} 1000) 3 0)",$(substr $(format-json --scope none a="\${.ringo.line}") 5 -1),$(format-json --scope none --omit-empty-values request_id="\${.ringo.request_id}")]]}')
    batch-lines(500) batch-bytes(524288) batch-timeout(1000) timeout(15)
    # Not ready, or too much at once: what the store does not take is sent again until it does. But lines that it never will, too old
    # or of tomorrow: it has taken the others beside them, and would be sent them for ever.
    response-action(400 => drop, 429 => disconnect, 500 => disconnect, 502 => disconnect, 503 => disconnect, 504 => disconnect)
    disk-buffer(reliable(yes) capacity-bytes(${bufferMiB * 1024 * 1024}) dir("${buffer}"))
  );
};

log {
  junction {
${[journal, ...files.map(file)].map((reading) => `    channel {\n${reading.trim().replaceAll(/^/gm, "      ")}\n    };\n`).join("")}  };
  rewrite(levels);
  rewrite(scrub);
  if { filter { match('yes' value(".ringo.structured")); };
    rewrite { set(string("\${MESSAGE}") value(".ringo.line")); };
  } else {
    rewrite { set(string("$(format-json --scope none --omit-empty-values message=\\"\${MESSAGE}\\" program=\\"\${PROGRAM}\\" unit=\\"\${.ringo.unit}\\")") value(".ringo.line")); };
  };
  destination(store);
  flags(flow-control);
};
`;
}

/** A line that is a JSON object stays unchanged. */
const structure = `if {
  parser { json-parser(prefix(".json.")); };
  rewrite {
    set("yes" value(".ringo.structured"));
    set("\${.json.level}" value(".ringo.level") condition(match("." value(".json.level"))));
    set("\${.json.request_id}" value(".ringo.request_id") condition(match("[0-9a-zA-Z]{8}" value(".json.request_id"))));
  };
};`;

const journal = `source { systemd-journal(prefix(".journal.") max-field-size(131072)); };
rewrite {
  set("system" value(".ringo.source"));
  set("\${LEVEL}" value(".ringo.level"));
  set("\${.journal._SYSTEMD_UNIT}" value(".ringo.unit"));
};
if {
  filter { match("." value(".journal.CONTAINER_NAME")); };
  rewrite {
    set("\${.journal.CONTAINER_NAME}" value(".ringo.unit"));
    set("\${.journal.CONTAINER_NAME}" value(".ringo.source"));
    subst("^ringo-|-previous$", "", value(".ringo.source") type("pcre") flags("global"));
    # For a container's lines the journal only knows whether they came from stdout or stderr.
    set("info" value(".ringo.level"));
  };
  if { parser { regexp-parser(patterns("\\\\b(?<level>CRITICAL|FATAL|ERROR|WARNING|DEBUG)\\\\b") prefix(".ringo.")); }; };
  if { parser { regexp-parser(patterns("\\\\brequest_id=(?<request_id>[0-9a-zA-Z-]{8,64})") prefix(".ringo.")); }; };
} elif {
  filter { match("^kernel$" value(".journal._TRANSPORT")); };
  rewrite { set("kernel" value(".ringo.source")); };
} elif {
  filter { facility(auth, authpriv) or match("^ssh" value(".journal._SYSTEMD_UNIT")); };
  rewrite { set("auth" value(".ringo.source")); };
} elif {
  filter { match("^redis-server" value(".journal._SYSTEMD_UNIT")); };
  rewrite { set("redis" value(".ringo.source")); };
} elif {
  filter { match("^ringo-(backup|media-backup|restore)" value(".journal._SYSTEMD_UNIT")); };
  rewrite { set("backup" value(".ringo.source")); };
};
${structure}`;

const file = ({ source, path, indented = false, reading, time }: LogFile): string => `source { file("${path}" flags(no-parse) follow-freq(1)${indented ? " multi-line-mode(indented) multi-line-timeout(2)" : ""}); };
rewrite { set("${source}" value(".ringo.source")); };
${structure}
${reading}
${time === undefined ? "" : `if { parser { date-parser(format("${time.format}") template("${time.template}")${time.zone === undefined ? "" : ` time-zone("${time.zone}")`}); }; };`}`;
