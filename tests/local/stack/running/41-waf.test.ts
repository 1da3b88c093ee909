import { attacks } from "../../../waf/attacks";
import { admin, dartField, largest, ordinary } from "../../../waf/ordinary";
import { inQuery, json, type Sent } from "../../../waf/request";
import { login } from "../session";
import { arrive, ask, each, leave, stranger } from "../outside";
import { eventually, on, type Answer, type Output } from "../support";

let stack: Output;
beforeAll(async () => ({ stack } = await arrive()), 60_000);
afterAll(leave);

/** Strangers enough that none of them comes near its rate. */
const all = (list: Sent[], from?: string): Promise<[Sent, Answer][]> => each(list, async (sent) => [sent, await ask(stack, sent, from)] as [Sent, Answer], 6);
const described = ([{ name, method, path, body }, { status, headers }]: [Sent, Answer]): string =>
  `${status} ${name} ${method} ${path} ${body?.toString().slice(0, 200) ?? ""} ${String(headers["x-request-id"])}`;
/** With what it was until midnight. */
const log = () => on("edge", "cat $(ls /var/log/nginx/waf.log.1 2>/dev/null) /var/log/nginx/waf.log");
const requestId = ([, { headers }]: [Sent, Answer]): string => String(headers["x-request-id"]);

test("attacks of every family of the Core Rule Set are refused", async () => {
  const answers = await all(attacks);
  expect(answers.filter(([, { status }]) => status !== 400 && status !== 403).map(described)).toEqual([]);
  // By the firewall, not by chance: all but what nginx itself took for no request.
  const found = await eventually("the firewall's log", async () => {
    const text = await log();
    return text.includes(requestId(answers.at(-1)!)) ? text : undefined;
  }, 10);
  const unseen = answers.filter((one) => !found.includes(requestId(one)));
  expect(unseen.filter(([, { status }]) => status !== 400).map(described)).toEqual([]);
  expect(unseen.length).toBeLessThan(5);
}, 120_000);

test("ordinary requests reach the application without any alert of the firewall", async () => {
  // The passwords are tried at a rate of five a minute and address; a request past it was not looked at.
  const answers = [...await all([...ordinary, dartField]), ...await all(admin.filter(({ path }) => !path.includes("/login/")), "198.18.0.254")];
  // As large as they come, from someone whom the application lets send it and from someone whom it does not.
  const { headers, ...rest } = largest(50);
  const send = (Authorization: string) => ask(stack, { ...rest, headers: { ...headers, Authorization } });
  const large = await send((await login(stack)).authorization.authorization);
  const refused = await send("Bearer expired");
  const text = await log();
  expect([...answers, ...[large, refused].map((answer) => [largest(1), answer] as [Sent, Answer])].filter((one) => text.includes(requestId(one))).map(described)).toEqual([]);
  // 401 and 404 are the application's: nobody is logged in. 429 is its own limit for the nameless, by the stranger.
  expect(answers.filter(([{ path }, { status }]) => !path.startsWith("/admin/") && ![200, 201, 204, 400, 401, 404, 405, 429].includes(status)).map(described)).toEqual([]);
  expect([large.status, refused.status]).toEqual([201, 401]);
}, 180_000);

test("refused requests are logged for operators, without credentials", async () => {
  const attack = json("POST", "/api/v1/register/", { username: "<script>alert(1)</script>", password: "hunter2' or 1=1" },
    { Authorization: "Bearer hunter3", Cookie: "sessionid=hunter4" });
  const from = stranger();
  const { status, headers } = await ask(stack, attack, from);
  expect(status).toBe(403);
  const shown = await eventually("the report", async () => {
    const text = await on("edge", `ringo-waf ${String(headers["x-request-id"])}`);
    return text.includes("941110") ? text : undefined;
  }, 10);
  expect(shown).toContain(`403 ${from} POST /api/v1/register/ ${String(headers["x-request-id"])}`);
  expect(await on("edge", "grep -rc hunter /var/log/nginx/ | grep -v ':0$' || true")).toBe("");
  expect((await on("edge", "stat -c '%a %U %G' /var/log/nginx/waf.log; logrotate --debug /etc/logrotate.conf 2>&1 | grep -c 'considering log /var/log/nginx/waf.log'")).trim()).toBe("640 www-data adm\n1");
});

test("rate limits apply to attacks, too, and requests beyond them are not inspected", async () => {
  const from = stranger();
  // More than a slow machine lets through meanwhile, and no more at once than one address may have under way.
  const answers = await each(Array.from({ length: 90 }, () => inQuery("<script>alert(1)</script>")), (attack) => ask(stack, attack, from), 45);
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect(count(403) + count(429)).toBe(90);
  expect(count(429)).toBeGreaterThan(10);
  const later = answers.filter(({ status }) => status === 429).map(({ headers }) => String(headers["x-request-id"]));
  const text = await log();
  expect(later.filter((id) => text.includes(id))).toEqual([]);
});
