import { login } from "../session";
import { arrive, ask, each, leave, raw, statuses, stranger } from "../outside";
import { multipart, request } from "../../../waf/request";
import { request as adminRequest, type Output } from "../support";

let stack: Output;
let host: string;
beforeAll(async () => ({ stack, host } = await arrive()), 60_000);
afterAll(leave);

/** A request line as it stands: clients tidy paths up. */
const get = (path: string, headers = "", from?: string) => raw(stack, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}Connection: close\r\n\r\n`, { from });
const spellings = (word: string): string[] => {
  const hex = (c: string): string => `%${c.charCodeAt(0).toString(16)}`;
  const [first, ...rest] = word;
  const tail = rest.join("");
  return [
    `/${word}`, `/${word}/`, `//${word}/`, `///${word}`, `/./${word}/`, `/.//${word}`, `/%2e/${word}/`, `/x/../${word}/`, `/x/%2e%2e/${word}/`, `/x/..%2f${word}/`, `/%2f${word}/`, `/${word}%2f`,
    `/${word.toUpperCase()}/`, `/${first!.toUpperCase()}${tail}/`, `/${hex(first!)}${tail}/`, `/${[...word].map(hex).join("")}/`, `/%25${hex(first!).slice(1)}${tail}/`,
    `/${word};/`, `/;/${word}/`, `/${word};a=b/`, `/x;/../${word}/`, `/${word}%3b/`, `/${word}%20`, `/${word}%20/`, `/${word}%00`, `/${word}%00/`, `/${word}%0a`, `/${word}%09/`, `/${word}./`, `/${word}../`,
    `/${word}?x=1`, `/${word}/?x=1`, `/?/../${word}/`, `/${word}#x`, `/${word}%23`, `/${word}%3f`, `/\\${word}/`, `/%5c${word}/`, `/${word}\\`, `/api/..;/${word}/`, `/api/v1/..%2f..%2f${word}/`,
    `/static/../${word}/`, `/static/..%2f${word}/`, `/media/../${word}/`, `/media../${word}/`, `/%c0%af${word}/`, `/%ef%bc%8f${word}/`, `/${word.replace("m", "%ef%bd%8d")}/`,
    `http://${host}/${word}/`, `https://${host}/${word}/`, `https://${host}//${word}/`, `/api/v1/../../${word}/`, `/${word}/login/`, `//${host}/${word}/`,
  ];
};

