import * as fs from "node:fs";
import * as path from "node:path";
import { validate } from "../../config";
import { filled, typed } from "../config/blanks";
import { run } from "../config/cli";
import { least, stored } from "../config/fixture";

const docs = path.join(__dirname, "../../docs");

/** What a page says to type, to set keys. */
const commandsOf = (page: string): string[] => fs.readFileSync(path.join(docs, page), "utf8").split("\n")
  .filter((line) => /^([^|`]+ \| )?pulumi config set /.test(line)).map((line) => line.replace(/\s+#.*$/, "").replace(" -s ", " --stack "));

/** The reference's commands are tested with the schema. */
const pages = fs.readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((page) => page.endsWith(".md") && page !== "configuration.md" && commandsOf(page).length > 0);

test.each(pages)("the configuration commands of %s are valid once their blanks are filled", (page) => {
  const { raw, secretKeys } = commandsOf(page).reduce((before, command) => run(filled(command), before, typed), { raw: least, secretKeys: stored(least) });
  const verdict = validate(raw, secretKeys, "staging");
  const faults = verdict.valid ? [] : verdict.faults; // a page tells of its own keys only, not of those that belong to them
  expect(faults.filter(({ reason }) => !/^is (missing|empty)|^has no effect without/.test(reason))).toEqual([]);
});
