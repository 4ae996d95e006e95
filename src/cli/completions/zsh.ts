/**
 * The completion script for zsh.
 *
 * @module
 */

import { type Completable, completables, namesCommand, SHELLS } from "./completion_words.ts";
import type { Option } from "../table/option.ts";

/** A script that, evaluated by zsh or put into its `fpath` as `_queuectl`, completes queuectl. */
export function zshCompletions(): string {
  const all = completables();
  const branches = all.map((one) =>
    one.commands.length > 0 ? groupFunction(one) : commandFunction(one)
  );
  return `#compdef queuectl
# zsh completion for queuectl: eval "$(queuectl completions zsh)"
# compadd quotes what is inserted. A list within a call of _arguments would be expanded.
_queuectl_names() {
  local -a names
  names=("\${(@f)$(${namesCommand('"$1"')})}")
  names=(\${names:#})
  compadd -a names
}
${branches.join("\n")}
_queuectl() { _queuectl_ }
if [[ $funcstack[1] = _queuectl ]]; then _queuectl "$@"; else compdef _queuectl queuectl; fi`;
}

function functionName(path: string): string {
  return path === "" ? "_queuectl_" : `_queuectl_${path.replace(" ", "_")}`;
}

function groupFunction({ path, commands, options }: Completable): string {
  const described = commands.map(([name, summary]) => quote(`${name}:${summary}`)).join(" ");
  const cases = commands.map(([name]) =>
    `      ${name}) ${functionName(`${path} ${name}`.trim())} ;;`
  ).join("\n");
  return `${functionName(path)}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C ${
    options.flatMap(optionSpec).join(" ")
  } '1:command:->command' '*::argument:->argument'
  case $state in
    command) local -a commands; commands=(${described}); _describe command commands ;;
    argument) case $line[1] in
${cases}
    esac ;;
  esac
}`;
}

function commandFunction({ path, options, words }: Completable): string {
  const plain = words === "command"
    ? "'*::command:_normal'"
    : words === "shell"
    ? `'1:shell:(${SHELLS.join(" ")})'`
    : words === undefined
    ? ""
    : `'*:${words}: _queuectl_names ${words}'`;
  return `${functionName(path)}() { _arguments ${options.flatMap(optionSpec).join(" ")} ${plain} }`;
}

function optionSpec({ name, short, value, values, many, help }: Option): string[] {
  const action = values === "directory"
    ? "_files -/"
    : values === "file"
    ? "_files"
    : typeof values === "string"
    ? ` _queuectl_names ${values}`
    : `(${(values ?? []).join(" ")})`;
  const end = `[${help.replace(/[[\]:]/g, "\\$&")}]${value ? `:${value}:${action}` : ""}`;
  const repeat = many ? "*" : "";
  return [`--${name}`, ...(short ? [`-${short}`] : [])].map((flag) => quote(repeat + flag + end));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
