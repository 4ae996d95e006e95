/**
 * The help, made of the table of commands.
 *
 * @module
 */

import { type Command, GLOBAL_OPTIONS, VERSION_OPTION } from "./table/command.ts";
import { COMMANDS, GROUPS } from "./table/commands.ts";
import type { Option } from "./table/option.ts";

const heading = (text: string) => `${text}:`;

/** The help of queuectl as a whole. */
export function topHelp(): string {
  return [
    "queuectl: a durable job queue that is a directory",
    "",
    "usage: queuectl [--dir PATH] COMMAND [options] …",
    "",
    heading("commands"),
    ...columns(COMMANDS.map(({ name, takes, summary }) => [`${name} ${takes}`.trim(), summary])),
    "",
    heading("options"),
    ...optionLines([...GLOBAL_OPTIONS, VERSION_OPTION]),
    "",
    "queuectl COMMAND --help explains a command.",
  ].join("\n");
}

/** The help of a group, such as `worker`. */
export function groupHelp(group: string): string {
  const commands = COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
  return [
    `queuectl ${group}: ${GROUPS[group]}`,
    "",
    `usage: queuectl ${group} COMMAND [options] …`,
    "",
    heading("commands"),
    ...columns(commands.map(({ name, takes, summary }) => [`${name} ${takes}`.trim(), summary])),
    "",
    heading("options"),
    ...optionLines(GLOBAL_OPTIONS),
  ].join("\n");
}

/** The help of a command. */
export function commandHelp({ name, takes, summary, details = [], options }: Command): string {
  const usage = ["usage: queuectl", name, options.length > 0 ? "[options]" : "", takes]
    .filter((part) => part !== "").join(" ");
  return [
    `queuectl ${name}: ${summary}`,
    "",
    usage,
    ...(details.length > 0 ? ["", ...details] : []),
    "",
    heading("options"),
    ...optionLines([...options, ...GLOBAL_OPTIONS]),
  ].join("\n");
}

function optionLines(options: readonly Option[]): string[] {
  return columns(options.map(({ name, short, value, help }) => [
    `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
    help,
  ]));
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
