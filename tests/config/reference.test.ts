import { secrets } from "../../config/secrets";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { render } from "../../config/reference";
import { schema } from "../../config/schema";

const page = readFileSync(path.resolve(__dirname, "../../docs/configuration.md"), "utf8");

test("the committed page matches the schema: if not, run `make reference`", () => expect(render()).toBe(page));

test("every key is listed with type, default, allowed values and command", () => {
  const sections = page.split(/^### /m).slice(1);
  const titles = sections.map((section) => section.slice(1, section.indexOf("`", 1)));
  expect(titles).toEqual(expect.arrayContaining(Object.keys(schema.shape)));
  for (const section of sections.filter((text) => !/^An? (optional )?group: /m.test(text))) expect(section).toMatch(/- Type: .+\n- Default: .+\n- Allowed: .+\n\n```sh\n.*pulumi config set .+\n```/);
});

test("no command of the page contains a secret's value", () => {
  const commands = page.split("\n").filter((line) => line.includes("pulumi config set --secret"));
  expect(commands).toHaveLength(Object.keys(secrets.shape).length);
  for (const command of commands) expect(command).toMatch(/--secret (--path )?[A-Za-z]+(\.[A-Z_]+)?$/);
});

test("every link of the index leads to a heading", () => {
  const anchors = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")));
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((link) => !anchors.has(link))).toEqual([]);
});
