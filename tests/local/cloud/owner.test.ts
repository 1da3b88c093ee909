import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { found, ofOthers } from "../../../local/cloud/owner";
import { stateDir } from "../../../local/paths";

const other = fs.mkdtempSync(path.join(os.tmpdir(), "ringo-owner-"));
afterAll(() => fs.rmSync(other, { recursive: true }));

const nspawn = (home: string): string[] => ["systemd-nspawn", "--quiet", `--directory=${home}/cloud/machines/7/root`, "--machine=ringo-7", "--hostname=ringo-local-data", ""];

test("a machine belongs to the state directory that it was started from", () => {
  const machine = found("7", [["/sbin/init", ""], ["postgres", "--directory=/", ""], nspawn(other)]);
  expect(machine).toEqual({ id: "7", name: "ringo-local-data", owner: other });
  expect(ofOthers([machine])).toEqual([machine]);
});

test("to nobody, if that no longer exists, or nothing of it runs any more", () => {
  for (const machine of [found("7", [nspawn("/nonexistent/ringo")]), found("7", [["/sbin/init"]]), found("7", [])]) {
    expect(machine.owner).toBeUndefined();
    expect(ofOthers([machine])).toEqual([]);
  }
});

test("one's own is not another's", () => expect(ofOthers([{ id: "7", name: "data", owner: stateDir }])).toEqual([]));
