/**
 * What docs/commands.md and the man page say beside the commands, in Markdown.
 *
 * @module
 */

import { JOB_FIELDS, optionName } from "../src/format/job_fields.ts";
import { CONFIG_KEYS, DEFAULTS, SETTINGS } from "../src/format/settings.ts";
import { code, table } from "./markdown.ts";

/** What is true of every command. */
export const CALLS =
  `The queue is that of \`--dir PATH\`, else of \`$QUEUECTL_DIR\`, else the nearest \`.queuectl/\` here or
above, else \`~/.queuectl\`. Only commands that add something make a queue that is missing.

- **IDs** may be shortened to any unique beginning, or to an ending of 4 characters or more.
- **Durations (DUR)** are \`90\` (seconds), \`90s\`, \`10m\`, \`1h30m\`, \`2d\`, \`1w\`, \`5 min\`, \`2 hours\`.
  A setting that says how long to keep something needs a unit: a plain number is one of jobs.
- **Times** are ISO 8601; the next \`18:30\`, \`6pm\`, \`tomorrow 09:00\` or \`monday 9am\` of the time zone
  in \`$TZ\`; or \`+2h\`.
- **Exit status**: 0; 1 if it failed; 2 if the call was wrong. \`run\` exits with that of the job.
- **--json** answers for programs, in a form that stays. \`run\` and \`logs\` print what the job prints
  all the same; \`enqueue --file\` prints a job a line.
- **Waiting**: after a second a command says which program it waits for; after a minute, or
  \`--lock-wait\`, it gives up.`;

/** The fields of a job in JSON. */
export function jobFields(): string {
  const rows = [...JOB_FIELDS].map(([name, field]) => {
    const { sets, help, meaning = help!, default: usual, hasSetting } = field;
    const standard = hasSetting ? "the setting" : usual ?? "";
    const about = sets === undefined ? meaning : `${help}: sets ${code(sets)}`;
    return [code(name), help === undefined ? "" : code(`--${optionName(name)}`), about, standard];
  });
  return `What a job in JSON may have, on the command line and in \`--file\`; \`-\` and \`_\` are the same in a
name. What a file dropped into pending/ may have is in [protocol.md](protocol.md).

${table(["field", "option", "meaning", "default"], rows)}`;
}

/** The settings of a queue. */
export function settings(): string {
  const rows = CONFIG_KEYS.map((key) => [
    code(key),
    code(SETTINGS[key].value),
    SETTINGS[key].help,
    code(key === "backoff_factor" ? "backoff_base" : String(DEFAULTS[key] ?? "none")),
  ]);
  return `\`queuectl config set KEY VALUE\`; the queue keeps them in config.json. A job's own field
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