describe("restricted paths", () => {
  test("metrics are shown to nobody, however the path is spelt, not even to admin addresses", async () => {
    for (const from of [undefined, "198.18.0.254"]) {
      // A stranger for each; the admin's one address has a burst of twenty, beyond which nothing was looked at.
      const answers = await each(spellings("metrics"), async (path) => {
        const text = await get(path, "", from ?? stranger());
        if (from !== undefined) await new Promise((resolve) => setTimeout(resolve, 250));
        return [path, text] as const;
      }, from === undefined ? 8 : 2);
      expect(answers.filter(([, text]) => /# HELP|# TYPE|process_cpu|python_info/.test(text))).toEqual([]);
      expect(answers.filter(([, text]) => text === "" || statuses(text).some((status) => ![400, 403, 404].includes(status)))
        .map(([path, text]) => [path, text.slice(0, 200)])).toEqual([]);
    }
  }, 60_000);

  test("the admin pages are not shown to strangers, however the path is spelt", async () => {
    const answers = await each(spellings("admin"), async (path) => [path, await get(path)] as const);
    expect(answers.filter(([, text]) => /csrfmiddlewaretoken|Django|name="username"/.test(text) || /^location:.*admin/im.test(text))).toEqual([]);
    expect(answers.filter(([, text]) => text === "" || statuses(text).some((status) => ![400, 403, 404].includes(status)))
      .map(([path, text]) => [path, text.slice(0, 200)])).toEqual([]);
    // From where it may be seen, it is.
    expect((await adminRequest(stack, "GET", "/admin/login/")).body).toContain("csrfmiddlewaretoken");
  }, 60_000);

  test("no header makes a stranger an admin", async () => {
    const admin = "198.18.0.254";
    const forged = [
      "X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP", "X-Originating-IP", "X-Remote-IP", "X-Remote-Addr",
      "X-ProxyUser-Ip", "X-Forwarded", "Forwarded-For", "Via",
    ];
    const answers = await each(forged, async (name) => (await get("/admin/login/", `${name}: ${name === "Forwarded" ? `for=${admin}` : admin}\r\n`)).slice(0, 15));
    expect(new Set(answers)).toEqual(new Set(["HTTP/1.1 403 Fo"]));
    for (const name of ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Script-Name", "SCRIPT_NAME", "Script-Name"]) {
      const text = await get("/api/v1/nothing/", `${name}: /admin/login/\r\n`);
      expect([name, statuses(text), /csrfmiddlewaretoken/.test(text)]).toEqual([name, [404], false]);
    }
    const text = await raw(stack, `POST /api/v1/nothing/ HTTP/1.1\r\nHost: ${host}\r\nX-HTTP-Method-Override: GET\r\nX-Original-URL: /metrics\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    expect(statuses(text)).toEqual([404]);
  }, 30_000);

  test("no header resets a stranger's rate limits", async () => {
    const from = stranger();
    const forged = (i: number) => ({ "X-Forwarded-For": `192.0.2.${i}`, "X-Real-IP": `192.0.2.${i}`, Forwarded: `for=192.0.2.${i}` });
    // More than a slow machine lets through meanwhile, and no more at once than one address may have under way.
    const answers = await each(Array.from({ length: 90 }, (_, i) => i), (i) => ask(stack, request("GET", "/static/../api/v1/nothing/".replace("/static/..", ""), forged(i)), from), 45);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
    const patient = stranger();
    const tries = [];
    for (let i = 0; i < 7; i++) tries.push((await ask(stack, { ...request("POST", "/api/v1/token/", { ...forged(i), "Content-Type": "application/json" }, "{}") }, patient)).status);
    expect(tries.slice(5)).toEqual([429, 429]);
  }, 30_000);
});

describe("host names", () => {
  test("a request for another host gets no answer, however it names the host", async () => {
    for (const line of [
      "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", `GET / HTTP/1.1\r\nHost: evil.${host}\r\n\r\n`, `GET http://evil.example/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      "GET / HTTP/1.1\r\nHost: 198.18.0.200\r\n\r\n", `GET / HTTP/1.1\r\nHost: ${host}.evil.example\r\n\r\n`, "GET / HTTP/1.0\r\n\r\n",
    ]) expect([line, await raw(stack, line)]).toEqual([line, ""]);
  });

  test("a request with two hosts, or with an invalid one, is refused", async () => {
    for (const line of [
      `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n`, `GET / HTTP/1.1\r\nHost: evil.example\r\nHost: ${host}\r\n\r\n`, "GET / HTTP/1.1\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: ${host}@evil.example\r\n\r\n`, `GET / HTTP/1.1\r\nHost: ${host}/evil\r\n\r\n`, `GET / HTTP/1.1\r\nHost : ${host}\r\n\r\n`,
    ]) {
      const text = await raw(stack, line);
      expect([line, text === "" ? [400] : statuses(text)]).toEqual([line, [400]]);
    }
  });

  test("the application never sees another host", async () => {
    for (const headers of ["X-Forwarded-Host: evil.example\r\n", "X-Host: evil.example\r\n", "Forwarded: host=evil.example\r\n", "X-Forwarded-Server: evil.example\r\n"]) {
      // Without its last slash Django redirects, with the host where it thinks that it needs one.
      const text = await get("/api/v1/version", headers);
      expect([headers, statuses(text), text.includes("evil")]).toEqual([headers, [301], false]);
    }
    const absolute = await raw(stack, `GET https://${host}/api/v1/version HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect([statuses(absolute), absolute.includes("evil")]).toEqual([[301], false]);
  });
});

test("a query as long as the edge accepts is not too long for the application", async () => {
  expect((await ask(stack, request("GET", `/api/v1/nothing/?id__in=${Array.from({ length: 1500 }, (_, i) => 1000 + i).join(",")}`))).status).toBe(404);
});

describe("files", () => {
  test("no path escapes from the static files and the media", async () => {
    const out = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "....//", "..;/", "%c0%ae%c0%ae/", "./../"];
    const paths = ["/static/", "/media/", "/static", "/media", "/static//", "/media/uploads/"].flatMap((folder) => out.flatMap((up) => [`${folder}${up.repeat(6)}etc/passwd`, `${folder}${up}nginx/tls/privkey.pem`]));
    const answers = await each([...paths, "/static/.%00/etc/passwd", "/static/%00", "/media/~root/", "/static/current/", "/media/"], async (path) => [path, await get(path)] as const);
    expect(answers.filter(([, text]) => /root:x?:0:|PRIVATE KEY/.test(text))).toEqual([]);
    expect(answers.filter(([, text]) => text === "" || statuses(text).some((status) => ![400, 403, 404].includes(status))).map(([path, text]) => [path, text.slice(0, 100)])).toEqual([]);
  }, 60_000);

  test("an uploaded page or drawing is downloaded, and runs no script here", async () => {
    const user = await login(stack);
    for (const [file, type, value] of [["page.html", "text/html", "<script>alert(1)</script>"], ["a.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"], ["a.xhtml", "application/xhtml+xml", "<html/>"], ["x.js", "text/javascript", "alert(1)"]]) {
      const uploaded = await ask(stack, multipart([{ name: "file", file, type, value: value! }], "/api/v1/media/", user.authorization), "198.18.0.254");
      expect([file, uploaded.status, uploaded.body]).toEqual([file, 201, expect.any(String)]);
      const { status, headers } = await ask(stack, request("GET", new URL(uploaded.json().url, stack.apiUrl).pathname));
      expect([status, headers["content-type"], headers["content-disposition"], headers["x-content-type-options"], headers["content-security-policy"]])
        .toEqual([200, "application/octet-stream", "attachment", "nosniff", "default-src 'none'; sandbox"]);
    }
  }, 120_000);
});
