const { availableParallelism } = require("node:os");

/** Each of these starts other programs (nginx with all its rules, promtool, PostgreSQL, nft, sshd, stand-ins, our own commands) for longer than `make check` has time: five seconds or more. They need no root, either. */
const long = [
  "cli/confirm", "local/providers/command", "local/providers/official", "machine/apply/containers", "machine/apply/run", "machine/apply/shims", "machine/backup/restic",
  "machine/base/nftables", "machine/base/resolvers", "machine/data/owner", "machine/data/postgres/names", "machine/edge/names", "machine/edge/nginx", "machine/edge/waf",
  "machine/monitoring/alerts/rules", "machine/monitoring/metric-sources", "machine/sentry/sentry", "ops/renew", "ops/signals", "toolchain/makefile",
].map((name) => `<rootDir>/tests/${name}.test.ts`);

/**
 * Four projects: `unit` needs no root and no network; `parts` are what takes longer, each by itself; `cloud` tries the local cloud, and needs
 * the machine without a stack; `running` drives the whole stack from outside, in the order that tests/run.sh gives.
 */
const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }] },
  modulePathIgnorePatterns: ["<rootDir>/examples/"],
  // With what Pulumi's SDK turns functions into text, which nothing here asks of it: more than half of its time to load.
  moduleNameMapper: { "/closure/(codePaths|createClosure|serializeClosure)$": "<rootDir>/tests/unused.js" },
};
module.exports = {
  maxWorkers: Math.ceil(availableParallelism() * 1.5), // a third of a test is waiting for another program
  testTimeout: 30_000, // on a busy machine a program takes many times as long to start
  projects: [
    { ...common, displayName: "unit", testMatch: ["<rootDir>/tests/**/*.test.ts"], testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/local/stack/", ...long] },
    { ...common, displayName: "parts", testMatch: ["<rootDir>/tests/local/stack/*.test.ts", ...long], testPathIgnorePatterns: ["/node_modules/", "/stack/cloud\\."] },
    { ...common, displayName: "cloud", testMatch: ["<rootDir>/tests/local/stack/cloud.test.ts"] },
    { ...common, displayName: "running", testMatch: ["<rootDir>/tests/local/stack/running/*.test.ts"] },
  ],
};
