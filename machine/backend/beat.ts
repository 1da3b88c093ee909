/** The clock of the backend's periodic tasks. Two of them send every task twice: exactly one machine of a stack has it. */
import { backendContainer, type Backend } from "./django";
import type { Fragment } from "../state";

export const beatContainer = "ringo-beat";

/** @param present `false` on every machine that could have it but must not: removes one that moved away. */
export function beat({ backend, present }: { backend: Backend; present: boolean }): Fragment {
  if (!present) return { absentContainers: [beatContainer] };
  return {
    containers: [
      backendContainer(backend, {
        name: beatContainer,
        command: ["celery", "-A", "ringo_backend", "beat", "--schedule=/tmp/celerybeat-schedule"],
        stopTimeoutSeconds: 20,
        health: { command: beatHealthCommand, timeoutSeconds: 60 },
      }),
    ],
    secrets: backend.environment.secrets,
  };
}

/** Succeeds when beat runs, did not crash since it was started, and has opened its schedule. Whether it goes on waking is an alert's to say. */
export const beatHealthCommand =
  `[ "$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' ${beatContainer})" = "running 0" ] && ` +
  `[ -n "$(docker exec ${beatContainer} find /tmp -name 'celerybeat-schedule*')" ]`;
