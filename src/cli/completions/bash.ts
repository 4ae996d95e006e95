/**
 * The completion script for bash.
 *
 * @module
 */

import type { Option } from "../table/option.ts";
import { type Completable, completables, namesCommand, SHELLS } from "./completion_words.ts";

/** A script that, evaluated by bash, completes queuectl. */
export function bashCompletions(): string {
  const all = completables();
  return `# bash completion for queuectl: eval "$(queuectl completions bash)"
# compgen -W would expand what is offered or was typed; this never does.
_queuectl_offer() {
  local word
  for word in "$@"; do
    if [[ -n $word && $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
  done
}
_queuectl_names() {
  local name
  while IFS= read -r name; do _queuectl_offer "$name"; done <<< "$(${namesCommand('"$1"')})"
}
_queuectl_commands() {
  local name
  # Paths and odd names are left to the shell, which quotes them.
  while IFS= read -r name; do
    if [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9_.+-]*$ ]]; then _queuectl_offer "$name"; fi
  done <<< "$(compgen -c -- "$current")"
}
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

/** The values of each option that takes one. */
function casesOfValues({ path, options }: Completable): string[] {
  return options.filter(({ value }) => value !== undefined).map(({ name, short, values }) => {
    const pattern = [`"${path}:--${name}"`, ...(short ? [`"${path}:-${short}"`] : [])].join("|");
    return `    ${pattern}) ${offer(values)}; return ;;`;
  });
}

/** The shell's own completion of file names quotes them. */
function offer(values: Option["values"]): string {
  if (values === "directory") return "compopt +o bashdefault +o default -o dirnames 2>/dev/null";
  if (values === undefined || values === "file") return ":";
  return typeof values === "string" ? `_queuectl_names ${values}` : offerWords(values);
}

function offerWords(words: readonly string[]): string {
  return `_queuectl_offer ${words.join(" ")}`;
}

function caseOfWords({ path, commands, options, words }: Completable): string {
  const plain = commands.length > 0
    ? offerWords(commands.map(([name]) => name))
    : words === "shell"
    ? offerWords(SHELLS)
    : words === "command"
    ? "_queuectl_commands"
    : words === undefined
    ? ":"
    : `_queuectl_names ${words}`;
  return `    "${path}")
      if [[ $current == -* ]]; then ${offerWords(options.map(({ name }) => `--${name}`))}
      else ${plain}; fi ;;`;
}
