/**
 * What containers do when their machine shuts down. When Docker stops, it leaves them running (live-restore), and systemd kills them
 * at the very end: a task in the middle of its work, without a network. So a unit of ours stops them before that, each within its own
 * stop timeout, and the same unit starts them again at boot. A shutdown takes half an hour at most: then systemd forces it.
 */
import { sandbox } from "../sandbox";
import type { Fragment } from "../state";

/** Lists the running containers that a state has put there; with `--all` appended, the stopped ones too. */
export const listContainers = "docker ps --quiet --filter label=ringo.spec";

/** A script. Called with `stop`, it refuses other machines' connections and stops all containers, each within its own stop timeout. */
export const endContainers = "/usr/local/lib/ringo/end-containers";
/** Files: the containers to start again at boot, and those that are being stopped now. */
const [ended, told] = ["/var/lib/ringo-containers/ended", "/var/lib/ringo-containers/told"];
const service = "/etc/systemd/system/ringo-containers.service";

/** @param after units that containers start after, and that still run while containers stop */
export const shutdown = (after: string[]): Fragment => ({
  files: [
    { path: endContainers, mode: "0755", content: scriptText },
    { path: service, content: unit(after) },
  ],
  units: [{ name: "ringo-containers.service", restartOn: [service] }],
});

// As a roll-out does for one container (apply/drain.py): a server that was told to stop accepts no connection any more, but until it is
// gone the kernel still queues new ones for it. In /proc/<pid>/net/tcp, 0A is a listening socket, and its second queue counts who waits.
const scriptText = `#!/bin/sh
set -eu
refuse_others() {
    nft 'table inet ringo_away {
        chain forward {
            type filter hook forward priority -10
            meta l4proto tcp ct state new ct status dnat reject with tcp reset
        }
    }'
}
some_wait() {
    xargs --no-run-if-empty docker inspect --format '/proc/{{.State.Pid}}/net/tcp /proc/{{.State.Pid}}/net/tcp6' < ${told} |
        xargs --no-run-if-empty cat | awk '$4 == "0A" && $5 !~ /:0+$/ { some = 1 } END { exit !some }'
}
end() {
    ${listContainers} > ${told}
    # In addition to those stopped before: a machine may be shut down after that.
    cat ${told} >> ${ended}
    refuse_others || echo 'connections of other machines are not refused' >&2
    patience=100
    while some_wait && [ $patience -gt 0 ]; do
        sleep 0.1
        patience=$((patience - 1))
    done
    xargs --no-run-if-empty --max-procs=0 --max-args=1 docker stop < ${told}
}
case $1 in
shutdown)
    # Stopping only the unit affects only the unit.
    [ "$(systemctl is-system-running)" = stopping ] || exit 0
    end ;;
stop)
    end ;;
start)
    # A kernel that kept running still has it, as after a soft reboot or in a container.
    nft 'add table inet ringo_away; delete table inet ringo_away' || echo 'connections of other machines may still be refused' >&2
    [ -e ${ended} ] || exit 0
    there=$(${listContainers} --all)
    echo "$there" | grep --line-regexp --fixed-strings --file=${ended} | xargs --no-run-if-empty docker start
    rm ${ended} ;;
esac
`;

const unit = (after: string[]): string => `[Unit]
Description=Containers end their work before the machine goes
Wants=network-online.target
After=${["docker.service", "network-online.target", "nftables.service", ...after].join(" ")}

[Service]
Type=oneshot
RemainAfterExit=yes
Environment=DOCKER_CONFIG=/nonexistent
StateDirectory=ringo-containers
ExecStart=${endContainers} start
ExecStop=${endContainers} shutdown
TimeoutStopSec=infinity
${sandbox({ capabilities: ["CAP_NET_ADMIN", "CAP_SYS_PTRACE"], network: "rules" })}
[Install]
WantedBy=multi-user.target
`;
