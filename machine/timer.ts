import type { Fragment } from "./state";

/** How a timer says when. */
export interface Schedule {
  /** What it starts: a unit's name without its type. */
  unit: string;
  description: string;
  /** systemd's calendar, in UTC. */
  calendar: string;
  /** Spread over this time, so that not all machines of the world come at once. */
  jitter: string;
}

/** A timer that catches up on what was missed while the machine was off. */
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
