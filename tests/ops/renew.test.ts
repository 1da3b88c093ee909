import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { cost } from "../../ops/renew";
import { checkout, command, stackFile, type Checkout } from "./checkout";

let { at, program, options, reset, remove } = {} as Checkout;
beforeAll(() => void ({ at, program, options, reset, remove } = checkout()));
afterAll(() => remove());
beforeEach(() => {
  reset();
  for (const name of ["done", "off"]) fs.rmSync(at(name), { force: true });
  program("pulumi", `${fs.readFileSync(at("bin/pulumi"), "utf8")}\ncase $1 in preview | up) echo "$*" >>${at("done")} ;; esac`);
});

/** What each machine does that ssh is told to come to: one that is gone is not waited for where ssh is told for how long, one that is told to end is gone then. */
const machines = (behaviour: { edge?: string; "api-0": string }): void => program("ssh", `
  all=$*
  gone() { case $all in *ConnectTimeout=*) return 255 ;; *) exec sleep 60 ;; esac; }
  ends() { case $all in *poweroff*) echo "api-0 ends" >>${at("done")}; touch ${at("off")} ;; *) [ ! -e ${at("off")} ] ;; esac; }
  case $all in *" edge -- "*) ${behaviour.edge ?? "true"} ;; *" api-0 -- "*) ${behaviour["api-0"]} ;; esac`);

function renew(environment: NodeJS.ProcessEnv = { YES: "1" }) {
  const { status, stderr } = spawnSync(process.execPath, command("renew"), { ...options(), env: { ...options().env, ...environment }, encoding: "utf8", timeout: 25_000 });
  return { status, stderr, done: fs.existsSync(at("done")) ? fs.readFileSync(at("done"), "utf8").trim().split("\n") : [] };
}
const counted = (): boolean => fs.readFileSync(at("Pulumi.staging.yaml"), "utf8").includes("api-0: 2");
const up = "up --stack staging --refresh --yes";

test("a lost machine is waited for a few seconds, and no preview is run", () => {
  machines({ "api-0": "gone" });
  const { status, stderr, done } = renew();
  expect({ status, done, counted: counted() }).toEqual({ status: 0, done: [up], counted: true });
  expect(stderr).toContain("api-0 does not answer");
});

test("before a lost machine is replaced, the command says that it is lost, then asks", () => {
  machines({ "api-0": "gone" });
  const { status, stderr, done } = renew({ YES: "" });
  expect({ status, done, counted: counted() }).toEqual({ status: 1, done: [], counted: false });
  expect(stderr).toMatch(/does not answer[^]*no terminal to ask on/);
});

test("a running machine is shut down in order, after a preview", () => {
  machines({ "api-0": "ends" });
  const { status, done } = renew();
  expect({ status, done, counted: counted() }).toEqual({ status: 0, done: ["preview --stack staging", "api-0 ends", up], counted: true });
});

test("a running machine is left alone if the preview fails", () => {
  machines({ "api-0": "ends" });
  program("pulumi", `${fs.readFileSync(at("bin/pulumi"), "utf8")}\n[ $1 != preview ]`);
  const { status, done } = renew();
  expect({ status, done, file: fs.readFileSync(at("Pulumi.staging.yaml"), "utf8") }).toEqual({ status: 1, done: ["preview --stack staging"], file: stackFile });
});

test("after a failed renewal the next one uses another number, as the failed one's machine exists", () => {
  machines({ "api-0": "ends" });
  program("pulumi", `${fs.readFileSync(at("bin/pulumi"), "utf8")}\n[ $1 != up ]`);
  expect(renew().status).toBe(1);
  fs.rmSync(at("off"));
  renew();
  expect(fs.readFileSync(at("Pulumi.staging.yaml"), "utf8")).toContain("api-0: 3");
});

test("if the edge does not answer, no machine behind it is assumed to be lost", () => {
  machines({ edge: "exit 255", "api-0": "exit 255" });
  const { status, stderr, done } = renew();
  expect({ status, done, counted: counted() }).toEqual({ status: 1, done: [], counted: false });
  expect(stderr).toContain("make renew STACK=staging HOST=edge");
});

test("a lost edge is replaced", () => {
  machines({ edge: "exit 255", "api-0": "exit 255" });
  expect(renew({ YES: "1", HOST: "edge" })).toMatchObject({ status: 0, done: [up] });
});

test("the warning depends on whether there is another machine of the role", () => {
  const machines = ["edge", "api", "api", "worker", "data", "monitor"].map((role, i) => ({ name: `${role}-${i}`, role, publicAddress: null, privateAddress: "" }));
  const said = Object.fromEntries(machines.map((machine) => [machine.role, cost(machine, machines)]));
  expect(said).toEqual({
    edge: expect.stringContaining("Nothing answers"), api: "Others answer.", worker: expect.stringContaining("wait"),
    data: expect.stringContaining("volume and its data stay"), monitor: expect.stringMatching(/alerts.*lost/),
  });
  expect(cost(machines[1]!, machines.slice(0, 2))).toContain("does not answer");
});
