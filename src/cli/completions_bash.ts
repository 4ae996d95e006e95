/**
 * The completion script for bash.
 *
 * @module
 */

import { type Completable, completables, LISTERS, SHELLS } from "./completion_words.ts";

/** A script that, evaluated by bash, completes queuectl. */
export function bashCompletions(): string {
  const all = completables();
  return `# bash completion for queuectl: eval "$(queuectl completions bash)"
_queuectl() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path= at word
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    case $word in
      --dir) ((at++)) ;;
      -*) ;;
      *) case "$path $word" in
${all.filter(({ path }) => path !== "").map(caseOfPath).join("\n")}
        *) break ;;
        esac ;;
    esac
  done
  COMPREPLY=()
  case "$path:$previous" in
${all.flatMap(casesOfValues).join("\n")}
  esac
  case $path in
${all.map(caseOfWords).join("\n")}
  esac
}
complete -o bashdefault -o default -F _queuectl queuectl`;
}

function caseOfPath({ path }: Completable): string {
  const words = path.split(" ");
  const before = words.slice(0, -1).join(" ");
  return `        "${before} ${words.at(-1)}") path="${path}" ;;`;
}

/** What follows an option that takes a value. */
function casesOfValues({ path, options }: Completable): string[] {
  return options.filter(({ value }) => value !== undefined).map(({ name, short, values }) => {
    const pattern = [`"${path}:--${name}"`, ...(short ? [`"${path}:-${short}"`] : [])].join("|");
    const reply = values === "directory"
      ? "-d"
      : values === "file"
      ? "-f"
      : values === "id"
      ? `-W "$(${LISTERS.id})"`
      : `-W "${(values ?? []).join(" ")}"`;
    return `    ${pattern}) COMPREPLY=($(compgen ${reply} -- "$current")); return ;;`;
  });
}

function caseOfWords({ path, commands, options, words }: Completable): string {
  const dashes = options.map(({ name }) => `--${name}`).join(" ");
  const plain = commands.length > 0
    ? `-W "${commands.map(([name]) => name).join(" ")}"`
    : words === "shell"
    ? `-W "${SHELLS.join(" ")}"`
    : words === "command"
    ? "-c"
    : words === undefined
    ? '-W ""'
    : `-W "$(${LISTERS[words]})"`;
  return `    "${path}")
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "${dashes}" -- "$current"))
      else COMPREPLY=($(compgen ${plain} -- "$current")); fi ;;`;
}
