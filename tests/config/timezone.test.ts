import { timezoneFault } from "../../config/timezone";
import { faultsOf } from "./fixture";

test.each(["UTC", "GMT", "Etc/UTC", "Etc/GMT-3", "Europe/Moscow", "Europe/Kyiv", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Pacific/Chuuk"])("%s is accepted", (timezone) => {
  expect(faultsOf({ timezone })).toEqual([]);
});

test.each([
  ["an old name", "Europe/Kiev", "Europe/Kyiv"],
  ["an old name that Node maps to another", "Asia/Calcutta", "Asia/Kolkata"],
  ["another name", "America/Montreal", "America/Toronto"],
  ["a name without a region", "CET", "Europe/Brussels"],
  ["another spelling", "europe/moscow", "Europe/Moscow"],
  ["another spelling of UTC", "utc", "UTC"],
])("%s, %s, is reported with the name that the machines know", (_name, timezone, meant) => {
  expect(faultsOf({ timezone })).toMatchObject([{ key: "timezone", reason: `is another name of ${meant}`, command: `pulumi config set --stack staging timezone ${meant}` }]);
});

test.each(["+03:00", "-05:00", "GMT+3", "US/Nowhere", "", "../../etc/passwd"])("%s is refused", (timezone) => {
  expect(faultsOf({ timezone })).toMatchObject([{ key: "timezone", reason: "is not a time zone" }]);
});

test("every zone that Node lists is accepted, by its canonical name", () => {
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const finding = timezoneFault(zone);
    if (finding !== undefined) expect(finding).toMatchObject({ reason: expect.stringMatching(/^is another name of/) as string });
    const name = typeof finding === "object" ? finding.value! : zone;
    expect(timezoneFault(name)).toBeUndefined();
    expect(Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone).toBe(zone);
  }
});
