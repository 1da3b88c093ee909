const { availableParallelism } = require("node:os");

/** Takes half of a minute that `make check` has: what restic makes of a passphrase is meant to be slow. */
const slow = "<rootDir>/tests/machine/backup/restic.test.ts";

/** Two projects: `unit` needs no root and no network; `local` drives the local cloud from outside. */
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
    { ...common, displayName: "unit", testMatch: ["<rootDir>/tests/**/*.test.ts"], testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/local/stack/", slow] },
    { ...common, displayName: "local", testMatch: ["<rootDir>/tests/local/stack/**/*.test.ts", slow] },
  ],
};
