import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./python";

test("a directory that never had files is not backed up; one that lost its files is not skipped", () => {
  const [empty, filled] = [0, 1].map(() => mkdtempSync(join(tmpdir(), "ringo-media-")));
  try {
    writeFileSync(join(filled!, "receipt.pdf"), "");
    const cases = [empty, filled].flatMap((directory) => [[], [{ id: "a1" }]].map((snapshots) => ({ directory, snapshots })));
    expect(python(`[(setattr(media, "snapshots", lambda each=each: each["snapshots"]), media.nothing_yet(each["directory"]))[1] for each in given]`, cases))
      .toEqual([true, false, false, false]);
  } finally {
    for (const directory of [empty, filled]) rmSync(directory!, { recursive: true });
  }
});
