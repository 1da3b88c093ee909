import { access } from "./access";
import { api } from "./api";
import { backups } from "./backups";
import { celery } from "./celery";
import { data } from "./data";
import { logs } from "./logs";
import { machines } from "./machines";
import { monitor } from "./monitor";
import type { Concern, Stack } from "./rule";

export { render } from "./rule";
export type { Alert, Concern, Stack } from "./rule";

/** Every rule of the stack. */
export const concerns = (stack: Stack): Concern[] => [machines, access, api, celery, data, backups, logs, monitor].map((concern) => concern(stack));
