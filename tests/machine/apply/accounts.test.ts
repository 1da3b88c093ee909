import { FakeMachine } from "../machine";

let machine: FakeMachine;
beforeEach(() => { machine = new FakeMachine(); });
afterEach(() => machine.remove());

test("a user who has another id than his files need is told of, and left as he is", () => {
  // Debian's own, on every machine.
  const { code, errors } = machine.apply({ users: [{ name: "www-data", group: "www-data", uid: 10001 }] });
  expect([code, errors]).toEqual([1, expect.stringContaining("user www-data has the id 33 but should have 10001: its files would have to change owner")]);
  expect(machine.apply({ users: [{ name: "www-data", group: "www-data", uid: 33 }] }).lines).toEqual(["unchanged"]);
});
