/** The scheduler of the backend's periodic tasks. Two of them would send every task twice: exactly one machine of a stack has it. */
import { backendContainer, backendUser, type Backend } from "./django";
import type { Fragment } from "../state";

/** Name of its container. */
export const beatContainer = "ringo-beat";

/** Outlives the container: a task that became due while beat was down is sent when it is back. */
const directory = "/srv/beat";
const schedule = `${directory}/celerybeat-schedule`;
/** Exists while beat runs. */
const pid = `${directory}/celerybeat.pid`;

// Some formats of the schedule are written only when beat stops in order. The file of a killed beat is as
// old as its start, and would cause everything to be sent again: so beat starts over.
const command = `[ ! -e ${pid} ] || rm -f ${pid} ${schedule}*
exec celery -A ringo_backend beat --schedule=${schedule} --pidfile=${pid}`;

/** Beat in a container. A machine whose state has it no longer removes it (`apply/owned.py`). */
export function beat(backend: Backend): Fragment {
  const [owner, group] = backendUser.split(":");
  return {
    directories: [{ path: directory, owner, group }],
    containers: [
      backendContainer(backend, {
        name: beatContainer,
        command: ["sh", "-c", command],
        volumes: [`${directory}:${directory}`],
        stopTimeoutSeconds: 20,
        health: { command: beatHealthCommand, timeoutSeconds: 60 },
      }),
    ],
    secrets: backend.environment.secrets,
  };
}

/** Succeeds when beat runs, has not crashed since it was started, and has loaded the backend and begun. An alert checks that it keeps waking. */
const beatHealthCommand =
  `[ "$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' ${beatContainer})" = "running 0" ] && [ -e ${pid} ]`;
