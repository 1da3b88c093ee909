import type { Fragment } from "../state";

const settings = "/etc/logrotate-ringo.conf";
const timer = "/etc/systemd/system/logrotate.timer.d/ringo.conf";
const service = "/etc/systemd/system/logrotate.service.d/ringo.conf";

/**
 * What bounds the files that Debian's packages keep under /var/log: each brings its rules, and none of them what reads these. They
 * go by days; somebody who has much written down must not fill the disk within one.
 */
export const logrotate: Fragment = {
  packages: ["logrotate"],
  files: [
    { path: settings, content: "# Before the packages' own: what they do not say.\nmaxsize 100M\n" },
    { path: service, content: `[Service]\nExecStart=\nExecStart=/usr/sbin/logrotate ${settings} /etc/logrotate.conf\n` },
    { path: timer, content: "[Timer]\nOnCalendar=\nOnCalendar=*:0/10\nAccuracySec=1min\nRandomizedDelaySec=1min\n" },
  ],
  units: [{ name: "logrotate.timer", restartOn: [timer, service] }],
};
