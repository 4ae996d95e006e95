/**
 * Writes docs/commands.md, made from the tables of commands, job fields and settings: `deno task
 * docs`. With --check it writes nothing, and fails if the page is not what the tables say.
 */

import { commandHelp, optionLines } from "../src/cli/text/help.ts";
import { GLOBAL_OPTIONS, VERSION_OPTION } from "../src/cli/table/command.ts";
import { HEADINGS } from "../src/cli/table/commands.ts";
import { JOB_FIELDS, optionName } from "../src/format/job_fields.ts";
import { SETTINGS } from "../src/format/settings.ts";
import { code, formatted, table, writePage } from "./markdown.ts";

const PAGE = "docs/commands.md";

const INTRODUCTION = `# Commands

This page is made from the tables that the program itself uses (\`deno task docs\`); the same texts
are in \`queuectl COMMAND --help\`.`;

const CALLS = `## What all commands share

The queue is that of \`--dir PATH\`, else of \`$QUEUECTL_DIR\`, else the nearest \`.queuectl/\` here or
above, else \`~/.queuectl\`. Only commands that add something make a queue that is missing.

- **IDs** may be shortened to any unique beginning, or to an ending of 4 characters or more.
- **Durations (DUR)** are \`90\` (seconds), \`90s\`, \`10m\`, \`1h30m\`, \`2d\`, \`1w\`, \`5 min\`, \`2 hours\`.
- **Times** are ISO 8601; the next \`18:30\`, \`6pm\`, \`tomorrow 09:00\` or \`monday 9am\` of the time zone
  in \`$TZ\`; or \`+2h\`.
- **Exit status**: 0; 1 if it failed; 2 if the call was wrong. \`run\` exits with that of the job.
- **--json** answers for programs, in a form that stays. \`run\` and \`logs\` print what the job prints
  all the same; \`enqueue --file\` prints a job a line.
- **Waiting**: after a second a command says which program it waits for; after a minute, or
  \`--lock-wait\`, it gives up.`;

/** The whole page, formatted. */
async function page(): Promise<string> {
  const commands = Object.entries(HEADINGS).flatMap(([heading, commands]) => [
    `## ${heading}`,
    ...commands.map((command) =>
      `### ${command.name}\n\n${fenced(commandHelp(command, command.options ?? []))}`
    ),
  ]);
  const options = fenced(optionLines([...GLOBAL_OPTIONS, VERSION_OPTION]).join("\n"));
  const parts = [INTRODUCTION, `${CALLS}\n\n${options}`, ...commands, jobFields(), settings()];
  return await formatted(parts.join("\n\n") + "\n");
}

function jobFields(): string {
  const rows = [...JOB_FIELDS].map(([name, field]) => {
    const { sets, help, meaning = help!, default: usual, hasSetting } = field;
    const standard = hasSetting ? "the setting" : usual ?? "";
    const about = sets === undefined ? meaning : `${help}: sets ${code(sets)}`;
    return [code(name), help === undefined ? "" : code(`--${optionName(name)}`), about, standard];
  });
  return `## Job fields

What a job in JSON may have, on the command line and in \`--file\`; \`-\` and \`_\` are the same in a
name. What a file dropped into pending/ may have is in [protocol.md](protocol.md).

${table(["field", "option", "meaning", "default"], rows)}`;
}

function settings(): string {
  const rows = Object.entries(SETTINGS).map(([key, { value, help, default: usual }]) => [
    code(key),
    code(value),
    help,
    key === "backoff_factor" ? code("backoff_base") : code(String(usual ?? "none")),
  ]);
  return `## Settings

\`queuectl config set KEY VALUE\`; the queue keeps them in config.json. A job's own field
wins. Numbers of durations are seconds.

${
    table(["setting", "value", "meaning", "default"], [
      ...rows,
      [code("resources.NAME"), code("N"), "jobs that may use the resource at once", ""],
      [code("groups.NAME"), code("N"), "jobs of the group that may run at once", "no limit"],
      [code("paused.NAME"), code("true"), "start no job of the group: worker pause --group", ""],
    ])
  }`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

await writePage(PAGE, await page());
