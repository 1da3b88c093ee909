import { application } from "./exclusions";
import { multipart } from "./multipart";
import type { WafOptions } from "./options";

/** Each field costs the edge an eighth of a millisecond or more: this is what one request may cost. */
export const argumentsLimit = 1000;
export const jsonDepth = 64;
/** What is read as JSON, in lower case. */
export const jsonTypes = "^application/(?:[a-z0-9.-]+\\+)?json";

const longestName = 4096;
/** Bytes of a body outside {@link application}. */
const elsewhere = 16_384;

/** A browser sends a dozen, of two or three applications under one name. */
const cookiesLimit = 100;

const xml = "^(?:application(?:/[a-z0-9.-]+\\+|/)|text/)xml";

/** ModSecurity itself: what is read of a request, how much of it, and what is written down. */
export const engine = (options: WafOptions, directory: string): string => `SecRuleEngine ${options.mode === "block" ? "On" : "DetectionOnly"}

# Bodies are read whole, as large as nginx lets them through. What is not a file is bounded on its own: every field of it
# meets every rule.
SecRequestBodyAccess On
SecRequestBodyLimit ${options.bodyMiB * 1024 * 1024 + 65536}
SecRequestBodyNoFilesLimit ${options.fieldsKiB * 1024}
SecRequestBodyLimitAction Reject
SecRequestBodyJsonDepthLimit ${jsonDepth}
SecArgumentsLimit ${argumentsLimit}
# A few rules cost the square of a name's length, or of a field's where the application reads none.
SecRule ARGS_NAMES "@gt ${longestName}" "id:10017,phase:2,t:none,t:length,log,auditlog,deny,status:400,msg:'A field with a name longer than what is inspected'"
SecRule REQUEST_FILENAME "!${application}" "id:10018,phase:2,t:none,log,auditlog,deny,status:413,msg:'A large body where the application reads none',chain"
    SecRule REQUEST_BODY_LENGTH "@gt ${elsewhere}" "t:none"
# Each cookie and its name meet every rule, too, and nothing counts them.
SecRule &REQUEST_COOKIES "@gt ${cookiesLimit}" "id:10002,phase:1,t:none,log,auditlog,deny,status:400,msg:'More cookies than are inspected'"
# An element's attributes take the square of their number to read.
SecRule REQUEST_HEADERS:Content-Type "${xml}" "id:10003,phase:1,t:none,t:lowercase,log,auditlog,deny,status:413,msg:'XML longer than what is inspected, or of unknown length',chain"
    SecRule REQUEST_HEADERS:Content-Length|&REQUEST_HEADERS:Content-Length "!@rx ^[1-9]\\d{0,3}$" "t:none"
SecRule REQUEST_HEADERS:Content-Type "${jsonTypes}" "id:10000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "${xml}" "id:10001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"

# The Core Rule Set's expressions need more steps than ModSecurity's default of 1000. This bounds no request's time: the steps
# are counted anew from every place where an expression may begin, and most repetitions are not counted at all. What bounds it
# is that no rule takes more than linear time (rules 10420 to 10430).
SecPcreMatchLimit 500000
SecPcreMatchLimitRecursion 500000

# Answers are not inspected: they would be held back whole and in memory, and those of an API are its data. The type is one
# that nothing has, as ModSecurity keeps a copy of every answer whose type it would inspect, even when it does not.
SecResponseBodyAccess Off
SecResponseBodyMimeType application/x-never

SecTmpDir /tmp/
SecDataDir /tmp/
SecArgumentSeparator &
SecCookieFormat 0
SecUnicodeMapFile ${directory}/unicode.mapping 20127
SecStatusEngine Off

# What is found goes to nginx's error log, which cuts each line. An audit log quotes a field whole, once for each rule that it meets:
# a request of a megabyte wrote 147.
SecAuditEngine Off
`;


/** After the Core Rule Set, so that a request it refuses is told why by it. */
export const unreadable = `# What ModSecurity cannot read the application might, in another way.
SecRule &ARGS "@ge ${argumentsLimit}" "id:10010,phase:2,t:none,log,auditlog,deny,status:413,msg:'More fields than are inspected'"
SecRule INBOUND_DATA_ERROR "@eq 1" "id:10011,phase:2,t:none,log,auditlog,deny,status:413,msg:'A body without files that is larger than what is inspected'"
SecRule REQBODY_ERROR "!@eq 0" "id:10012,phase:2,t:none,log,auditlog,deny,status:400,msg:'A body that cannot be read',logdata:'%{reqbody_error_msg}'"
# Django takes an alphabet from any request, and its name from quotes, from RFC 2231's pieces and from what Python makes of it.
SecRule REQUEST_HEADERS:Content-Type "@rx (?i)charset(?!=(?:utf-8|\\x22utf-8\\x22)[ \\t]*(?:;|\\z))" "id:10016,phase:2,t:none,log,auditlog,deny,status:400,msg:'An alphabet that is not UTF-8'"
# Nor does Python write letters of ASCII in a cookie by their numbers, but for , and ; it does: Django reads them.
SecRule REQUEST_HEADERS:Cookie "@rx =\\s*\\x22[^;]*\\x5c(?:04[0-7]|05[0-35-7]|06[0-7]|07[0-24-7]|1[0-7][0-7])" "id:10019,phase:2,t:none,log,auditlog,deny,status:400,msg:'A cookie with letters by their numbers'"
${multipart}# Last: the rules above may be what could not be carried to its end.
SecRule TX:MSC_PCRE_ERROR|TX:MSC_PCRE_LIMITS_EXCEEDED "!@streq 0" "id:10015,phase:2,t:none,log,auditlog,deny,status:403,msg:'A rule that could not be carried to its end',logdata:'%{MATCHED_VAR_NAME}'"
`;
