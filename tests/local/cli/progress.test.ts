import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Progress } from "../../../local/cli/progress";

/** What a person sees of these events. */
function seen(events: object[]): { lines: string[]; errors: string[] } {
  const lines: string[] = [];
  const write = jest.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text).trimEnd()) > 0);
  const progress = new Progress();
  for (const event of events) progress.on(event as EngineEvent);
  write.mockRestore();
  return { lines, errors: progress.errors };
}

const urn = (type: string, name: string): string => `urn:pulumi:local::ringo-infra::${type}::${name}`;
const done = (op: string, type: string, name: string) => ({ resOutputsEvent: { metadata: { op, urn: urn(type, name), type } } });

test("a changed resource is one line, an unchanged one none", () => {
  const droplet = "digitalocean:index/droplet:Droplet";
  const { lines } = seen([done("create", droplet, "api-0-droplet"), done("same", droplet, "api-1-droplet"), done("create", "ringo:api:ApiTier", "api")]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/\+ api-0-droplet .*Droplet created/);
});

test("a state is one line, whatever steps the engine takes, and none if only its record is deleted", () => {
  const command = "command:remote:Command";
  const { lines } = seen(["delete-replaced", "replace", "create-replacement", "delete"].map((op) => done(op, command, "api-0-api")));
  expect(lines).toEqual([expect.stringMatching(/~ api-0-api +Command applied$/)]);
});

test("a machine's output is printed with the machine's name, line by line", () => {
  const { lines } = seen([{ diagnosticEvent: { urn: urn("command:remote:Command", "data-base"), message: "packages: redis\nunit redis started\n", severity: "info" } }]);
  expect(lines.map((line) => line.replace(/^\s*[\d.]+s\s+/, ""))).toEqual([
    expect.stringMatching(/^data-base\s+│ packages: redis$/), expect.stringMatching(/^data-base\s+│ unit redis started$/),
  ]);
});

test("debug diagnostics, which can contain secrets, are never printed", () => {
  expect(seen([{ diagnosticEvent: { message: "privateKey: hidden", severity: "debug" } }]).lines).toEqual([]);
});

test("what the engine only says in consequence of another error is told at the end if there is no other", () => {
  const error = (message: string, name = "data-volume") => ({ diagnosticEvent: { urn: urn("x:y:Z", name), message, severity: "error" } });
  const consequences = [error("failed to run remediation: context canceled", "api-0-host-key"), { diagnosticEvent: { message: "update failed", severity: "error" } }];
  expect(seen([error("422: can only be expanded"), ...consequences]).errors).toEqual(["data-volume: 422: can only be expanded"]);
  expect(seen(consequences).errors).toEqual(["api-0-host-key: failed to run remediation: context canceled", "stack: update failed"]);
});

test("errors are kept for the end, without the engine's colour codes", () => {
  const { errors, lines } = seen([{ diagnosticEvent: { urn: urn("x:y:Z", "edge-edge"), message: "<{%fg 1%}>failed: no certificate<{%reset%}>", severity: "error" } }]);
  expect(errors).toEqual(["edge-edge: failed: no certificate"]);
  expect(lines.join()).not.toContain("\u001b");
});

test("an error that repeats a machine's whole output is printed from the failure on", () => {
  const message = "Process exited with status 1: running \"python3\":\nfile /etc/one changed\nfailed: step 'two' (exit 1)\n    error: no room\n";
  const { errors, lines } = seen([{ diagnosticEvent: { urn: urn("command:remote:Command", "data-data"), message, severity: "error" } }]);
  expect(errors).toEqual(["data-data: failed: step 'two' (exit 1)\n    error: no room"]);
  expect(lines).toHaveLength(2);
});

describe("a policy violation", () => {
  const policy = (enforcementLevel: string) => ({ policyEvent: {
    resourceUrn: urn("digitalocean:index/firewall:Firewall", "network-firewall-api"), policyName: "firewall-ssh", enforcementLevel,
    message: "<{%fg 1%}>SSH answers to too many.\nSSH is open to 0.0.0.0/0, which is too wide\nTo fix: name the operators' ranges.<{%reset%}>\n",
  } });
  const told = [/^network-firewall-api +│ policy firewall-ssh: SSH answers to too many\.$/, /│ SSH is open to 0\.0\.0\.0\/0, which is too wide$/, /│ To fix: name the operators' ranges\.$/];

  test.each([["mandatory", 1], ["advisory", 0]])("is printed with resource, finding and fix; %s", (level, errors) => {
    const result = seen([policy(level)]);
    expect(result.lines.map((line) => line.replace(/^\s*[\d.]+s\s+/, ""))).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
    expect(result.errors).toHaveLength(errors);
    // Told once, what is wrong and how to fix it need not be told of each resource; of what stops an update all is told.
    expect(seen([policy(level), policy(level)]).lines).toHaveLength(errors > 0 ? 6 : 4);
    for (const error of result.errors) expect(error).toMatch(/^network-firewall-api: policy firewall-ssh: [^]*To fix: name the operators' ranges\.$/);
  });
});
