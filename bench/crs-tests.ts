/** Tests in the format of FTW, the framework that the Core Rule Set project tests itself with. */
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import * as YAML from "yaml";
import { takenOut } from "../machine/edge/modsecurity/linear";

interface Input {
  method?: string;
  uri?: string;
  version?: string;
  headers?: Record<string, string | number>;
  data?: string | string[];
  stop_magic?: boolean;
  encoded_request?: string;
  raw_request?: string;
}

interface Expected {
  log_contains?: string;
  no_log_contains?: string;
  status?: number | number[];
  expect_error?: boolean;
}

export interface Test {
  title: string;
  input: Input;
  output: Expected;
}

export interface Answer {
  /** 0: the connection was closed without one. */
  status: number;
  requestId?: string;
}

export interface Outcome {
  title: string;
  kind: "as expected" | "refused by nginx" | "refused by another rule" | "missed" | "above the level";
  detail: string;
}

/** All tests of all YAML files of a directory, one for each stage. */
export function read(directory: string): Test[] {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => /\.ya?ml$/.test(name)).sort();
  return files.flatMap((file) => {
    const { tests } = YAML.parse(readFileSync(join(directory, file), "utf8"), { uniqueKeys: false }) as { tests: any[] };
    return tests.flatMap((test) => test.stages.map(({ stage }: any): Test => ({ title: String(test.test_title), input: stage.input, output: stage.output })));
  });
}

/** As FTW does: what is not yet encoded is encoded. */
function form(data: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(data);
  } catch {
    return data;
  }
  if (plain !== data) return data;
  const pairs = data.split("&").map((pair) => pair.split(/=(.*)/s)).filter(([, value]) => value);
  const encode = (text: string): string => encodeURIComponent(text.replaceAll("+", " ")).replaceAll("%20", "+");
  return pairs.length === 0 ? data : pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

function render(input: Input): Buffer {
  if (input.encoded_request) return Buffer.from(input.encoded_request, "base64");
  if (input.raw_request) return Buffer.from(input.raw_request);
  const headers = Object.entries(input.headers ?? {}).map(([name, value]) => [name, String(value)] as [string, string]);
  const has = (name: string): boolean => headers.some(([other]) => other.toLowerCase() === name);
  let body = Array.isArray(input.data) ? input.data.join("\r\n") : String(input.data ?? "");
  if (!input.stop_magic) {
    if (body !== "" && !has("content-type")) headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
    const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    if (/^application\/x-www-form-urlencoded/.test(type)) body = form(body);
    if (body !== "" && !has("content-length")) headers.push(["Content-Length", String(Buffer.byteLength(body))]);
    if (!has("connection")) headers.push(["Connection", "close"]);
  }
  const head = `${input.method ?? "GET"} ${input.uri ?? "/"} ${input.version ?? "HTTP/1.1"}`;
  return Buffer.from(`${head}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`);
}

/** One request, byte by byte as the test has it. */
function send({ input }: Test, port: number): Promise<Answer> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(render(input)));
    const done = (): void => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/\S+ (\d+)/.exec(text)?.[1] ?? (text === "" ? 0 : 200)), requestId: /^x-request-id: (\S+)/im.exec(text)?.[1] });
    };
    socket.setTimeout(2000, done);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (/\r\n0\r\n\r\n$|<\/html>\r\n$|\r\n\r\nyes$/.test(text)) done();
    });
    socket.on("error", done).on("close", done);
  });
}

/** What came of each test: which rules it met is in the audit log, under its request id. A rule of ours counts as the one that it is in the place of. */
export function judge(tests: Test[], answers: Answer[], log: string, rules: string, level: number): Outcome[] {
  const places = Object.entries(takenOut).flatMap(([rule, ours]) => ours.map((one) => [String(one), rule]));
  const meant = (id: string): string[] => [id, ...places.filter(([ours]) => ours === id).map(([, rule]) => rule)];
  const met = new Map<string, string[]>();
  for (const line of log.split("\n").filter(Boolean)) {
    const { unique_id, messages } = JSON.parse(line).transaction as { unique_id: string; messages: { details: { ruleId: string } }[] };
    met.set(unique_id, messages.flatMap((m) => meant(m.details.ruleId)));
  }
  if (answers.every(({ requestId }) => requestId === undefined)) throw new Error("no test was answered: the server was not reached");
  const levels = levelsOf(rules);
  return tests.map(({ title, output }, i) => {
    const { status, requestId } = answers[i];
    const ids = met.get(requestId ?? "") ?? [];
    const matches = (pattern: string): boolean => ids.some((id) => new RegExp(pattern).test(`[id "${id}"]`));
    const detail = `${status}; rules ${ids.join(" ") || "none"}; expected ${JSON.stringify(output)}`;
    const statuses = [output.status ?? []].flat();
    const asExpected = (output.log_contains !== undefined && matches(output.log_contains))
      || (output.no_log_contains !== undefined && !matches(output.no_log_contains))
      || statuses.includes(status)
      || (output.expect_error === true && (status === 0 || status >= 400));
    if (asExpected) return { title, kind: "as expected", detail };
    const rule = /\d{6}/.exec(output.log_contains ?? title)?.[0] ?? "";
    if ((levels.get(rule) ?? 1) > level) return { title, kind: "above the level", detail };
    if (ids.length === 0 && (status === 0 || status === 400 || status === 405 || status === 505)) return { title, kind: "refused by nginx", detail };
    return { title, kind: output.log_contains !== undefined && status === 403 ? "refused by another rule" : "missed", detail };
  });
}

/** The paranoia level of each rule, from its tag. */
function levelsOf(rules: string): Map<string, number> {
  const found = new Map<string, number>();
  let id = "";
  for (const [, number, level] of rules.matchAll(/^\s*"?id:(\d+)|paranoia-level\/(\d)/gm)) {
    if (number) id = number;
    else found.set(id, Number(level));
  }
  return found;
}

export function summary(outcomes: Outcome[], level: number): string {
  const count = (kind: Outcome["kind"]): number => outcomes.filter((o) => o.kind === kind).length;
  const applicable = outcomes.length - count("above the level");
  const good = count("as expected") + count("refused by nginx") + count("refused by another rule");
  const misses = outcomes.filter((o) => o.kind !== "as expected" && o.kind !== "above the level").map((o) => `${o.kind}: ${o.title}: ${o.detail}\n`).join("");
  return `${misses}${outcomes.length} tests, ${applicable} of them at paranoia level ${level}: ${count("as expected")} as expected, `
    + `${count("refused by nginx")} refused by nginx itself, ${count("refused by another rule")} by another rule, ${count("missed")} missed: `
    + `${((100 * count("as expected")) / applicable).toFixed(2)} % as expected, ${((100 * good) / applicable).toFixed(2)} % with what was refused otherwise\n`;
}

/** Alone, it sends a directory's tests to a port of this machine, one after the other, and prints what was answered. */
async function main([directory, port]: string[]): Promise<void> {
  const answers: Answer[] = [];
  for (const test of read(directory)) answers.push(await send(test, Number(port)));
  process.stdout.write(JSON.stringify(answers));
}

if (require.main === module) void main(process.argv.slice(2));
