/** Where each exporter answers: on the machine's private address, to the monitor. */
export const ports = { node: 9100, nginx: 9113, edge: 3903, django: 9180, postgres: 9187, redis: 9121 } as const;

/** The monitor's own programs, only on loopback. */
export const local = { prometheus: 9090, alertmanager: 9093, blackbox: 9115, celery: 9540, loki: 3100 } as const;

/** What the monitor scrapes from machines, by exporter. */
export type Exporter = keyof typeof ports;
