import { encodedAttacks } from "./encoded";
import { injections } from "./injections";
import { headers, linear } from "./linear";
import { decoded, rule } from "./rule";
import { scripts, scriptsReplaced } from "./scripts";
import { sql, sqlReplaced } from "./sql";

const fields = "ARGS|ARGS_NAMES|REQUEST_COOKIES|REQUEST_COOKIES_NAMES|FILES|FILES_NAMES";
const hex = "[\\da-f]{2}";

const unixCommands = "cat|ls|ps|id|nc|ncat|netcat|socat|telnet|wget|curl|ssh|scp|ftp|tftp|(?:ba|da|z|k|c)?sh|python[23]?|perl|ruby|php|node|lua|java|nohup|env|exec|eval|source|sudo|su|chmod|chown|rm|cp|mv|tee|tail|head|find|xargs|awk|sed|ping|base64|openssl|kill|crontab|time|echo|printf|uname|whoami";
const windowsCommands = "cmd|powershell|ipconfig|systeminfo|whoami|hostname|tasklist|taskkill|certutil|bitsadmin|mshta|rundll32|regsvr32|wmic|schtasks|net\\s+(?:user|localgroup|group|use|view|share|start)|reg\\s+(?:add|query)|nslookup|tracert|netstat";

/** What the Core Rule Set 3.3 has no rule for at its first level: attacks that became known after it, and those on Python. */
const newer = [
  rule(10400, `${fields}|REQUEST_HEADERS|REQUEST_FILENAME`, "@rx (?i)\\$\\{(?:jndi:|[^}]{0,60}\\$\\{|(?:lower|upper|env|sys|date|main|::?-?)[^}]{0,60}\\})", `${decoded},t:removeNulls`, "Log4j look-up"),
  rule(10401, fields, "@rx __(?:class|mro|bases?|subclasses|globals|builtins|reduce|getattribute|init)__\\s*[.\\[(]|[.\\[]\\W{0,3}__(?:class|mro|subclasses|globals|builtins)__|__import__\\s*\\(|\\b(?:os\\.(?:system|popen)|subprocess\\.(?:run|call|popen|check_output)|pickle\\.loads)\\s*\\(|!!python/|\\{\\{[^}]{0,100}(?:\\|\\s*attr\\s*\\(|\\b(?:config|cycler|joiner|lipsum|namespace|request|self)\\b[^}]{0,50}(?:[(\\[]|\\._))", `${decoded},t:lowercase`, "Python code"),
  rule(10402, fields, "@rx \\b(?:child_process|process\\.(?:mainmodule|binding|env\\.constructor)|constructor\\.constructor\\s*\\()", `${decoded},t:lowercase`, "Node code"),
  // What 920120 looks for, but for the single quote: to Django and to ModSecurity it is none within double ones.
  rule(10405, "FILES_NAMES|FILES", "@rx (?<!&[aAoOuUyY]uml|&[aAeEiIoOuU]circ|&[eEiIoOuUyY]acute|&[aAeEiIoOuU]grave|&[cC]cedil|&[aAnNoO]tilde|&amp|&apos);|[\\x22=\\x5c]", "t:none,t:urlDecodeUni", "Name of a file with a separator in it (920120)"),
  rule(10403, "FILES", "@rx (?:^|[\\x5c/])\\.\\.[\\x5c/]", decoded, "File name that leaves its folder"),
  // The application's texts are UTF-8. The exclusion of rule 941310 relies on this one.
  rule(10404, "ARGS|ARGS_NAMES", "@validateUtf8Encoding", "t:none", "Text that is no UTF-8"),
  rule(10406, "REQUEST_FILENAME", "@validateUtf8Encoding", "t:none,t:urlDecodeUni", "Path that is no UTF-8"),
  // Such bytes as who decodes a text once more would find. "100%acrylic" and "%date%" have none, nor has an address that was cut.
  rule(10407, "ARGS|ARGS_NAMES", `@rx %(?:(?:c[01]|f[5-9a-f])%|e0%[89]|f0%8|u(?:e[\\da-f]|f[0-8])${hex})|(?:(?<!\\d)|(?<=%[\\da-f]\\d))%(?!\\w*+%(?!\\w))(?:(?<!%${hex}%)[89ab][\\da-f]|c[01]|f[5-9a-f]|[c-f][\\da-f](?!%[89ab]|\\z))`, "t:none,t:lowercase", "Text that is no UTF-8 once it is decoded"),
];

