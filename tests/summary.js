// Adds up jest's reports. A part that did not report, a skipped test or a failed step is a failure.
const fs = require("node:fs");
const path = require("node:path");

/** The beginning of what a test said of its failure, without colours and without the way through the code. */
const excerpt = (message) => message.replace(/\x1b\[\d+m/g, "").split("\n").filter((line) => line.trim() && !/^\s+at /.test(line)).slice(0, 12).map((line) => `    ${line.slice(0, 300)}`).join("\n");

const [directory, ...failedSteps] = process.argv.slice(2);
const expected = ["cloud", "apart", "looks", "failures", "backups", "machines", "operations"];
let passed = 0;
let failed = failedSteps.length;
const tests = [];
const failures = failedSteps.map((name) => `step failed: ${name}`);
for (const part of expected) {
  const file = path.join(directory, `${part}.json`);
  if (!fs.existsSync(file)) {
    console.log(`${part}: no report`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(fs.readFileSync(file, "utf8"));
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(`${part}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);
  for (const suite of report.testResults) {
    tests.push(...suite.assertionResults.map(({ duration, fullName }) => ({ duration, where: `${path.basename(suite.name, ".test.ts")}: ${fullName}` })));
    for (const test of suite.assertionResults) {
      if (test.status !== "passed") failures.push(`${test.status}: ${path.basename(suite.name)}: ${test.fullName}`, ...test.failureMessages.map(excerpt));
    }
    if (suite.status === "failed" && suite.assertionResults.length === 0) failures.push(`did not run: ${path.basename(suite.name)}`, excerpt(suite.message));
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites + skipped;
}
console.log("slowest:");
for (const { duration, where } of tests.sort((a, b) => b.duration - a.duration).slice(0, 20)) console.log(`  ${Math.round(duration / 1000)} s  ${where}`);
// At the end, where somebody looks who sees the end only.
for (const line of failures) console.log(line);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
