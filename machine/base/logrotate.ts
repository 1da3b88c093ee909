import type { Fragment } from "../state";

const settings = "/etc/logrotate.d/00-ringo";
const timer = "/etc/systemd/system/logrotate.timer.d/ringo.conf";

/**
 * logrotate, for the files of Debian's packages under /var/log: each brings its rules, but none depends on logrotate. They
 * rotate by days; this also limits sizes, so that floods of lines cannot fill the disk within one.
 */
export const logrotate: Fragment = {
  packages: ["logrotate"],
  files: [
    { path: settings, content: "# Read before the packages' own: what they do not say.\nmaxsize 100M\n" },
    { path: timer, content: "[Timer]\nOnCalendar=\nOnCalendar=*:0/10\nAccuracySec=1min\nRandomizedDelaySec=1min\n" },
  ],
  units: [{ name: "logrotate.timer", restartOn: [timer] }],
};
