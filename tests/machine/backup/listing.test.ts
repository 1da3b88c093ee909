import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./python";

test("the list says how much WAL waits and for how long, also if the database is down", () => {
  const data = mkdtempSync(join(tmpdir(), "ringo-listing-"));
  const status = join(data, "pg_wal", "archive_status");
  try {
    mkdirSync(status, { recursive: true });
    for (const [name, seconds] of [["A", 400], ["B", 20]] as const) {
      const file = join(status, `00000001000000000000000${name}.ready`);
      writeFileSync(file, "");
      utimesSync(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
    }
    const { waiting, waitingSeconds } = python(`(setattr(listing, "running", lambda: False), listing._archive(types.SimpleNamespace(cluster=types.SimpleNamespace(data=given))))[-1]`, data) as Record<string, number>;
    expect(waiting).toBe(2);
    expect(Math.abs(waitingSeconds! - 400)).toBeLessThan(5);
  } finally {
    rmSync(data, { recursive: true });
  }
});
