import type { Fragment } from "../state";

const settings = "/etc/logrotate.d/00-ringo";
const timer = "/etc/systemd/system/logrotate.timer.d/ringo.conf";

/**
 * What bounds the files that Debian's packages keep under /var/log: each brings its rules, and none of them what reads these. They
 * go by days; somebody who has much written down must not fill the disk within one.
 */
export const logrotate: Fragment = {
  packages: ["logrotate"],
  files: [
    { path: settings, content: "# Read before the packages' own: what they do not say.\nmaxsize 100M\n" },
    { path: timer, content: "[Timer]\nOnCalendar=\nOnCalendar=*:0/10\nAccuracySec=1min\nRandomizedDelaySec=1min\n" },
  ],
  units: [{ name: "logrotate.timer", restartOn: [timer] }],
};
