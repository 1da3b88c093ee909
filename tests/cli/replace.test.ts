import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { replaceFile } from "../../cli/replace";

test("a reader sees the whole old content until the file is replaced, and only the owner can read it", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-replace-"));
  const file = path.join(directory, "roots.pem");
  fs.writeFileSync(file, "the former", { mode: 0o644 });
  const reader = fs.openSync(file, "r");

  replaceFile(file, "the new");
  expect(fs.readFileSync(reader, "utf8")).toBe("the former");
  expect(fs.readFileSync(file, "utf8")).toBe("the new");
  expect([fs.readdirSync(directory), fs.statSync(file).mode & 0o777]).toEqual([["roots.pem"], 0o600]);
  replaceFile(file, "for all", 0o644);
  expect(fs.statSync(file).mode & 0o777).toBe(0o644);

  fs.closeSync(reader);
  fs.rmSync(directory, { recursive: true });
});
