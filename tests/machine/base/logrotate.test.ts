import { logrotate } from "../../../machine/base/logrotate";

test("the packages' rules are read, after what bounds each of their files, six times an hour", () => {
  const file = (name: string): string => logrotate.files!.find(({ path }) => path.includes(name))!.content;
  expect(file("logrotate-ringo.conf")).toMatch(/^maxsize 100M$/m);
  expect(file("logrotate.service.d")).toMatch(/^ExecStart=\nExecStart=\/usr\/sbin\/logrotate \/etc\/logrotate-ringo\.conf \/etc\/logrotate\.conf$/m);
  expect(file("logrotate.timer.d")).toMatch(/^OnCalendar=\nOnCalendar=\*:0\/10$/m);
  expect(logrotate).toMatchObject({ packages: ["logrotate"], units: [{ name: "logrotate.timer" }] });
});
