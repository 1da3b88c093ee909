import { asMethod, each, inAgent, inField, inFileName, inHeader, inJson, inName, inPath, inQuery, json, request, type Sent } from "../request";

const orders = "/api/v1/orders/";
const posted = (name: string, headers: Record<string, string>, body: string): Sent => ({ name, ...request("POST", orders, headers, body) });

/** An attack in UTF-7, in which ModSecurity sees nothing but letters, and ways to have Django read it as such. */
const hidden = "+ADw-script+AD4-alert(1)+ADw-/script+AD4-";
const charsets = [
  "; charset=\"'utf-7\"", "; charset=''utf-7", '; charset=""utf-7', "; charset='utf-7'", '; charset="utf-7"', ";CHARSET=UTF-7", "; charset = utf-7", ";\tcharset\t=\tutf-7",
  "; charset*=utf-8''utf-7", "; charset*0=utf; charset*1=-7", "; charset*0*=''utf; charset*1*=-7", "; charset=utf-8; charset=utf-7", "; charset=utf-7; charset=utf-8", "; charset=utf-8; charset*=''utf-7",
  "; x=y; charset=utf_7", '; x="; charset=utf-8"; charset=u7', "; charset=xx-iso-8859-1", "; charset=unicode-1-1-utf-7", "; charset=\"utf-8", "; charset=cp037", "; charset=utf-16", "; charset=raw_unicode_escape", ", a; charset=utf-7",
];
const misread = charsets.flatMap((charset) => ["application/json", "application/x-www-form-urlencoded"].flatMap((type): Sent[] => [
  posted("920", { "Content-Type": type + charset }, type.endsWith("json") ? JSON.stringify({ title: hidden }) : `title=${encodeURIComponent(hidden)}`),
  { name: "920", ...request("GET", `${orders}?search=${encodeURIComponent(hidden)}`, { "Content-Type": type + charset }) },
]));

/** What is wrong with a request before one looks at what it says: 911, 913, 920, 921, 922, 943. */
export const protocol: Sent[] = [
  ...each("911", asMethod, ["PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT", "PURGE", "LINK"]),

  ...each("913", inAgent, [
    "sqlmap/1.8#stable (https://sqlmap.org)", "Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", "masscan/1.3", "gobuster/3.6",
    "Fuzz Faster U Fool v2.1.0", "Wfuzz/3.1.0", "WPScan v3.8.25 (https://wpscan.com/)", "Nuclei - Open-source project", "Mozilla/5.0 zgrab/0.x",
    "DirBuster-1.0-RC1", "WhatWeb/0.5.5", "commix/3.9-stable", "Mozilla/5.0 (compatible; openvas)", "() { :;}; havij",
  ]),
  ...each("913", inPath, ["/acunetix-wvs-test-for-some-inexistent-file", "/nessus_is_probing_you_", "/w00tw00t.at.ISC.SANS.DFind:)", "/appscan_fingerprint/mac_address", "/rfiinc.txt"]),
  ...each("913", inHeader("X-Scanner"), ["Netsparker"]),
  ...each("913", inHeader("Acunetix-Product"), ["WVS/14.0 (Acunetix Web Vulnerability Scanner)"]),

  ...misread,
  { name: "920", ...request("GET", orders, { "Content-Type": "text/plain" }, "a body where none belongs") },
  { name: "920", ...request("HEAD", orders, {}, "the same") },
  posted("920", { "Content-Type": "application/x-java-serialized-object" }, "a"),
  posted("920", { "Content-Type": "text/html" }, "<p>"),
  posted("920", { "Content-Type": "application/octet-stream" }, "raw"),
  posted("920", { "Content-Type": "application/json; charset=utf-7" }, "{}"),
  posted("920", { "Content-Type": "application/json", "Content-Encoding": "gzip" }, "{}"),
  posted("920", { "Content-Type": "application/json", "X-Empty": "1", "Content-Range": "bytes 0-1/2" }, "{}"),
  posted("920", { "Content-Type": "application/json" }, '{"title": "not closed'),
  posted("920", { "Content-Type": "application/json" }, `${"[".repeat(100)}1${"]".repeat(100)}`),
  posted("920", { "Content-Type": "multipart/form-data; boundary=a" }, '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n'),
  posted("920", { "Content-Type": "multipart/form-data; boundary=a" }, '--a\nContent-Disposition: form-data; name="x"\n\n1\n--a--\n'),
  posted("920", { "Content-Type": "application/x-www-form-urlencoded" }, "a=%c0%ae%c0%ae%c0%af"),
  ...each("920", inQuery, ["a\u0000.png", "a\u0001b\u0000"]),
  ...each("920", inPath, ["/backup.sql", "/dump.bak", "/web.config", "/settings.conf", "/api/v1/export.mdb", "/server.key", "/api/%c0%ae%c0%ae/", "/api/v1/orders/?a=%ff%fe"]),
  ...each("920", inHeader("If"), ['<urn:uuid:181d4fae> (["a"])']),
  ...each("920", inFileName, ["a;b.png", "a=b.png"]),

  ...each("921", inQuery, [
    "a\r\nSet-Cookie: session=stolen", "a\nLocation: https://evil.example/", "x\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<b>",
    "GET /admin/ HTTP/1.1\r\nHost: api", "POST / HTTP/1.0", "a\r\nContent-Type: text/html; charset=utf-7",
  ]),
  ...each("921", inName, ["a\r\nX-Injected: 1", "b\nHost"]),
  posted("921", { "Content-Type": "application/x-www-form-urlencoded" }, "a=0%0d%0a%0d%0aGET%20/metrics%20HTTP/1.1%0d%0aHost:%20x"),
  { name: "921", ...json("POST", orders, { title: "x\r\nGET /admin/ HTTP/1.1\r\nHost: internal" }) },
  ...each("921", inPath, ["/api/v1/orders/%0d%0aSet-Cookie:%20a=b"]),

  posted("922", { "Content-Type": "multipart/form-data; boundary=a" }, '--a\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nutf-7\r\n--a\r\nContent-Disposition: form-data; name="x"\r\n\r\n+ADw-script+AD4-\r\n--a--\r\n'),
  posted("922", { "Content-Type": "multipart/form-data; boundary=a" }, '--a\r\nContent-Disposition: form-data; name="x"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+ADw-script+AD4-\r\n--a--\r\n'),
  posted("922", { "Content-Type": "multipart/form-data; boundary=a" }, '--a\r\nContent-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: base64\r\n\r\nPHNjcmlwdD4=\r\n--a--\r\n'),
  ...each("922", inField, ["<script>alert(1)</script>"]),

  ...each("943", inQuery, ["<script>document.cookie=\"sessionid=1; path=/\"</script>", "document.cookie='sessionid=abc;domain=.example.test;expires=1'"]),
  { name: "943", ...request("GET", "/api/v1/orders/?session_id=abcdef0123456789", { Referer: "https://evil.example/" }) },
  { name: "943", ...request("GET", "/api/v1/orders/?PHPSESSID=0123", { Referer: "https://evil.example/" }) },
  { name: "943", ...request("GET", "/api/v1/orders/?jsessionid=0123") },
  ...each("920", inJson, ["%BCscript%BEalert(1)%BC/script%BE", "..%c0%9vetc%c0%9vhosts", "x %c0%ae%c0%ae/", "50%c0%a6id=2", "..%uEFC8etc", "%e0%80%af", "a%ff%fe"]),
  { name: "941", ...json("PATCH", orders, { title: "<script>alert(1)</script>" }, { "Content-Type": "application/merge-patch+json" }) },
];
