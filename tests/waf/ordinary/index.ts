import { randomBytes } from "node:crypto";
import { inField, inForm, inJson, inList, inPatch, inQuery, inXml, json, multipart, request, type Sent } from "../request";
import { fileNames, texts } from "./texts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** Shaped as the application's own, signed with nobody's key. */
const jwt = `${part({ alg: "HS256", typ: "JWT" })}.${part({ token_type: "access", exp: 1790000000, iat: 1789990000, jti: "0b1f7c9a7d1e4d0d8a0b6f0e2c3d4e5f", user_id: 42 })}.kq3rWbzZ0mF1yM2dPj7Q8sXn5hTgUv4cLr6aEo9iBwY`;
const bearer = { Authorization: `Bearer ${jwt}` };
const mobile = { "User-Agent": "Dart/3.9 (dart:io)", "Accept-Encoding": "gzip" };
const page = { Origin: "https://app.example.test", Referer: "https://app.example.test/orders?tab=new", "Accept-Language": "ru-RU,ru;q=0.9,en-US;q=0.8" };
const named = (name: string, sent: Omit<Sent, "name">): Sent => ({ name, ...sent });

const order = (title: string, i: number): object => ({
  title, amount: "1250.50", email: `client${i}@пример.рф`, phone: "+7 (916) 123-45-67", address: "г. Москва, ул. Ленина, д. 5/2, кв. 10",
  created_at: "2026-11-25T10:15:30.123456+03:00", status: "new", is_paid: false, discount: null, tags: ["срочно", "опт"], manager: { id: 7, name: "Анна-Мария О." },
});

