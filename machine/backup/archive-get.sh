#!/bin/sh
# PostgreSQL's restore_command: archive-get STANZA FILE PATH THEN [OPTION...]
# THEN: as of when the bucket is read; empty for now.
# PostgreSQL takes any failure for the end of all WAL, and would open the database without the rest. So only if the archive
# lacks the file, this exits with 1; anything else is retried for two minutes, and then aborts the recovery, which can be resumed.
# On a full volume it aborts at once: waiting would keep the volume full for the database that runs beside it.
stanza=$1 file=$2 path=$3 then=$4
shift 4

get() { pgbackrest --stanza="$stanza" "$@" archive-get "$file" "$path"; }

ask() {
    # Timelines that have begun since have taken their numbers: the one that this recovery begins must have another.
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
        echo "$file: no room on the volume (exit $status): the recovery is aborted, and resumes at the next start" >&2
        exit 255
    fi
    sleep "$pause"
done
echo "$file: cannot be fetched from S3 (exit $status), but may exist: the recovery is aborted, and resumes at the next start" >&2
exit 255
