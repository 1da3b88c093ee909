/** The clock of the backend's periodic tasks. Two of them send every task twice: exactly one machine of a stack has it. */
import { backendContainer, backendUser, type Backend } from "./django";
import type { Fragment } from "../state";

/** Name of its container. */
export const beatContainer = "ringo-beat";

/** Outlives the container: a task that fell due while beat was away is sent when it is back. */
const directory = "/srv/beat";
const schedule = `${directory}/celerybeat-schedule`;
/** Is there while beat runs. */
const pid = `${directory}/celerybeat.pid`;

// There are kinds of files that are written when beat ends in order, and not before. What one left that was killed is as
// old as its start, and would have everything sent again: beat had better begin anew.
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

/** Succeeds when beat runs, did not crash since it was started, and has read the backend and begun. Whether it goes on waking is an alert's to say. */
const beatHealthCommand =
  `[ "$(docker inspect --format '{{.State.Status}} {{.RestartCount}}' ${beatContainer})" = "running 0" ] && [ -e ${pid} ]`;
