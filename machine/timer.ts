import type { Fragment } from "./state";

/** When a timer runs. */
export interface Schedule {
  /** The unit that it starts, without its type. */
  unit: string;
  description: string;
  /** systemd's calendar, in UTC. */
  calendar: string;
  /** Random delay, so that not all machines run at once. */
  jitter: string;
}

/** A timer that catches up on runs missed while the machine was off. */
export function timer({ unit, description, calendar, jitter }: Schedule): Fragment {
  const path = `/etc/systemd/system/${unit}.timer`;
  const content = `[Unit]
Description=${description}

[Timer]
OnCalendar=${calendar}
RandomizedDelaySec=${jitter}
Persistent=true

[Install]
WantedBy=timers.target
`;
  return { files: [{ path, content }], units: [{ name: `${unit}.timer`, restartOn: [path] }] };
}
