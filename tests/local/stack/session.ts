import { randomBytes } from "node:crypto";
import { eventually, request, type Answer, type Output } from "./support";

/** A registered user of the API with a token. */
export interface User {
  authorization: { authorization: string };
}

/** Registers a new user and logs in. Rate limits are low for anonymous clients: one user per test file is enough. */
export async function login(stack: Output): Promise<User> {
  const username = `tester-${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  const registered = await eventually("registration", async () => {
    const answer = await request(stack, "POST", "/api/v1/register/", { json: { username, password } });
    return answer.status === 429 ? undefined : answer;
  }, 90);
  if (registered.status !== 201) throw new Error(`register: ${registered.status} ${registered.body}`);
  const token = await eventually("a token", async () => {
    const answer = await request(stack, "POST", "/api/v1/token/", { json: { username, password } });
    return answer.status === 429 ? undefined : answer;
  }, 90);
  if (token.status !== 200) throw new Error(`token: ${token.status} ${token.body}`);
  return { authorization: { authorization: `Bearer ${token.json().access}` } };
}

/** Creates an order and waits until Celery has processed it. */
export async function order(stack: Output, user: User, title: string): Promise<any> {
  const created: Answer = await request(stack, "POST", "/api/v1/orders/", { json: { title, amount: "12.50" }, headers: user.authorization });
  if (created.status !== 201) throw new Error(`order: ${created.status} ${created.body}`);
  const { id } = created.json();
  return eventually(`order ${id} processed`, async () => {
    const answer = await request(stack, "GET", `/api/v1/orders/${id}/`, { headers: user.authorization });
    return answer.status === 200 && answer.json().status === "processed" ? answer.json() : undefined;
  }, 60);
}

/** Uploads a text. Returns the path that the edge serves it at. */
export async function upload(stack: Output, user: User, content: string): Promise<string> {
  const boundary = "----boundary";
  const body = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n--${boundary}--\r\n`);
  const answer = await request(stack, "POST", "/api/v1/media/", {
    body, headers: { ...user.authorization, "content-type": `multipart/form-data; boundary=${boundary}` },
  });
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${answer.body}`);
  return new URL(answer.json().url, stack.apiUrl).pathname;
}

/** Reads and places orders all the time while something is done. Gives what each request was answered: its method and status, that it took long, and what was said of a failure. */
export async function trading(stack: Output, user: User, done: () => Promise<unknown>): Promise<string[]> {
  const answers: string[] = [];
  const asked = async (method: string, options = {}) => {
    const began = Date.now();
    const { status, body } = await request(stack, method, "/api/v1/orders/", { headers: user.authorization, ...options });
    const late = Date.now() - began > 10_000 ? "after ten seconds " : "";
    answers.push(`${method} ${status} ${late}${status < 300 ? "" : body}`.trim());
  };
  let going = true;
  const traffic = (async () => {
    while (going) {
      await asked("GET");
      await asked("POST", { json: { title: "meanwhile", amount: "1.00" } });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  try {
    await done();
  } finally {
    going = false;
    await traffic;
  }
  return answers;
}
