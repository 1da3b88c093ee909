import { spawnSync } from "node:child_process";
import * as path from "node:path";

test.each(["ops", "local"])("an unknown command of %s is refused, and the known ones are listed", (folder) => {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", `${folder}/main.ts`, "nonsense"], {
    cwd: path.resolve(__dirname, "../.."), encoding: "utf8", env: { PATH: process.env.PATH },
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^error: "nonsense" is not a command\. Commands: \w+, /) });
});
