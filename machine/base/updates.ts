import type { Fragment } from "../state";

export interface UpdateWindow {
  /** Whether an update that needs it may reboot the machine. */
  reboot: boolean;
  /** `HH:MM`, in the machine's time zone. */
  rebootTime: string;
}

const timerPath = "/etc/systemd/system/apt-daily-upgrade.timer.d/ringo.conf";

/**
 * Security updates by themselves. They are installed in the hour before the time of the reboot, and what still runs with
 * a replaced library is started anew: else the hole would be open until somebody thinks of it.
 */
export function updates({ reboot, rebootTime }: UpdateWindow): Fragment {
  const [hour, minute] = rebootTime.split(":").map(Number);
  const hourBefore = `${String((hour + 23) % 24).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  return {
    packages: ["unattended-upgrades", "needrestart"],
    directories: [{ path: "/etc/needrestart/conf.d" }],
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
Unattended-Upgrade::Automatic-Reboot-Time "${rebootTime}";
`,
      },
      // Docker is among what it never restarts: containers have libraries of their own.
      { path: "/etc/needrestart/conf.d/ringo.conf", content: "$nrconf{restart} = 'a';\n$nrconf{kernelhints} = -1;\n$nrconf{ucodehints} = 0;\n" },
      { path: timerPath, content: `[Timer]\nOnCalendar=\nOnCalendar=*-*-* ${hourBefore}:00\nRandomizedDelaySec=15min\n` },
    ],
    units: [
      { name: "apt-daily.timer" },
      { name: "apt-daily-upgrade.timer", restartOn: [timerPath] },
      { name: "unattended-upgrades.service" }, // lets no shutdown cut an update off
    ],
  };
}