/** In the place of rules that take ordinary text for an attack, and are excluded from the application's fields: what they are for. */
const replacements = [
  rule(10410, "ARGS", "@rx ^(?:file|ftps?|https?)://(?:[^/\\s]+|\\S+\\.\\w{1,5})/?\\?+$", "t:none,t:lowercase", "Remote file inclusion: address with nothing after its question mark (931120)"),
  // An event is called "ping", and there is "ping-pong".
  rule(10411, "ARGS", `@rx (?:^|[;|&\\n]|\\x60)\\s*(?:(?:${windowsCommands})(?:\\.exe)?\\s*(?:$|[;|&>]|[/-][a-z]|[a-z]:\\x5c|\\x22)|ping(?:\\.exe)?(?:\\s++-[a-z]|\\s*+(?:/[a-z]\\b|>))|net1?\\s+(?:localgroup\\b|(?:accounts|group|share|use|user)\\s[^;|&\\n]{0,200}?/[a-z]))|[;|&]\\s*(?:dir|type|copy|del|echo)\\s+(?:[a-z]:|\\x5c|/[a-z]\\b|\\.\\.|%)`, "t:none,t:lowercase", "Windows command (932110, 932115)"),
  // "id | name | price" is the head of a table.
  rule(10412, "ARGS", `@rx ^\\s*(?:(?!(?:find|head|id|java|node|perl|php|python|ruby|source|tail|time)\\b)(?:${unixCommands})\\s+[|;]|(?:${unixCommands})\\s+(?:--?[a-z0-9]|/[a-z]|~/|\\.{1,2}/|\\$[({a-z]|[<>](?!=?\\s*\\d)|[|;]\\s*+(?:[$/.~'\\x22\\x5c\\x60]|(?:${unixCommands})\\b)|https?://))`, "t:none", "Unix command at the beginning (932150)"),
  rule(10413, "ARGS", "@rx document\\.(?:cookie|write)|\\.parentnode|\\.innerhtml|window\\.location|-moz-binding|<!--|<!\\[cdata\\[", "t:none,t:utf8toUnicode,t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,t:cssDecode,t:lowercase,t:removeNulls", "Words of scripts (941180)"),
  // "Head lamp" and "Post office" are lines, too.
  rule(10458, "ARGS", "@rx \\b(?:get|post|head|options|connect|put|delete|trace|track|patch|propfind|propatch|mkcol|copy|move|lock|unlock)\\s+(?:/|\\w)\\S*\\s+http/\\d", `${decoded},t:lowercase`, "Request within a request (921110)"),
  // With nothing between the name and its bracket: "Split system (2 шт)". There is no PHP. "system(s)" is a plural, and "include(скидка)" a remark.
  rule(10439, "ARGS", "@rx \\b(?:array_(?:filter|map|walk)|assert|base64_decode|call_user_func(?:_array)?|chr|create_function|curl_exec|eval|exec|file_(?:get|put)_contents|fopen|fsockopen|include|move_uploaded_file|ob_start|passthru|pcntl_exec|php(?:info|version)|popen|preg_replace|proc_open|readfile|shell_exec|system|unserialize|var_dump)\\((?!(?:s\\)|[^)'\\x22$\\x60(]{0,80}[\\x80-\\xff]))", `${decoded},t:lowercase`, "Call of PHP (933160)"),
  // "\nLocation: Moscow" is a line of a note, and a letter has a type.
  rule(10440, "ARGS", "@rx [\\r\\n]\\W{0,8}+(?:set-cookie:\\s*[^\\s=;]+=|location:\\s*(?:[a-z]+:/|/)|content-length:\\s*\\d|content-type:\\s*text/html)", `${decoded},t:lowercase`, "Header after the end of a line (921120)"),
];

/** Goes before the Core Rule Set. */
export const additions = [...newer, ...replacements].join("") + sql + scripts + injections + encodedAttacks + linear + headers;

/** Rules that the application's fields are excluded from, because one of the replacements looks at them instead, or none: 933210 finds PHP, at the cost of a square. */
export const replaced = [10424, 10427, 921110, 921120, 931120, 932110, 932115, 932130, 933160, 933210, 941130, 941170, 941180, 941210, 941220, ...scriptsReplaced, ...sqlReplaced];
/** What else of a request of the application's they must not look at. */
export const replacedElsewhere = ["921110;REQUEST_BODY", ...scriptsReplaced.map((rule) => `${rule};REQUEST_COOKIES`)];
