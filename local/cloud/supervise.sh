#!/bin/sh
# Keeps one droplet running: restarts it when it reboots, and records if it powered itself off.
# usage: supervise.sh DIRECTORY KEEPER-GROUPS MACHINE-GROUPS NSPAWN-ARGUMENT...   (groups separated by colons)
set -u
directory=$1 keeper=$2 machine=$3
shift 3

enter() {
  IFS=:
  for group in $1; do echo 0 > "$group/cgroup.procs" || exit 1; done
  unset IFS
}

enter "$keeper"
while :; do
  (
    enter "$machine"
    exec systemd-nspawn "$@"
  )
  status=$?
  case $status in
    133) ;; # reboot
    0) : > "$directory/off"; exit 0 ;;
    *) echo "systemd-nspawn exited with status $status"; exit "$status" ;;
  esac
done
