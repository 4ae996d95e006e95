#!/bin/sh
# A nightly backup: at 02:30 a schedule adds one job, and that job adds four that wait for each
# other. Each is retried up to 3 times, after 10, 20 and 40 seconds.
#
#     archive --> verify ----> report
#            \-> checksums -/
#
#     examples/nightly.sh schedule SOURCE BACKUPS    # once
#     queuectl worker start --detach                 # jobs run only while a worker lives
#     queuectl schedule run nightly                  # tonight's run, now
#
# `report` runs even if another job died, and names it.
set -eu

if [ $# -ne 3 ]; then
  echo "usage: nightly.sh schedule SOURCE BACKUPS" >&2
  exit 2
fi

if [ "$1" = schedule ]; then
  # Several words are a program and its arguments, so a folder may have any name.
  exec queuectl schedule add nightly '30 2 * * *' --tz UTC \
    "$(readlink -f -- "$0")" add "$(readlink -f -- "$2")" "$(readlink -f -- "$3")"
fi

SOURCE=$2
NIGHT=$3/$QUEUECTL_JOB_ID # What all files of this night begin with.
export SOURCE NIGHT

add() {
  id=$QUEUECTL_JOB_ID-$1
  shift
  # A job that is there is from a run of this script that was killed half way.
  queuectl enqueue --id "$id" --env SOURCE --env NIGHT \
    --max-retries 3 --backoff-base 10 --backoff-factor 2 "$@" || queuectl show "$id" > /dev/null
}

# A job writes a new file and renames it, so nobody ever finds half of one.
add archive 'tar -czf "$NIGHT.part" -C "$SOURCE" . && mv "$NIGHT.part" "$NIGHT.tar.gz"'
add verify --after "$QUEUECTL_JOB_ID-archive" 'gzip --test "$NIGHT.tar.gz"'
add checksums --after "$QUEUECTL_JOB_ID-archive" \
  'cd "$SOURCE" && find . -type f -exec sha256sum {} + > "$NIGHT.sha256"'
add report --after "$QUEUECTL_JOB_ID-verify,$QUEUECTL_JOB_ID-checksums" --after-any \
  'ls -l "${NIGHT%/*}"; queuectl list --state dead'
