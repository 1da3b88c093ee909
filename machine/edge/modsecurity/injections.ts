import { asBrowsersRead, decoded, rule } from "./rule";

const lowered = `${decoded},t:lowercase`;
const fields = "ARGS|REQUEST_FILENAME|XML:/*";
/** Where scanners have themselves called back. */
const callbacks = "@rx (?i)\\b(?:burpcollaborator\\.net|oastify\\.com|interact\\.sh|oast\\.(?:fun|live|me|online|pro|site)|dnslog\\.cn|canarytokens\\.com)\\b";
/** What answers a cloud's machines about themselves, with their credentials. */
const metadata = "169\\.254\\.169\\.254|169\\.254\\.170\\.2|100\\.100\\.100\\.200|fd00:ec2::254|metadata\\.google\\.internal|2852039166|0xa9fea9fe";
const loopback = "(?:localhost|0|127\\.[\\d.]+|0\\.0\\.0\\.0|\\[[\\da-f:.]+\\]|0x[\\da-f]+|0\\d{3}[\\d.]*|\\d{8,10})(?:[:/?#]\\S*)?";

/** What a field may be written into beside HTML, SQL and a shell; each only where no ordinary text has it. */
export const injections = [
  // "{{ name }}" is a template, and "{{ 7*7 }}" a question whether it is rendered.
  rule(10441, fields, "@rx [{#@*$]\\{\\s*+(?:\\d+\\s*+[*+/-]\\s*+['\\x22]?\\d|(?:request|self|settings|config|dump\\(|messages\\.storages)\\b|['\\x22\\[][^}]{0,60}\\.\\s*+(?:class|mro|base)\\b)|\\{%-?\\s*+(?:debug|include|load|extends|import|get_admin_log|ssi|csrf_token)\\b|\\{%[^%]{0,100}\\bconfig\\b|<!--\\s*+#\\s*+(?:echo|exec|fsize|include|printenv|set)\\b|<%=\\s*+\\d+\\s*+[*+]\\s*+\\d|\\|add:\\d+\\}\\}", lowered, "Template"),
  rule(10445, fields, "@rx (?i)\\b(?:alert|confirm|prompt|eval)(?:\\s*+\\?\\.\\s*+|\\.(?:call|apply|bind)\\s*+)\\(|\\(\\s*+(?:alert|confirm|prompt)\\s*+\\)\\s*+[(\\x60]|\\bconstructor\\s*+\\(\\s*+['\\x22\\x60]", asBrowsersRead, "Call of a script"),
  rule(10446, fields, "@rx \\(\\s*+[&|!]\\s*+\\(\\s*+[\\w.-]+\\s*+[~<>]?=|\\w:(?:\\d+\\.){3,}\\d+:=|\\$(?:where|or|and|nor|regex|ne|gte?|lte?|nin|exists|expr)['\\x22]?\\s*+:|\\bdb\\.\\w+\\.(?:insert|find|update|remove|drop|aggregate)\\w*\\(|\\bnew\\s+date\\(|\\bwhile\\s*+\\([^)]{0,80}date|[\\r\\n](?:(?:rcpt to|mail from):[ \\t<]*+\\S+@|quit[\\r\\n]|[a-z]\\d{1,5} (?:capability|fetch \\d))", lowered, "Query of LDAP or MongoDB, or a command of mail"),
  rule(10449, fields, `@rx (?:${metadata})\\b|\\A\\s*+(?:https?|ftp):/{1,3}(?:[^/@\\s]*@)?${loopback}\\s*+\\z|\\b(?:gopher|dict|netdoc|jar|ldaps?|tftp|ogg|phar|expect)://|\\x5c\\x5c[^\\x5c\\s]+\\x5c[a-z]\\$\\x5c`, lowered, "Address of what only the machines may ask"),
  rule(10450, "ARGS|REQUEST_HEADERS|!REQUEST_HEADERS:Cookie", callbacks, "t:none,t:urlDecodeUni", "Address of a scanner"),
  rule(10447, "REQBODY_PROCESSOR", "@streq XML", "t:none", "XML that names other documents", ["REQUEST_BODY", "@rx <!(?:doctype|entity)|\\+adwaiq-|<\\?xml-stylesheet|www\\.w3\\.org/2001/xinclude|<(?:xsd?|xsl):(?:import|include|redefine)\\b"]),
].join("");
