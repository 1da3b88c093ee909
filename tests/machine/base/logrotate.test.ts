import { logrotate } from "../../../machine/base/logrotate";

test("the packages' rules are applied, with our size limits, six times an hour", () => {
  const file = (name: string): string => logrotate.files!.find(({ path }) => path.includes(name))!.content;
  // logrotate reads the folder in the order of names, and packages' names begin with letters.
  expect(file("/etc/logrotate.d/00-")).toMatch(/^maxsize 100M$/m);
  expect(file("logrotate.timer.d")).toMatch(/^OnCalendar=\nOnCalendar=\*:0\/10$/m);
  expect(logrotate).toMatchObject({ packages: ["logrotate"], units: [{ name: "logrotate.timer" }] });
});
