/**
 * Writes the man pages queuectl(1), from the table of commands, and queuectl-queue(5), from
 * docs/protocol.md, to dist/man/: `deno task man [FOLDER]`.
 */

import { GLOBAL_OPTIONS, VERSION_OPTION } from "../src/cli/table/command.ts";
import type { Command } from "../src/cli/table/command.ts";
import { HEADINGS } from "../src/cli/table/commands.ts";
import type { Option } from "../src/cli/table/option.ts";
import { blocksOf } from "../src/cli/text/markdown.ts";
import { VERSION } from "../src/version.ts";
import { CALLS, jobFields, settings } from "./command_texts.ts";
import { bold, escaped, filled, macro, manPage, pageText, tagged, verbatim } from "./roff.ts";
import { ROOT } from "./source_files.ts";

/** The exit statuses, each with what it means. */
const EXIT_STATUSES = {
  "0": "The command did what it was asked to.",
  "1": "It failed; one sentence on stderr says why and what to type.",
  "2": "The call was wrong: an unknown option, say, or a value out of bounds.",
  "other":
    "`queuectl run` exits with the status of its job: 128 + N if signal N ended it, and 124 " +
    "if it ran out of time. A command that Ctrl-C ends exits with 130.",
};

/** The variables that queuectl reads, or sets for a job. */
const ENVIRONMENT = {
  QUEUECTL_DIR: "The queue, unless `--dir` names one. A job has that of the queue it is in.",
  QUEUECTL_TAGS: "The tags of a worker that is started without `--tag`.",
  QUEUECTL_TOKEN: "The token of the dashboard, instead of a new one.",
  QUEUECTL_NOFILE: "The soft limit of open files for jobs.",
  "QUEUECTL_JOB_ID, QUEUECTL_ATTEMPT, QUEUECTL_WORKER, QUEUECTL_FENCE":
    "A job has these: its ID, which attempt it is, the name of its worker, and a number that grows " +
    "with each attempt.",
  "QUEUECTL_PROGRESS, QUEUECTL_RESULT":
    "A job has these: the files to which it may write its progress and its result.",
  TZ: "The time zone of times without one.",
  "VISUAL, EDITOR": "The editor of `queuectl edit`.",
  PAGER: "What shows a page of `queuectl help` on a terminal; default: `less`.",
  NO_COLOR: "If it is set, nothing is coloured.",
};

/** The files that there are outside a queue, and queues where nobody named one. */
const FILES = {
  ".queuectl/": "The queue of a directory and of all below it.",
  "~/.queuectl/": "The queue, if there is none here or above.",
  "~/.local/state/queuectl/trusted/":
    "Which queues were made or accepted by this user on this machine; in `$XDG_STATE_HOME` if that " +
    "is set.",
};

/** How the first page of the README describes the program. */
function introduction(): string {
  return blocksOf(readText("README.md"))[1]!.lines[0]!;
}

function readText(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The day of this version, as the changelog has it. */
function released(): string {
  return readText("CHANGELOG.md").match(/^## \[[\d.]+\] - (\S+)$/m)![1]!;
}

function titleLine(name: string, section: number, volume: string): string {
  return `.TH ${name} ${section} "${released()}" "queuectl ${VERSION}" "${volume}"`;
}

function optionText({ name, short, value, help }: Option): string[] {
  const written = `${short ? `${bold(`-${short}`)}, ` : ""}${bold(`--${name}`)}`;
  return tagged(value ? `${written} ${escaped(value)}` : written, filled(plain(help)));
}

/** A text of the table, in which nothing is Markdown. */
function plain(text: string): string {
  return text.replace(/[\\`*[\]<]/g, "\\$&");
}

function commandText(command: Command): string[] {
  const { name, takes = "", summary, options = [], details = [], aliases = [], examples } = command;
  const given = options.length > 0 ? " [options]" : "";
  const also = aliases.map((alias) => alias.split(" ")[0]!).join(", ");
  const paragraphs = [`${summary}.`, ...details, ...(also ? [`Also: ${also}.`] : [])];
  return [
    ...tagged(
      bold(`queuectl ${name}`) + escaped(`${given} ${takes}`.trimEnd()),
      filled(plain(paragraphs[0]!)),
    ),
    ".RS",
    ...paragraphs.slice(1).flatMap((text) => [".PP", ...filled(plain(text))]),
    ...options.flatMap(optionText),
    ...verbatim(examples),
    ".RE",
  ];
}

function terms(meanings: Readonly<Record<string, string>>): string[] {
  return Object.entries(meanings).flatMap(([term, meaning]) => tagged(bold(term), filled(meaning)));
}

/** queuectl(1). */
function commandsPage(): string {
  const described = `${introduction()} queuectl-queue(5) describes that directory.`;
  return manPage([
    titleLine("QUEUECTL", 1, "User Commands"),
    ".SH NAME",
    "queuectl \\- a durable job queue that is a directory",
    ".SH SYNOPSIS",
    `${bold("queuectl")} ${escaped("[options] COMMAND [options] …")}`,
    ".br",
    `${bold("queuectl help")} [TOPIC]`,
    ".SH DESCRIPTION",
    ...filled(described),
    ...pageText(CALLS),
    ".SH OPTIONS",
    ...[...GLOBAL_OPTIONS, VERSION_OPTION].flatMap(optionText),
    ".SH COMMANDS",
    ...Object.entries(HEADINGS).flatMap(([heading, commands]) => [
      macro("SS", heading),
      ...commands.flatMap(commandText),
    ]),
    ".SH JOB FIELDS",
    ...pageText(jobFields()),
    ".SH SETTINGS",
    ...pageText(settings()),
    ".SH EXIT STATUS",
    ...terms(EXIT_STATUSES),
    ".SH ENVIRONMENT",
    ...terms(ENVIRONMENT),
    ".SH FILES",
    ...terms(FILES),
    ".SH EXAMPLES",
    ...Object.values(HEADINGS).flatMap(([first]) => verbatim(first!.examples.slice(0, 1)).slice(1)),
    ".SH SEE ALSO",
    "queuectl\\-queue(5), at(1), crontab(5)",
  ]);
}

/** queuectl-queue(5). */
function queuePage(): string {
  return manPage([
    titleLine("QUEUECTL\\-QUEUE", 5, "File Formats"),
    ".SH NAME",
    "queuectl\\-queue \\- the directory that is a queue of queuectl",
    ".SH DESCRIPTION",
    ...pageText(readText("docs/protocol.md")).slice(1),
    ".SH SEE ALSO",
    "queuectl(1)",
  ]);
}

const folder = Deno.args[0] ?? decodeURIComponent(new URL("dist/man", ROOT).pathname);
Deno.mkdirSync(folder, { recursive: true });
Deno.writeTextFileSync(`${folder}/queuectl.1`, commandsPage());
Deno.writeTextFileSync(`${folder}/queuectl-queue.5`, queuePage());
