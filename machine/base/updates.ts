import type { Fragment } from "../state";

/** When updates may reboot a machine. */
export interface UpdateWindow {
  /** Whether an update that needs it may reboot the machine. */
  reboot: boolean;
  /** `HH:MM`, in the machine's time zone: of the machines whose turn is 0. */
  rebootTime: string;
  /** Delay in steps of five minutes, so that not all machines of a tier are down at once. @default 0 */
  turn?: number;
}

const day = 24 * 60;
const turnMinutes = 5;

const timerPath = "/etc/systemd/system/apt-daily-upgrade.timer.d/ringo.conf";

/**
 * Automatic security updates. They are installed in the hour before the time of the reboot, and programs that still run with
 * a replaced library are restarted: otherwise the vulnerability would remain until somebody does it.
 */
export function updates({ reboot, rebootTime, turn = 0 }: UpdateWindow): Fragment {
  const [hour, minute] = rebootTime.split(":").map(Number);
  const ours = hour * 60 + minute + turn * turnMinutes;
  return {
    packages: ["unattended-upgrades", "needrestart"],
    files: [
      {
        path: "/etc/apt/apt.conf.d/20auto-upgrades",
        content: 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::AutocleanInterval "7";\n',
      },
      {
        path: "/etc/apt/apt.conf.d/60ringo-unattended-upgrades",
        content: `// Security updates only: everything else changes by deployment.
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Automatic-Reboot "${reboot}";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "${clock(ours)}";
// Otherwise an update with another version of a file that we have overwritten would be held back.
DPkg::Options { "--force-confdef"; "--force-confold"; };
`,
      },
      // It never restarts Docker, since containers have their own libraries.
      { path: "/etc/needrestart/conf.d/ringo.conf", content: "$nrconf{restart} = 'a';\n$nrconf{kernelhints} = -1;\n$nrconf{ucodehints} = 0;\n" },
      { path: timerPath, content: `[Timer]\nOnCalendar=\nOnCalendar=*-*-* ${clock(ours - 60)}:00\nRandomizedDelaySec=15min\n` },
    ],
    units: [
      { name: "apt-daily.timer" },
      { name: "apt-daily-upgrade.timer", restartOn: [timerPath] },
      { name: "unattended-upgrades.service" }, // prevents a shutdown from interrupting an update
    ],
  };
}

function clock(minutes: number): string {
  const ofDay = (minutes + day) % day;
  return [Math.floor(ofDay / 60), ofDay % 60].map((figure) => String(figure).padStart(2, "0")).join(":");
}
