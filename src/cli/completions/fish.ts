/**
 * The completion script for fish.
 *
 * @module
 */

import { type Completable, completables, namesCommand, SHELLS } from "./completion_words.ts";
import type { Option } from "../table/option.ts";

/** A script that, sourced by fish, completes queuectl. */
export function fishCompletions(): string {
  return [
    "# fish completion for queuectl: queuectl completions fish | source",
    "complete -c queuectl -f",
    `function __queuectl_at
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if test "$word" = --dir
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    set -l path (string split -n ' ' -- $argv[1])
    set -l count (count $path)
    if test "$argv[2]" = exactly
        test (count $words) = $count; or return 1
    end
    test $count = 0; or test "$words[1..$count]" = "$path"
end`,
    ...completables().flatMap(linesOf),
  ].join("\n");
}

function linesOf({ path, commands, options, words }: Completable): string[] {
  const at = `-n ${quote(`__queuectl_at ${quote(path)}`)}`;
  const exactly = `-n ${quote(`__queuectl_at ${quote(path)} exactly`)}`;
  const where = commands.length > 0 ? exactly : at;
  const lines = commands.map(([name, summary]) =>
    `complete -c queuectl ${exactly} -a ${name} -d ${quote(summary)}`
  );
  lines.push(...options.map((option) => `complete -c queuectl ${where} ${optionSpec(option)}`));
  if (words === "shell") lines.push(`complete -c queuectl ${at} -a ${quote(SHELLS.join(" "))}`);
  else if (words === "command") {
    lines.push(`complete -c queuectl ${exactly} -a '(__fish_complete_command)'`);
  } else if (words) {
    lines.push(`complete -c queuectl ${at} -a ${quote(`(${namesCommand(words)})`)}`);
  }
  return lines;
}

function optionSpec({ name, short, value, values, help }: Option): string {
  const parts = [`-l ${name}`, ...(short ? [`-s ${short}`] : [])];
  // -x: a value that is no file.
  if (value !== undefined) parts.push(values === undefined || values === "file" ? "-r" : "-x");
  if (values === "directory") parts.push("-a '(__fish_complete_directories)'");
  else if (values === "file") parts.push("-F");
  else if (typeof values === "string") parts.push(`-a ${quote(`(${namesCommand(values)})`)}`);
  else if (values) parts.push(`-a ${quote(values.join(" "))}`);
  return `${parts.join(" ")} -d ${quote(help)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
