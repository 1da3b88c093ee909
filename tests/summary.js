// Adds up jest's reports. A part that did not report, a skipped test or a failed step is a failure.
const fs = require("node:fs");
const path = require("node:path");

const [directory, failedSteps] = process.argv.slice(2);
const expected = ["unit", "parts", "running"];
let passed = 0;
let failed = Number(failedSteps);
const tests = [];
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
    for (const test of suite.assertionResults) if (test.status !== "passed") console.log(`  ${test.status}: ${test.fullName}`);
    if (suite.status === "failed" && suite.assertionResults.length === 0) console.log(`  did not run: ${path.basename(suite.name)}`);
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites + skipped;
}
console.log("slowest:");
for (const { duration, where } of tests.sort((a, b) => b.duration - a.duration).slice(0, 25)) console.log(`  ${Math.round(duration / 1000)} s  ${where}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
