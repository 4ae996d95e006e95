/**
 * The help, made from the table of commands.
 *
 * @module
 */

import { type Command, GLOBAL_OPTIONS, optionsOf, VERSION_OPTION } from "../table/command.ts";
import { aliasWords, COMMANDS, GROUPS, HEADINGS } from "../table/commands.ts";
import type { Option } from "../table/option.ts";

/** How wide a line of the help is at most, in columns. */
const WIDTH = 80;

/** How wide the left column is at most: what is longer pushes its right column on. */
const LEFT = 24;

/** The help of queuectl as a whole. */
export function topHelp(): string {
  return [
    "queuectl: a durable job queue that is a directory",
    "",
    "usage: queuectl [options] COMMAND [options] …",
    ...Object.entries(HEADINGS).flatMap(([heading, commands]) => [
      "",
      `${heading}:`,
      ...commandLines(commands, LEFT),
    ]),
    "",
    "Options:",
    ...optionLines([...GLOBAL_OPTIONS, VERSION_OPTION]),
    "",
    "Next:",
    "  queuectl run 'echo hello'  run a first job",
    "  queuectl enqueue --help    its options and examples, as every command has",
    "  queuectl help topics       the docs, page by page",
    "",
    ...wrapped(`Words of other programs work too: ${aliasWords().join(", ")}.`, WIDTH),
  ].join("\n");
}

/** The help of a group, such as `worker`. */
export function groupHelp(group: string): string {
  return [
    `queuectl ${group}: ${GROUPS[group]}`,
    "",
    `usage: queuectl ${group} COMMAND [options] …`,
    "",
    "Commands:",
    ...commandLines(COMMANDS.filter(({ name }) => name.startsWith(`${group} `))),
    "",
    "Options:",
    ...optionLines(GLOBAL_OPTIONS),
    "",
    `Next: queuectl ${group} COMMAND --help`,
  ].join("\n");
}

/** The help of a command; with other options than its own and the global ones if they are given. */
export function commandHelp(
  command: Command,
  options: readonly Option[] = optionsOf(command),
): string {
  const { name, takes, summary, details, examples, aliases } = command;
  return [
    `queuectl ${name}: ${summary}`,
    "",
    `usage: ${["queuectl", name, command.options && "[options]", takes].filter(Boolean).join(" ")}`,
    ...(aliases ? [`also:  ${aliases.map((alias) => aliasText(command, alias)).join(", ")}`] : []),
    ...(details ? ["", ...details.flatMap((text) => wrapped(text, WIDTH))] : []),
    ...(options.length > 0 ? ["", "Options:", ...optionLines(options)] : []),
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

/** An alias, with what it stands for if that is more than the command: `tail (logs --follow)`. */
function aliasText({ name }: Command, alias: string): string {
  const [word, ...options] = alias.split(" ");
  return options.length === 0 ? word! : `${word} (${name} ${options.join(" ")})`;
}

function commandLines(commands: readonly Command[], width?: number): string[] {
  const rows = commands.map(({ name, takes, summary }) =>
    [takes === undefined ? name : `${name} ${takes}`, summary] as const
  );
  return columns(rows, width);
}

/** Options, each with what it does. */
export function optionLines(options: readonly Option[]): string[] {
  return columns(options.map(({ name, short, value, help }) => [
    `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
    help,
  ]));
}

function columns(
  rows: readonly (readonly [string, string])[],
  width = Math.min(LEFT, Math.max(...rows.map(([left]) => left.length))),
): string[] {
  return rows.flatMap(([left, right]) => {
    const first = `  ${left.padEnd(width)}  `;
    return wrapped(right, WIDTH - first.length, WIDTH - width - 4).map((line, index) =>
      (index === 0 ? first : " ".repeat(width + 4)) + line
    );
  });
}

/**
 * Breaks a text between words into lines; the first may have another width.
 *
 * @param widthOf How wide a piece of it is.
 */
export function wrapped(
  text: string,
  first: number,
  others: number = first,
  widthOf: (text: string) => number = ({ length }) => length,
): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const room = lines.length === 1 ? first : others;
    if (line === "") lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) <= room) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
