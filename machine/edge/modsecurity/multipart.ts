/**
 * Multipart bodies that Django reads otherwise than ModSecurity, so that what one takes for a file, which nothing looks into, is
 * a field to the other. Each rule refuses by itself, whatever the points at which requests are refused and whatever is excluded.
 */

/** A type that names its boundary in one way only. */
export const typeOfForm = "^(?i:multipart/form-data)[ \\t]*;[ \\t]*boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})(?:[ \\t]*;[ \\t]*(?i:charset=\\x22?utf-8\\x22?))?$";

/** The boundary as the client named it, between what makes nothing of it a sign of an expression. */
const boundary = "\\Q--%{tx.multipart_boundary}\\E";

/**
 * What a part may begin with: each of these headers once at most, and all of them within what Django reads of it. ModSecurity
 * leaves a second Content-Disposition out without a word, and Django takes the last, even after what only Python has for white
 * space. Base64 Django decodes.
 */
const header = "(?i:(content-(?:disposition|type|length|transfer-encoding(?=:[ \\t]*(?:7bit|8bit|binary)\\r))):)[^\\x00-\\x08\\x0a-\\x1f\\x7f]++\\r\\n";
const head = `(?=.{1,1000}?\\r\\n\\r\\n)(?:${header}(?!(?:[^\\r\\n]+\\r\\n){0,3}(?i:\\1:))){1,4}\\r\\n`;

/**
 * A file's name of which something is left when Django has taken off its folder and what cannot be printed. A file without a
 * name it passes over, without reading it to its end: beyond 64 KiB of it begins, there, the next part. Names that are wholly
 * in other letters than Latin and Cyrillic ones have an extension.
 */
const letter = "(?:[0-9A-Za-z]|[\\xc3-\\xc9\\xd0\\xd1][\\x80-\\xbf])";
const fileName = `(?:^|[/\\x5c])(?:[^&/\\x5c]*${letter}|[^/\\x5c]*\\.[0-9A-Za-z])[^/\\x5c]*$`;

const refuse = (id: number, transformations: string, message: string): string =>
  `"id:${id},phase:2,${transformations},log,auditlog,deny,status:400,msg:'${message}'"`;

/** What looks at the body as it came writes nothing down itself: the log would quote the body's beginning. */
export const multipart = `SecRule &REQUEST_HEADERS:Content-Type "@gt 1" ${refuse(10022, "t:none", "A body of more than one type")}
SecRule REQUEST_HEADERS:Content-Type "@rx (?i)^\\s*multipart/" "id:10020,phase:2,t:none,pass,nolog,setvar:tx.multipart=1"
SecRule &TX:multipart "@eq 0" "id:10021,phase:2,t:none,pass,nolog,skipAfter:END-MULTIPART"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" ${refuse(10013, "t:none", "A multipart body that could be read in more than one way")}
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" ${refuse(10014, "t:none", "A multipart body with a boundary that is not its own")}
SecRule REQUEST_HEADERS:Content-Type "@rx ${typeOfForm}" \\
    "id:10023,phase:2,t:none,pass,nolog,capture,setvar:'tx.multipart_boundary=%{TX.1}'"
SecRule &TX:multipart_boundary "@eq 0" ${refuse(10024, "t:none", "A multipart body whose boundary could be read in more than one way")}
# RFC 7578 has no such parameters in forms.
SecRule MULTIPART_PART_HEADERS "@rx ^content-disposition:.*;[^;=]*\\*[^;=]*=" ${refuse(10025, "t:none,t:lowercase", "A part with an extended parameter")}
SecRule MULTIPART_PART_HEADERS "@rx ^content-disposition:.*\\x5c[\\x22\\x5c]" ${refuse(10026, "t:none,t:lowercase", "A part with an escaped quote or backslash in a name")}
SecRule MULTIPART_PART_HEADERS "@validateUtf8Encoding" ${refuse(10027, "t:none", "A part whose headers are no UTF-8")}
SecRule FILES "@rx &(?:#|b?sol;)" ${refuse(10028, "t:none", "A file whose name has characters by their numbers")}
SecRule FILES "!@rx ${fileName}" ${refuse(10029, "t:none", "A file without a name")}
# A boundary within a line, where Django finds it too; a part that begins otherwise.
SecRule REQUEST_BODY "@rx ${boundary}(?:(?<!\\r\\n${boundary})(?<!\\A${boundary})|\\r\\n(?!${head}))" "id:10030,phase:2,t:none,pass,nolog,setvar:tx.multipart_fault=1"
SecRule &TX:multipart_fault "@gt 0" ${refuse(10031, "t:none", "A multipart body with a boundary within a line, or a part with other headers than those of forms")}
SecMarker END-MULTIPART
`;
