#!/bin/sh
# Adds a job from a shell without queuectl: by writing a file.
#
#     examples/drop_files.sh QUEUE PROGRAM [ARGUMENT...]
#
# The file is written in tmp/ and renamed into pending/, so a worker sees all of it or nothing.
# docs/protocol.md lists the fields. Prints the job's ID. QUEUE must be a queue already.
set -eu

# Any text as a JSON string; its only control characters may be tabs and newlines.
json() {
  tab=$(printf '\t')
  printf '"%s"' "$(printf '%s\n' "$1" |
    sed -e 's/[\\"]/\\&/g' -e "s/$tab/\\\\t/g" -e '$!s/$/\\n/' | tr -d '\n')"
}

queue=$1
shift
command=
for word do
  # An array is a program and its arguments: no shell reads what is in them.
  command="$command${command:+, }$(json "$word")"
done

# mktemp makes it with mode 600: a worker refuses a job file that somebody else could write.
part=$(mktemp "$queue/tmp/drop-XXXXXXXX")
id=${part##*/}-$(date +%s)
printf '{"command": [%s], "cwd": %s, "max_retries": 2}\n' "$command" "$(json "$PWD")" > "$part"
sync -- "$part"
mv -- "$part" "$queue/pending/$id.json"
sync -- "$queue/pending"
echo "$id"
