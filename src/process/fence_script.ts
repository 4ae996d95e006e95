/**
 * What a fence is: a shell that stands apart from its worker, so that neither a file system that
 * hangs nor the worker's death keeps it from ending the worker's commands. It takes 3 MB, where a
 * process of this runtime takes 42.
 *
 * @module
 */

/**
 * Runs the text $1 in a shell whose `read` takes a time limit; dash has no such limit. In POSIX
 * mode bash measures it with a timer that setting the clock does not touch.
 */
export const IN_FITTING_SHELL = `# a fence of queuectl
cd / && (read -r -t 1 line </dev/null) 2>/dev/null
[ $? -eq 1 ] || exec bash --posix -c "$@"
script=$1
shift 2
eval "$script"
`;

/**
 * $1 is the worker's name, $2 its process, $3 for how many seconds to wait for its first line, $4 a
 * file outside the queue whose first line is what runs: `ID/ATTEMPT` of each run, from before it is
 * started until it is over and what it left may stay, and the leader of each session. Each line on
 * stdin says for how many seconds it holds:
 *
 *     9.998 beat
 *     9.500 bye        the worker exits, with nothing left running that was not to stay
 *
 * Without a line in time, or at the end of them without `bye`, it kills the worker, then each
 * process of these sessions, then each that is marked with the worker and one of the runs, and all
 * in the session of such a one; until none is left. Sessions come first, as reading what marks a
 * process can hang where that process does. A process in the file system's hands dies once that
 * lets go of it, and does nothing more.
 */
export const FENCE = `# a fence of queuectl
trap '' HUP INT QUIT TERM PIPE
worker=$1 pid=$2 left=$3 note=$4 sessions=' '

# What the worker inherited, a lock say. Only bash knows numbers of two digits.
for fd in /proc/$$/fd/*; do
  fd=\${fd##*/}
  case $fd in [012]) continue ;; ??*) [ -n "$BASH_VERSION" ] || continue ;; esac
  eval "exec $fd>&-"
done

# Sets state, session, started and flags of process $1.
describe() {
  line=
  { read -r line </proc/$1/stat; } 2>/dev/null || return 1
  set -f; set -- \${line##*) }; set +f
  state=$1 session=$4 flags=$7 started=\${20}
}

# Whether what was described lives. What exits (PF_EXITING, 4) runs no more, though the file system
# may keep it where it closes its files.
lives() {
  case $state in Z|X) return 1 ;; esac
  [ $((flags & 4)) -eq 0 ]
}

# In a shell of its own: the worker opens what this one's stdin is about now.
born=$(describe $pid && echo $started)
exec 3<"$note" || exit
rm -f "$note" 2>/dev/null

while read -r -t "$left" left what; do
  [ "$what" = bye ] && exit
done

alive=
if describe $pid && [ "$started" = "$born" ] && lives; then
  alive=1
  kill -s KILL $pid 2>/dev/null
fi

read -r runs <&3
for run in $runs; do
  case $run in
    */*) ;;
    *) sessions="$sessions$run " ; kill -s KILL -- -$run 2>/dev/null ;;
  esac
done

# Sets found: the processes that run in one of the sessions.
find_in_sessions() {
  found=
  for process in /proc/[0-9]*; do
    describe \${process#/proc/} && lives || continue
    case $sessions in *" $session "*) found="$found \${process#/proc/}" ;; esac
  done
}

# Adds the sessions of what is marked with a run to the sessions.
find_marked() {
  files=$(grep -lzxF -e "QUEUECTL_WORKER=$worker" /proc/[0-9]*/environ /dev/null 2>/dev/null)
  [ -n "$files" ] || return
  for run in $runs; do
    case $run in */*) ;; *) continue ;; esac
    for file in $(grep -lzxF -e "QUEUECTL_JOB_ID=\${run%/*}" $files /dev/null 2>/dev/null); do
      grep -qzxF -e "QUEUECTL_ATTEMPT=\${run#*/}" $file 2>/dev/null || continue
      file=\${file#/proc/}
      describe \${file%/environ} || continue
      [ "$session" -gt 0 ] && sessions="$sessions$session "
    done
  done
}

any= round=0
while [ $round -lt 20 ]; do
  find_in_sessions
  if [ -z "$found" ]; then
    find_marked
    find_in_sessions
    [ -n "$found" ] || break
  fi
  any=1
  kill -s KILL $found 2>/dev/null
  sleep 0.05
  round=$((round + 1))
done
if [ -n "$alive" ]; then
  echo "queuectl: killed worker $worker and its commands: for the time of the setting fence_after" \
    "its file system did not answer, so another worker may run its jobs" >&2
elif [ -n "$any" ]; then
  echo "queuectl: killed the commands of worker $worker, which was killed" >&2
fi
`;
