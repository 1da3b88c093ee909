import * as fc from "fast-check";
import { renderDnsmasq } from "../../../local/services/dns";
import { renderRecord } from "../../../local/services/zone";

const line = (type: string, value: string, name = "ringo.test"): string => renderRecord({ name, type, value });

describe("a DNS record", () => {
  test.each([
    ["A", "198.18.0.200", "host-record=ringo.test,198.18.0.200"],
    ["AAAA", "2001:db8::1", "host-record=ringo.test,2001:db8::1"],
    ["CNAME", "Api.Ringo.test.", "cname=ringo.test,api.ringo.test"],
    // Wire format as in RFC 1035, 2782 and 8659
    ["MX", "10 mail.x.", "dns-rr=ringo.test,15,000a046d61696c017800"],
    ["NS", "ns1.x", "dns-rr=ringo.test,2,036e7331017800"],
    ["SRV", "1 2 443 a.x", "dns-rr=ringo.test,33,0001000201bb0161017800"],
    ["CAA", '0 issue "ca.test"', "dns-rr=ringo.test,257,0005697373756563612e74657374"],
    ["TXT", '"a,\\"b\\""', "dns-rr=ringo.test,16,05612c226222"],
    ["TXT", "", "dns-rr=ringo.test,16,00"],
  ])("%s %s", (type, value, expected) => expect(line(type, value)).toBe(expected));

  test("of a wildcard answers only below the name", () => {
    expect(line("A", "198.18.0.9", "*.ringo.test")).toBe("address=/*.ringo.test/198.18.0.9");
  });

  test.each([
    ["SPF", "v=spf1", "unknown type"],
    ["A", "2001:db8::1", "is not an address of that type"],
    ["AAAA", "198.18.0.1", "is not an address of that type"],
    ["MX", "mail.x", "fields"],
    ["MX", "65536 mail.x", "not a number below"],
    ["CAA", "256 issue x", "not a number below"],
    ["CNAME", "a b", "not a DNS name"],
    ["TXT", "x".repeat(600), "longer than"],
  ])("%s %s is refused by name", (type, value, why) => {
    expect(() => line(type, value)).toThrow(why);
  });

  test("of a long text is split into strings of at most 255 bytes", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 400, unit: "grapheme-ascii" }).filter((text) => !text.startsWith('"')), (text) => {
      const wire = Buffer.from(line("TXT", text).split(",")[2], "hex");
      let read = "";
      for (let at = 0; at < wire.length; at += 1 + wire[at]) read += wire.subarray(at + 1, at + 1 + wire[at]).toString();
      expect(read).toBe(text);
    }));
  });

  test("never injects a line into the server's configuration", () => {
    const types = fc.constantFrom("A", "AAAA", "CNAME", "TXT", "MX", "NS", "SRV", "CAA");
    fc.assert(fc.property(fc.string(), types, fc.string(), (name, type, value) => {
      let rendered = "";
      try {
        rendered = renderRecord({ name, type, value });
      } catch {
        return;
      }
      expect(rendered).not.toMatch(/[\r\n]/);
    }));
  });
});

test("the name server forwards no queries for names of the zone, and listens only on its address", () => {
  const lines = renderDnsmasq("127.0.0.9", [{ name: "api.ringo.test", type: "A", value: "198.18.0.200" }]).split("\n");
  expect(lines).toEqual(expect.arrayContaining(["local=/ringo.test/", "listen-address=127.0.0.9", "bind-interfaces", "host-record=api.ringo.test,198.18.0.200"]));
});
