import { FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(["nginx.service", "redis.service"]); });
afterEach(() => machine.remove());

describe("secrets", () => {
  const pem = "-----BEGIN KEY-----\nQUJDREVGR0hJSktMTU5P\nUFFSU1RVVldYWVo=\n-----END KEY-----\n";

  test.each([
    ["as they are", "p4ss/w+rd", 'echo "using p4ss/w+rd"'],
    ["in a URL", "p4ss/w+rd", 'echo "redis://u:p4ss%2Fw%2Brd@host"'],
    ["by one of their lines", pem, 'echo "bad line UFFSU1RVVldYWVo="'],
    ["of two, the longer", "p4ss", "echo p4ss-more"],
  ])("are redacted %s", (_, secret, command) => {
    const applied = machine.apply({
      secrets: [secret, "p4ss-more"],
      steps: [{ name: "talks", command: `${command}; false` }],
    });
    expect(applied.errors).toContain("[secret]");
    expect(applied.errors).not.toMatch(/p4ss|-more|UFFSU1/);
  });

  test("are redacted in a bug's stack trace", () => {
    const applied = machine.apply({ secrets: ["p4ss"], files: [{ path: "/etc/x", content: "", mode: "p4ss" }] });
    expect(applied.code).toBe(1);
    expect(applied.errors).toContain("[secret]");
    expect(applied.errors).not.toContain("p4ss");
  });
});
