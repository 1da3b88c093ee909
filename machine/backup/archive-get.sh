#!/bin/sh
# PostgreSQL's restore_command: archive-get STANZA FILE PATH THEN [OPTION...]
# THEN: the bucket as it was at that time; empty for now.
# PostgreSQL takes any failure for the end of all WAL, and would open the database without the rest. So only what the archive
# does not have ends with 1; anything else is tried again for two minutes, and then ends the recovery: it can be gone on with.
# On a full volume it ends at once: to wait there would keep it full for the database that runs beside.
stanza=$1 file=$2 path=$3 then=$4
shift 4

get() { pgbackrest --stanza="$stanza" "$@" archive-get "$file" "$path"; }

ask() {
    # A history that has begun since has its number, too: the one that this recovery begins must have another.
    case $then:$file in
        :* | *.history)
            get "$@"
            status=$?
            [ "$status" = 1 ] && [ -n "$then" ] || return "$status"
            ;;
    esac
    get --repo=1 --repo-target-time="$then" "$@"
}

full() { [ "$(df --output=avail -k "${path%/*}" | tail -n 1)" -lt 16384 ]; }

for pause in 1 2 5 10 20 30 50 0; do
    ask "$@"
    status=$?
    [ "$status" -le 1 ] && exit "$status"
    if full; then
        echo "$file: the volume has no room for it (exit $status): the recovery ends here, and goes on at the next start" >&2
        exit 255
    fi
    sleep "$pause"
done
echo "$file: cannot be had from S3 (exit $status), and may be there: the recovery ends here, and goes on at the next start" >&2
exit 255
