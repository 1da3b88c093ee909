import * as fc from "fast-check";
import { allows, covers, policyDocument } from "../../policies/identity/document";

const document = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const allow = (Action: unknown, Resource: unknown): object => ({ Effect: "Allow", Action, Resource });

describe("a policy document", () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9:.+()[\]-]{1,20}$/);

  test("is read from text or an object, and from nothing else", () => {
    const statement = { Effect: "Deny", Action: "s3:*", Resource: ["a"], Principal: { AWS: ["b", "c"], Service: "d" } };
    expect(policyDocument(document(statement))).toEqual(policyDocument({ Statement: [statement] }));
    expect(policyDocument({ Statement: statement })[0]).toMatchObject({ effect: "Deny", actions: ["s3:*"], principals: ["AWS:b", "AWS:c", "Service:d"] });
    for (const nothing of ["", "{}", undefined, null, "null", 7]) expect(policyDocument(nothing)).toEqual([]);
  });
  test("that cannot be read counts as allowing everything", () => {
    for (const text of ["no JSON", '{"Statement":[{"Action":["s3:GetObject",]}]}']) expect(policyDocument(text)).toMatchObject([{ effect: "Allow", principals: ["*"], actions: ["*"], resources: ["*"] }]);
  });
  test("matches `*` as any text, and nothing else specially", () => {
    fc.assert(fc.property(word, word, (a, b) => {
      expect([covers(a, a), covers(`${a}*`, a + b), covers("*", a), covers(`${a}?`, `${a}x`), covers(a.toUpperCase(), a.toLowerCase())]).toEqual([true, true, true, true, true]);
      expect(covers(a, b)).toBe(a.toLowerCase() === b.toLowerCase());
    }));
  });
  test("denies only what it denies on everything and without a condition", () => {
    const of = (...statements: object[]) => allows(policyDocument({ Statement: statements }), "s3:PutObject");
    expect(of(allow("s3:*", "*"))).toBe(true);
    expect(of(allow("s3:*", "*"), { Effect: "Deny", Action: "s3:Put*", Resource: "*" })).toBe(false);
    expect(of(allow("s3:*", "*"), { Effect: "Deny", NotAction: "s3:GetObject", Resource: "*" })).toBe(false);
    expect(of(allow("s3:*", "*"), { Effect: "Deny", Action: "s3:Put*", Resource: "a" })).toBe(true);
    expect(of({ Effect: "Deny", Action: "*", Resource: "*" })).toBe(false);
  });
});
