import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { needsPythonBase } from "../../../local/images/python-base";

test.each([
  ["FROM python:3.11-slim", true],
  ["# first\nfrom docker.io/library/python:3.11-slim AS build\n", true],
  ["FROM --platform=linux/amd64 python:3.11-slim-trixie", true],
  ["FROM debian:13\nFROM python:3.11-slim\n", true],
  ["FROM python:3.12-slim", false],
  ["FROM python:3.11-slim-bookworm", false],
  ["FROM other/python:3.11-slim", false],
  ["RUN echo FROM python:3.11-slim", false],
])("%j starts from the base that can be built here: %s", (dockerfile, expected) => {
  expect(needsPythonBase(dockerfile)).toBe(expected);
});

test("the script that builds it passes shellcheck", () => {
  execFileSync("shellcheck", [path.resolve(__dirname, "../../../local/images/python-base.sh")], { encoding: "utf8" });
});
