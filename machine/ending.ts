/**
 * What containers do when their machine shuts down. Docker leaves them running when it stops (live-restore), and systemd kills them at
 * the very end: a task in the middle of its work, when there is no network any more. So they are told to end before, each with the time
 * it was given, and are started again by whom they were ended. A shutdown takes half an hour at most: then systemd forces it.
 */
import { sandbox } from "./sandbox";
import type { Fragment } from "./state";

/** Lists the containers that a state has put there: those that run; with `--all` each. */
export const ours = "docker ps --quiet --filter label=ringo.spec";

/** `<ends> stop` ends a machine's containers: others are turned away, and each has the time that it was given. */
export const ends = "/usr/local/lib/ringo/end-containers";
/** Those that were ended, until they are started again; and those that are told to end now. */
const [ended, told] = ["/var/lib/ringo-containers/ended", "/var/lib/ringo-containers/told"];
const service = "/etc/systemd/system/ringo-containers.service";

/** @param after units that containers start after, and that are still there while they end */
export const ending = (after: string[]): Fragment => ({
  files: [
    { path: ends, mode: "0755", content: scriptText },
    { path: service, content: unit(after) },
  ],
  units: [{ name: "ringo-containers.service", restartOn: [service] }],
});

// As a roll-out does for one container (apply/drain.py): a server that is told to end takes up nobody any more, while the kernel still
// lets others come to it. In /proc a socket that listens is 0A, and its second queue is who waits there.
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
    ${ours} > ${told}
    # Beside those that were ended before: a machine may be shut down after that.
    cat ${told} >> ${ended}
    refuse_others || echo 'others are not turned away' >&2
    patience=100
    while some_wait && [ $patience -gt 0 ]; do
        sleep 0.1
        patience=$((patience - 1))
    done
    xargs --no-run-if-empty --max-procs=0 --max-args=1 docker stop < ${told}
}
case $1 in
shutdown)
    # Whoever stops the unit alone means the unit.
    [ "$(systemctl is-system-running)" = stopping ] || exit 0
    end ;;
stop)
    end ;;
start)
    # A kernel that went on keeps it, as one of a soft reboot or under a container.
    nft 'add table inet ringo_away; delete table inet ringo_away' || echo 'whether others are turned away is not known' >&2
    [ -e ${ended} ] || exit 0
    there=$(${ours} --all)
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
ExecStart=${ends} start
ExecStop=${ends} shutdown
TimeoutStopSec=infinity
${sandbox({ capabilities: ["CAP_NET_ADMIN", "CAP_SYS_PTRACE"], network: "rules" })}
[Install]
WantedBy=multi-user.target
`;
