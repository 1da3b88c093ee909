import * as fc from "fast-check";
import { withHosts } from "../../../local/services/hosts";

const host = fc.record({ name: fc.domain(), address: fc.ipV4() });
const foreign = fc.array(fc.constantFrom("127.0.0.1 localhost", "# mine", "", "::1 localhost ip6-localhost")).map((lines) => `${lines.join("\n")}\n`);

describe("the host's /etc/hosts", () => {
  test("is as before when our names are removed", () => {
    fc.assert(fc.property(foreign, fc.array(host), (text, entries) => {
      expect(withHosts(withHosts(text, entries), [])).toBe(text);
    }));
  });

  test("contains the last published names, once, and what others wrote after ours", () => {
    fc.assert(fc.property(foreign, fc.array(host), fc.array(host, { minLength: 1 }), (text, before, after) => {
      const others = "10.0.0.1 other\n";
      const result = withHosts(withHosts(text, before) + others, after);
      expect(result).toContain(others);
      expect(withHosts(result, after)).toBe(result);
      expect(result.match(/ringo-local: begin/g)).toHaveLength(1);
      for (const { name, address } of after) expect(result.split("\n")).toContain(`${address} ${name}`);
    }));
  });

  test("keeps the lines after a block whose end was removed", () => {
    const broken = withHosts("127.0.0.1 localhost\n", [{ name: "a.ringo.test", address: "198.18.0.9" }]).replace("# ringo-local: end\n", "10.0.0.1 mine\n");
    expect(withHosts(broken, [])).toContain("10.0.0.1 mine");
  });
});
