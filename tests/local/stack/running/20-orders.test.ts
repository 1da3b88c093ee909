import { login, order, upload, type User } from "../session";
import { eventually, on, output, request, type Output } from "../support";

let stack: Output;
let user: User;
beforeAll(async () => {
  stack = await output();
  user = await login(stack);
}, 120_000);

test("an order made through the API is processed by Celery and stored in PostgreSQL", async () => {
  const title = `заказ ${Date.now()}`;
  const done = await order(stack, user, title);
  expect(done.title).toBe(title);
  const stored = await on("data", `cd / && runuser -u postgres -- psql -At -U operator ringo -c "select count(*) from orders_order where title = '${title}'"`);
  expect(stored.trim()).toBe("1");
}, 90_000);

test("an uploaded file is seen by the edge, the worker and the other API machine", async () => {
  const content = `файл ${Date.now()}`;
  const url = await upload(stack, user, content);
  const seen = await eventually("the file at the edge", async () => {
    const file = await request(stack, "GET", url);
    return file.status === 200 ? file.body : undefined;
  }, 10);
  expect(seen).toBe(content);
  for (const host of ["api-0", "api-1", "worker-0"]) {
    const container = host.startsWith("api") ? "ringo-api" : "ringo-worker";
    expect(await on(host, `docker exec ${container} cat /app${url}`)).toBe(content);
  }
}, 60_000);

test("a file that the worker wrote is served by the edge", async () => {
  const queued = await request(stack, "POST", "/api/v1/tasks/media/", { json: { text: "отчёт" }, headers: user.authorization });
  expect([queued.status, queued.body]).toEqual([202, expect.any(String)]);
  const { id } = queued.json();
  const url = await eventually("the task's result", async () => {
    const answer = await request(stack, "GET", `/api/v1/tasks/${id}/`, { headers: user.authorization });
    return answer.json().state === "SUCCESS" ? (answer.json().result.url as string) : undefined;
  }, 60);
  const file = await eventually("the file at the edge", async () => {
    const answer = await request(stack, "GET", new URL(url, stack.apiUrl).pathname);
    return answer.status === 200 ? answer : undefined;
  }, 10);
  expect(file.body).toBe("отчёт");
}, 90_000);