const passwords = ["Сложный-пароль'2026\" --", "1' OR '1'='1", "<script>Pa$$w0rd</script>", "$(Qwerty!)|;&", "../../../Pass", "correct horse battery staple"];
const sessions: Sent[] = [
  ...passwords.map((password) => named("log in", json("POST", "/api/v1/token/", { username: "ivan.petrov@ringo-uchet.ru", password }, mobile))),
  ...passwords.map((password) => named("register", json("POST", "/api/v1/register/", { username: `новый-${randomBytes(6).toString("hex")}`, password }))),
  named("change a password", json("POST", "/api/v1/users/password/", { old_password: passwords[1], new_password: passwords[0] }, bearer)),
  named("change a password, as JavaScript spells it", json("POST", "/api/v1/users/password/", { oldPassword: passwords[1], newPassword: passwords[0] }, bearer)),
  ...["re_new_password", "password_confirm", "confirm_password", "passwordConfirm", "new_password_confirm"].map((again) => named("set a password", json("POST", "/api/v1/users/password/", { password: passwords[2], [again]: passwords[2] }, bearer))),
  named("refresh", json("POST", "/api/v1/token/refresh/", { refresh: jwt })),
  named("read", request("GET", "/api/v1/orders/7/", { ...bearer, ...mobile })),
  named("delete", request("DELETE", "/api/v1/orders/7/", { ...bearer, ...page })),
  named("preflight", request("OPTIONS", "/api/v1/orders/", { ...page, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,content-type" })),
  named("head", request("HEAD", "/api/v1/orders/", bearer)),
];

const filters = [
  "page=2&page_size=50&ordering=-created_at", "status__in=new,paid&created_at__gte=2026-11-01T00:00:00%2B03:00&created_at__lt=2026-12-01",
  "filter[status]=new&filter[manager][]=7&filter[manager][]=8&sort[]=-amount", `search=${encodeURIComponent("ромашка «опт» 50%")}&fields=id,title,client__name`,
  "amount__range=100.00,2500.00&is_paid=false&expand=client,items.product", `q=${encodeURIComponent("О'Коннор & сыновья")}&limit=20&offset=0`,
  "client__email=ivan%2Bshop@example.com&phone=%2B79161234567", "date_from=25.11.2026&date_to=26.11.2026&tz=Europe/Moscow", "cursor=cD0yMDI2LTExLTI1KzEwJTNBMTU%3D",
  "ids=1,2,3,4,5,6,7,8,9,10&format=json&lang=ru", "utm_source=yandex&utm_campaign=осень".replace("осень", encodeURIComponent("осень 2026")), "next=/orders/7/&tab=history#x".split("#")[0],
];

/** A pdf, a picture and a table, as far as a look at their bytes goes. The noise has every byte in it. */
const file = (magic: string, bytes: number): Buffer => Buffer.concat([Buffer.from(magic, "latin1"), randomBytes(bytes)]);
const kinds: [string, string][] = [["application/pdf", "%PDF-1.7\n%âãÏÓ\n1 0 obj << /Type /Catalog /OpenAction << /S /JavaScript >> >>\n"], ["image/jpeg", "\xff\xd8\xff\xe0\0\x10JFIF"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04[Content_Types].xml<script>"]];
const upload = (name: string, bytes: number, i: number): Sent => {
  const [type, magic] = kinds[i % kinds.length];
  return named("upload", multipart([{ name: "comment", value: texts[i % texts.length] }, { name: "order", value: "7" }, { name: "file", file: name, type, value: file(magic, bytes) }], "/api/v1/media/", bearer));
};

/** Multipart bodies as other clients than browsers write them, each with a boundary of its own kind. */
const raw = (boundary: string, parts: [head: string, value: string][], type = `multipart/form-data; boundary=${boundary}`): Omit<Sent, "name"> =>
  request("POST", "/api/v1/media/", { ...bearer, "Content-Type": type }, `${parts.map(([head, value]) => `--${boundary}\r\n${head}\r\n\r\n${value}\r\n`).join("")}--${boundary}--\r\n`);
const letter = [
  "From: ivan@example.com", "To: zakaz@example.com", "Subject: =?utf-8?B?0KHRh9GR0YI=?=", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="=_part"', "",
  "--=_part", "Content-Type: text/plain; charset=utf-8", "Content-Disposition: inline", "Content-Transfer-Encoding: 8bit", "", "Добрый день! Счёт во вложении.", "",
  "--=_part", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64", "Content-Disposition: attachment; filename*=utf-8''%D0%A1%D1%87%D1%91%D1%82.pdf", "", "JVBERi0xLjcK", "--=_part",
  "Content-Disposition: form-data; name=\"a\"; filename=\"b\"", "Content-Disposition: form-data; name=\"a\"", "", "--=_part--", "",
].join("\r\n");
export const clients: Sent[] = [
  named("a letter", multipart([{ name: "comment", value: texts[0] }, { name: "file", file: "Письмо от Ивана.eml", type: "message/rfc822", value: letter }], "/api/v1/media/", bearer)),
  named("a letter of Unix", multipart([{ name: "file", file: "mail.eml", type: "message/rfc822", value: letter.replaceAll("\r\n", "\n") }], "/api/v1/media/", bearer)),
  named("a form", multipart([
    { name: "csrfmiddlewaretoken", value: "Zk1yQ2h6bUJ5WnBkV0tQc0F4eEd0a0pLcTJ3ZXJ0eXVpb3A" }, { name: "title", value: texts[1] }, { name: "note", value: "" },
    { name: "photos", file: "IMG_1.jpg", type: "image/jpeg", value: file("\xff\xd8\xff\xe0", 9000) }, { name: "photos", file: "Фото 2", type: "image/jpeg", value: file("\xff\xd8\xff\xe0", 9000) },
    { name: "photos", file: ".hidden", type: "text/plain", value: "-- \r\n--\r\n" }, { name: "table", file: "Итог 2026 & планы.xlsx", type: "application/octet-stream", value: file("PK", 9000) },
    // A file that was not chosen.
    { name: "scan", file: "", type: "application/octet-stream", value: "" }, { name: "sort[]", value: "-amount" },
  ], "/api/v1/media/", { ...bearer, ...page })),
  named("curl", raw("------------------------d74496d66958873e", [['Content-Disposition: form-data; name="comment"', texts[0]], ['Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain', "a"]])),
  named("axios", raw("--------------------------515890814546601021194782", [['Content-Disposition: form-data; name="comment"', texts[0]], ['Content-Disposition: form-data; name="file"; filename="Смета.pdf"\r\nContent-Type: application/pdf', "%PDF"]])),
  named("requests", raw("2f1c7d3a9b0e4c5d8f6a7b8c9d0e1f2a", [['Content-Disposition: form-data; name="comment"', texts[0]], ['Content-Disposition: form-data; name="file"; filename="a.txt"', "a"]])),
  named("okhttp", raw("3f9c1f5e-8f0e-4a53-9d27-6f5b1f0e2c11", [['Content-Disposition: form-data; name="comment"\r\nContent-Length: 5', "hello"],
    ['Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Length: 1', "a"]])),
  named("Java", raw("part_1_2040563157_1764000000000", [['Content-Type: application/octet-stream\r\nContent-Disposition: form-data; filename="a.png"; name="file"', "a"]], "multipart/form-data;boundary=part_1_2040563157_1764000000000; charset=UTF-8")),
  named("Dart", raw("dart-http-boundary-+aB_c.1-ZyXwVuTsRqPoNmLkJiHgFeDcBa0123456789+_-.Qwe", [['content-disposition: form-data; name="order"', "7"],
    ['content-disposition: form-data; name="comment"\r\ncontent-transfer-encoding: binary', texts[0]],
    ['content-type: image/png\r\ncontent-disposition: form-data; name="file"; filename="a.png"', "a"]])),
];

const csrf = "csrfmiddlewaretoken=Zk1yQ2h6bUJ5WnBkV0tQc0F4eEd0a0pLcTJ3ZXJ0eXVpb3A";
const cookies = { Cookie: "csrftoken=Zk1yQ2h6bUJ5WnBkV0tQc0F4eEd0a0pL; sessionid=h5f3kq0v7m2x9c4b8n1z6a; _ym_uid=1700000000123456789; _ga=GA1.2.1234567890.1700000000; messages=\"W1siX19qc29uX21lc3NhZ2UiLDAsMjBd\"" };
const form = { "Content-Type": "application/x-www-form-urlencoded", Referer: "https://api.example.test/admin/orders/order/add/", Origin: "https://api.example.test", ...cookies };
/** Django's admin as a browser drives it; its rules are the edge's addresses, so these come from one of them. */
export const admin: Sent[] = [
  ...passwords.map((password) => named("admin log in", request("POST", "/admin/login/?next=/admin/", form, `${csrf}&username=admin&password=${encodeURIComponent(password)}&next=%2Fadmin%2F`))),
  named("admin list", request("GET", `/admin/orders/order/?status__exact=new&q=${encodeURIComponent("ромашка")}&o=-1.2&_changelist_filters=status__exact%3Dnew%26p%3D2`, cookies)),
  named("admin save", request("POST", "/admin/orders/order/7/change/", form,
    `${csrf}&title=${encodeURIComponent(texts[1])}&amount=12.50&created_at_0=25.11.2026&created_at_1=10%3A15%3A30&items-TOTAL_FORMS=1&items-0-id=&_save=${encodeURIComponent("Сохранить")}`)),
  named("admin action", request("POST", "/admin/orders/order/", form, `${csrf}&action=delete_selected&select_across=0&index=0&_selected_action=7&_selected_action=8`)),
];

/** How Dart's http writes a field that is not ASCII. To Debian 12's ModSecurity, unlike Debian 13's, no type with a charset is right: for an edge of a stack alone. */
export const dartField = named("a field of Dart's", raw("dart-http-boundary-+aB_c.1", [
  ['content-disposition: form-data; name="comment"\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: binary', texts[0]],
]));

/** What applications say of themselves, in headers of their own. */
const ownHeaders: Record<string, string>[] = [
  { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": "Zk1yQ2h6bUJ5WnBkV0tQc0F4eEd0a0pL", "X-Forwarded-For": "203.0.113.9, 198.51.100.2", "X-Request-ID": "0b1f7c9a-7d1e-4d0d-8a0b-6f0e2c3d4e5f" },
  { "X-Device-Name": "Ivan's iPhone (15 Pro)", "X-Device-Info": "Redmi Note 8 Pro; Android 11; ru_RU; 1080x2340", "X-App-Version": "4.12.0 (1204)", "X-Timezone": "Europe/Moscow" },
  { "X-User-Agent": "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)", "X-Client-Info": '{"app":"ringo","os":"iOS 17.1","select":["id","title"],"from":"push"}' },
  { "X-Filter": '{"status":["new","paid"],"amount__gte":100,"title":"О\'Коннор"}'.replace(/[^ -~]/g, encodeURIComponent), "X-Filename": encodeURIComponent("Счёт №5 (копия) & акт.pdf"), "X-Fields": "id,title,client(name,email)" },
  { "X-Signature": "sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "X-Goog-Api-Client": "gl-dart/3.5 fire/5.4.1", "X-Client-Data": "CIe2yQEIpLbJAQipncoB/w==" },
  { "X-Sentry-Auth": "Sentry sentry_version=7, sentry_client=sentry.javascript.browser/8.0, sentry_key=b1946ac92492d2347c6235b4d2611184", "X-Screen": "1170x2532; scale=3; dark", "X-Page": "/orders?tab=new&sort=-amount#top" },
];

/** What clients send day by day. None of it may be refused. */
export const ordinary: Sent[] = [
  ...sessions,
  ...texts.map((text) => named("json", inJson(text))),
  ...texts.map((text) => named("search", inQuery(text))),
  ...["JavaScript: Basics of JavaScript Language", "Курс JavaScript: функции (call, apply, bind)", "Курс JavaScript: основы программирования; цена = 5000 (скидка)"].map((text) => named("json", inJson(text))), // in a query the application itself refuses it
  ...texts.slice(0, 30).flatMap((text) => [named("list", inList(text)), named("patch", inPatch(text)), named("form", inForm(text)), named("field", inField(text))]),
  ...filters.map((query) => named("filter", request("GET", `/api/v1/orders/?${query}`, { ...bearer, ...page }))),
  ...fileNames.map((name, i) => upload(name, 20_000, i)),
  ...clients,
  named("order", json("POST", "/api/v1/orders/", order("Заказ с доставкой", 1), { ...bearer, ...page })),
  named("import", json("POST", "/api/v1/orders/import/", texts.slice(0, 50).map(order), bearer)),
  named("long text", json("POST", "/api/v1/tasks/media/", { text: texts.filter((text) => /^[А-Я«]/.test(text)).join("\n").repeat(20) }, bearer)),
  named("lines", json("POST", "/api/v1/orders/", { note: "Заказчик\nLocation: Moscow\n" }, bearer)),
  named("escaped JSON", request("POST", "/api/v1/orders/", { ...bearer, "Content-Type": "application/json; charset=UTF-8" }, JSON.stringify({ title: texts[1] }).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`))),
  ...['; charset="utf-8"', ";charset=UTF-8"]
    .map((charset) => named("alphabet", json("POST", "/api/v1/orders/", order("Стол", 2), { ...bearer, "Content-Type": `application/json${charset}` }))),
  ...["merge-patch", "json-patch", "vnd.api", "geo"].map((kind) => named("JSON under another name", json("PATCH", "/api/v1/orders/7/", order("Стол", 3), { ...bearer, "Content-Type": `application/${kind}+json` }))),
  ...["application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip", "text/csv", "audio/ogg", "image/heic"].map((type) => named("document", json("PATCH", "/api/v1/orders/7/", { file: `data:${type};base64,${randomBytes(3001).toString("base64")}` }, bearer))),
  // One in a thousand ends like an attribute of HTML.
  ...["image/png", "application/pdf", "text/csv"].flatMap((type) => ["/onAb==", "+OnAbcde=", "aa/style=="].map((end) => named("document", json("PATCH", "/api/v1/orders/7/", { file: `data:${type};base64,iVBORw0KGgo1${end}` })))),
  ...["png", "jpeg", "gif", "webp"].map((type) => named("picture", json("PATCH", "/api/v1/users/7/", { photo: `data:image/${type};base64,${randomBytes(6001).toString("base64")}`, items: [{ signature: `data:image/${type};base64,iVBORw0KGgo=` }] }, bearer))),
  // As Python writes a cookie with commas, semicolons and letters that are not ASCII in it.
  named("cookie", request("GET", "/api/v1/orders/", { Cookie: 'messages="[[\\"a\\"\\0541\\073 \\321\\204]]"; theme=dark' })),
  ...ownHeaders.map((headers) => named("headers", request("GET", "/api/v1/orders/", { ...bearer, ...headers }))),
  // As another accounting program sends it.
  named("XML", inXml('<?xml version="1.0" encoding="UTF-8"?><Order xmlns="urn:1C.ru:commerceml_3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:1C.ru:commerceml_3 order.xsd"><Include>да</Include><Comment>Стул, 2 шт.</Comment></Order>')),
  named("webhook", json("POST", "/api/v1/webhooks/", { url: "https://hooks.example.com/ringo/orders?token=abc123", events: ["order.created", "order.paid"] }, bearer)),
  named("media", request("GET", `/media/uploads/${encodeURIComponent("Счёт №5 (копия).pdf")}`, page)),
];

/** As large as they come. */
export const largest = (mebibytes: number): Sent => upload("видео-объекта.pdf", mebibytes * 1024 * 1024 - 2048, 0);
