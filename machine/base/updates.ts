import type { Fragment } from "../state";

/** When updates may reboot a machine. */
export interface UpdateWindow {
  /** Whether an update that needs it may reboot the machine. */
  reboot: boolean;
  /** `HH:MM`, in the machine's time zone: of the machines whose turn is 0. */
  rebootTime: string;
  /** How many turns of five minutes later it is this machine's, so that not all of a tier are away at once. @default 0 */
  turn?: number;
}

const day = 24 * 60;
const turnMinutes = 5;

const timerPath = "/etc/systemd/system/apt-daily-upgrade.timer.d/ringo.conf";

/**
 * Security updates by themselves. They are installed in the hour before the time of the reboot, and what still runs with
 * a replaced library is started anew: else the hole would be open until somebody thinks of it.
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
        content: `// Security updates only: all else changes when the deployment says so.
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Automatic-Reboot "${reboot}";
Unattended-Upgrade::Automatic-Reboot-WithUsers "true";
Unattended-Upgrade::Automatic-Reboot-Time "${clock(ours)}";
// Else an update with another version of a file that we have overwritten would be held back.
DPkg::Options { "--force-confdef"; "--force-confold"; };
`,
      },
      // Docker is among what it never restarts: containers have libraries of their own.
      { path: "/etc/needrestart/conf.d/ringo.conf", content: "$nrconf{restart} = 'a';\n$nrconf{kernelhints} = -1;\n$nrconf{ucodehints} = 0;\n" },
      { path: timerPath, content: `[Timer]\nOnCalendar=\nOnCalendar=*-*-* ${clock(ours - 60)}:00\nRandomizedDelaySec=15min\n` },
    ],
    units: [
      { name: "apt-daily.timer" },
      { name: "apt-daily-upgrade.timer", restartOn: [timerPath] },
      { name: "unattended-upgrades.service" }, // lets no shutdown cut an update off
    ],
  };
}

function clock(minutes: number): string {
  const ofDay = (minutes + day) % day;
  return [Math.floor(ofDay / 60), ofDay % 60].map((figure) => String(figure).padStart(2, "0")).join(":");
}
