import { python } from "./python";

/** A restore that swaps the old data back, and metrics that say that S3 does not answer, both wait for a `Failure`. */
test("a command that does not end in time has failed, as one that fails has", () => {
  expect(python("answer(lambda: shell.must(['sleep', '60'], timeout=0.2))", null)).toEqual({ failed: "sleep failed (exit 124)\n    timed out after 0.2 s" });
});
