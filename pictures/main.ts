/** `make pictures`: dashboards of the local stack that runs, as a person would see them in Grafana, into docs/pictures. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../local/paths";
import { answers } from "./ask";
import { boards, scrapeSeconds } from "./boards";
import { picture } from "./picture";
import { everything, queriesOf } from "./queries";

const minutes = Number(process.env.MINUTES || "30");
const folder = join(projectDir, "docs/pictures");

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const to = Math.floor(Date.now() / 1000);
  for (const board of boards) {
    const shown = { from: to - minutes * 60, to, scrapeSeconds, points: 120, choices: everything(board) };
    const path = join(folder, `${board.uid!.replace("ringo-", "")}.svg`);
    writeFileSync(path, picture(board, await answers(queriesOf(board), shown), shown));
    process.stdout.write(`${path}\n`);
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
