import * as fs from "node:fs";
import * as path from "node:path";
import * as YAML from "yaml";

const github = path.resolve(__dirname, "../../.github");
interface Step { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }
interface Job { steps: Step[]; permissions?: Record<string, string>; environment?: string; needs?: string; if?: string; "timeout-minutes"?: number; concurrency?: { group: string } }
interface Workflow { on: Record<string, unknown>; permissions: object; jobs: Record<string, Job> }

const text = (file: string): string => fs.readFileSync(path.join(github, file), "utf8");
const names = fs.readdirSync(path.join(github, "workflows"));
const workflows = Object.fromEntries(names.map((name) => [name, YAML.parse(text(`workflows/${name}`)) as Workflow]));
const jobs = Object.entries(workflows).flatMap(([name, { jobs: all }]) => Object.entries(all).map(([id, job]) => [`${name} ${id}`, job] as const));
const steps = jobs.flatMap(([, job]) => job.steps);
const pulumi = steps.filter(({ uses }) => uses?.startsWith("pulumi/actions@"));

test("every action is pinned by commit, with its release", () => {
  const lines = [...names.map((name) => `workflows/${name}`), "actions/stack/action.yml"].flatMap((file) => text(file).split("\n"))
    .filter((line) => /\buses: (?!\.\/)/.test(line));
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(Object.entries(workflows))("%s gives its token only the permissions that a job names, and never runs a fork's code with credentials", (_, { on, permissions, jobs: all }) => {
  expect(permissions).toEqual({});
  expect(Object.keys(on)).not.toContain("pull_request_target");
  for (const job of Object.values(all)) {
    expect(job.permissions).toBeDefined();
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
    if ("pull_request" in on && job.permissions!["id-token"]) expect(job.if).toContain("head.repo.full_name == github.repository");
  }
});

test("unreviewed code runs without anything of production", () => {
  const unread = Object.values(workflows).filter(({ on }) => "pull_request" in on).flatMap(({ jobs: all }) => Object.values(all));
  expect(unread.length).toBeGreaterThan(1);
  for (const job of unread) {
    expect(job.environment ?? "none").toMatch(/^(?:none|staging-preview)$/);
    expect(JSON.stringify(job)).not.toContain("production");
  }
});

test("a checkout does not persist its token", () => {
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
  for (const step of checkouts) expect(step.with?.["persist-credentials"]).toBe(false);
});

test("no secret is on a command line, and each is available only to the step that needs it", () => {
  for (const { run = "" } of steps) expect(run).not.toMatch(/\$\{\{/);
  for (const [, job] of jobs) expect(JSON.stringify({ ...job, steps: [] })).not.toContain("secrets.");
  for (const step of steps.filter((each) => JSON.stringify(each).includes("secrets."))) expect(pulumi).toContain(step);
  for (const [, { permissions }] of jobs) for (const [scope, level] of Object.entries(permissions ?? {})) {
    if (level === "write") expect(["id-token", "pull-requests"]).toContain(scope);
  }
});

test("every run of Pulumi uses the policies, and the engine version of the tests", () => {
  expect(pulumi.length).toBe(4);
  const { version } = JSON.parse(fs.readFileSync(path.resolve(github, "../node_modules/@pulumi/pulumi/package.json"), "utf8")) as { version: string };
  for (const step of pulumi) expect(step.with).toMatchObject({ policyPacks: "policies", "suppress-outputs": true, "pulumi-version": version });
});

test("an update follows its plan, in an environment that can require approval, and never concurrently with another of the same stack", () => {
  const { plan, update } = workflows["deploy.yml"].jobs;
  expect(plan.steps.at(-1)?.with?.command).toBe("preview");
  expect(update.steps.at(-1)?.with?.command).toBe("up");
  expect(update.needs).toBe("plan");
  expect(update.environment).toContain("'production'");
  expect(update.concurrency?.group).toContain("stack-");
  const updates = pulumi.filter((step) => step.with?.command === "up");
  expect(updates).toEqual([update.steps.at(-1)]);
});

test("no job outlives its AWS credentials: an update that loses them cannot save its state, and leaves the stack locked", () => {
  const { inputs } = YAML.parse(text("actions/stack/action.yml")) as { inputs: Record<string, { default?: string }> };
  const onStacks = jobs.flatMap(([name, job]) => job.steps.filter(({ uses }) => uses === "./.github/actions/stack").map((step) => ({
    name, least: job["timeout-minutes"]! * 60, seconds: Number(step.with?.["aws-seconds"] ?? inputs["aws-seconds"]?.default ?? 3600),
  })));
  expect(onStacks.map(({ name }) => name)).toContain("deploy.yml update");
  expect(onStacks.filter(({ least, seconds }) => seconds < least)).toEqual([]);
  // A role allows an hour if nobody tells it more.
  const setup = fs.readFileSync(path.resolve(github, "../docs/setup.md"), "utf8");
  for (const { seconds } of onStacks.filter((each) => each.seconds > 3600)) expect(setup).toContain(`--max-session-duration ${seconds}`);
});

test("drift fails the run", () => {
  expect(workflows["drift.yml"].jobs.drift.steps.at(-1)?.with).toMatchObject({ command: "preview", refresh: true, "expect-no-changes": true });
});

test("a bot updates every kind of dependency", () => {
  const { updates } = YAML.parse(text("dependabot.yml")) as { updates: { "package-ecosystem": string; directory?: string; directories?: string[] }[] };
  const watched = updates.flatMap((each) => (each.directories ?? [each.directory!]).map((directory) => `${each["package-ecosystem"]} ${directory}`));
  const toolchain = path.resolve(github, "../toolchain");
  const there = fs.readdirSync(toolchain, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) =>
    `${fs.existsSync(path.join(toolchain, name, "go.mod")) ? "gomod" : "pip"} /toolchain/${name}`);
  expect(watched).toEqual(expect.arrayContaining([...there, "npm /", "github-actions /", "pip /examples/backend"]));
});
