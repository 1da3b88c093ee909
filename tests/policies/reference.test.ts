import { readFileSync } from "node:fs";
import * as path from "node:path";
import packs from "../../policies/packs/rules.json";
import { unanswered } from "../../policies/packs/unanswered";
import { pages } from "../../policies/reference";
import { rules } from "../../policies/rules";

const page = (name: string) => readFileSync(path.resolve(__dirname, `../../docs/${name}`), "utf8");
const ids: string[] = Object.values(packs).flatMap((list) => list.map(([id]) => id));
const answered = new Set(rules.flatMap(({ answers }) => answers));

test("the committed pages match the policies: if not, run `make reference`", () => {
  for (const [name, text] of Object.entries(pages())) expect(page(name)).toBe(text);
});

test("each rule of another pack is either covered or has a reason why not", () => {
  for (const id of ids) expect([id, answered.has(id), id in unanswered]).toEqual([id, !(id in unanswered), !answered.has(id)]);
  for (const id of Object.keys(unanswered)) expect(ids).toContain(id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every covered rule of a completely listed pack exists", () => {
  const whole = [...answered].filter((id) => /^(CKV_DIO_|DIG-|droplet-|networking-|spaces-|database-databases|kubernetes-kubernetes|s3-bucket|iam-|kms-)/.test(id));
  expect(whole.length).toBeGreaterThan(60);
  for (const id of whole) expect(ids).toContain(id);
});
