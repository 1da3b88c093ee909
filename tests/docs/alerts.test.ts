import * as fs from "node:fs";
import * as path from "node:path";
import { alerts } from "../machine/monitoring/alerts/promtool";

const docs = path.join(__dirname, "../../docs");
const page = fs.readFileSync(path.join(docs, "alerts.md"), "utf8");
const sections = new Map(page.split(/^### /m).slice(1).map((text) => [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n") + 1)]));

test("every alert has a section, and every section an alert", () => {
  expect([...sections.keys()].sort()).toEqual(alerts.map(({ name }) => name).sort());
});

test("a section begins with the severity and the meaning", () => {
  for (const { name, severity } of alerts.filter((alert) => alert.name !== "Watchdog")) {
    expect([name, sections.get(name)]).toEqual([name, expect.stringMatching(new RegExp(`^\\*${severity === "critical" ? "Critical" : "Warning"}\\.\\* [^\`]{12,}.{8,}`))]);
  }
});

test("its links have targets", () => {
  for (const [, target] of page.matchAll(/\]\(([^)]+)\)/g)) {
    const [file, anchor] = target.split("#");
    if (file !== "") expect([target, fs.existsSync(path.join(docs, file))]).toEqual([target, true]);
    else expect([target, [...sections.keys()].map((name) => name.toLowerCase())]).toEqual([target, expect.arrayContaining([anchor])]);
  }
});
