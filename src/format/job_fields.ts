/**
 * The fields of a job. Adding one means adding it here, to {@linkcode JobFields} in
 * job_field_values.ts, and using it: the JSON check, option, help, completions and docs come from
 * the table.
 *
 * @module
 */

import {
  commandText,
  environment,
  exitStatuses,
  flag,
  hostOrTag,
  jobIds,
  type Kind,
  label,
  matching,
  number,
  orNone,
  readyTime,
  RESOURCE_NAME,
  resourcePlaces,
  seconds,
  shellPath,
  size,
  someText,
  tagList,
  text,
  wholeNumber,
} from "./field_checks.ts";
import type { JobFields } from "./job_field_values.ts";
import { DEFAULT_PRIORITY, ID_PATTERN } from "./names.ts";

export type { JobFields };

/** A field of a job: what it takes, its option, and its line in the help and the docs. */
export interface JobField extends Kind {
  /** The field that is kept instead: this one is another way to give that. */
  readonly sets?: string;
  /** What the option does, in a few words. Missing: the field has no option. */
  readonly help?: string;
  /** What the field means in the job's file, where `help` speaks of the option only. */
  readonly meaning?: string;
  /** The value if none is given, as the help shows it. */
  readonly default?: string | number;
  /** Whether the setting of the same name holds for a job without the field. */
  readonly hasSetting?: true;
  /** What a schedule's job, which cannot have the field, uses instead. */
  readonly insteadInSchedule?: string;
  /** What the option's value is called in the help. Missing: the option takes none. */
  readonly value?: string;
  /** The option's one letter. */
  readonly short?: string;
  /** The name of its option, if that is not the field's own. */
  readonly option?: string;
  /** Whether the option may be repeated, and all count. */
  readonly many?: true;
  /** What the option's value can be, for completions. */
  readonly values?: "directory" | "file" | "id" | "resource" | "host" | "tag" | "mark" | "group";
}

/** The table, in the order that the help shows the options. */
const TABLE: Record<keyof JobFields | "delay" | "at" | "hold" | "now", JobField> = {
  command: {
    ...commandText,
    value: "CMD",
    help: "the command as shell text, instead of words at the end",
    meaning: "shell text of at most 100 KB without NUL: the argument after the shell's -c",
  },
  id: {
    ...matching(
      ID_PATTERN,
      "must be 1 to 64 letters, digits, - or _, beginning with a letter or digit",
    ),
    value: "ID",
    help: "1 to 64 letters, digits, - or _",
    meaning: "the ID; the file's name wins",
    default: "a new ULID",
    insteadInSchedule: "the schedule's name and the time make it",
  },
  priority: {
    ...wholeNumber(0, 9),
    short: "p",
    value: "0-9",
    help: "higher runs first",
    default: DEFAULT_PRIORITY,
  },
  run_at: {
    ...readyTime,
    meaning: "when it is, or was last, ready to run",
    insteadInSchedule: "the schedule says when",
  },
  delay: {
    ...seconds(0),
    sets: "run_at",
    value: "DUR",
    help: "run after this delay: 90, 90s, 10m, 1h30m, 2d",
  },
  at: {
    ...text,
    sets: "run_at",
    value: "TIME",
    help: "run at this time: ISO 8601, 18:30, 'tomorrow 9am', +2h, or now",
  },
  timeout: {
    ...orNone(seconds(0, undefined, true)),
    value: "DUR",
    help: 'time limit for each attempt, or "none"',
    meaning: "time limit for each attempt",
    hasSetting: true,
  },
  max_retries: {
    ...wholeNumber(0, 1_000_000),
    value: "N",
    help: "how often to retry a failed job",
    hasSetting: true,
  },
  backoff_base: {
    ...seconds(0),
    value: "DUR",
    help: "delay before the first retry",
    hasSetting: true,
  },
  backoff_factor: {
    ...number(0, 1_000_000),
    value: "N",
    help: "multiply each further delay by this",
    hasSetting: true,
  },
  label: {
    ...label,
    value: "TEXT",
    help: "what it is, for people: up to 200 characters",
  },
  tags: {
    ...tagList,
    option: "tag",
    value: "TAG[,TAG]",
    values: "mark",
    many: true,
    help: "mark it, to choose it by list --tag, cancel --tag and so on; repeatable",
    meaning: "marks by which commands choose it (list --tag TAG); workers ignore them",
  },
  group: {
    ...matching(RESOURCE_NAME, "must be 1 to 64 of A-Z, a-z, 0-9, - and _"),
    short: "g",
    value: "NAME",
    values: "group",
    help: "the group that it belongs to",
  },
  resource: {
    ...matching(RESOURCE_NAME, "must be 1 to 64 of A-Z, a-z, 0-9, - and _"),
    value: "NAME[=N]",
    values: "resource",
    many: true,
    help: "needs 1 or N places while it runs (config resources.NAME); repeatable",
    meaning: "the resource of which it needs one place while it runs: the setting resources.NAME",
  },
  resources: {
    ...resourcePlaces,
    meaning: "how many places of which resources it needs; if also in resource, the greater counts",
  },
  host: {
    ...hostOrTag,
    value: "NAME",
    values: "host",
    help: "run only on this host, as worker list names it",
    meaning: "the only host that it may run on, as its workers name it",
  },
  on: {
    ...tagList,
    value: "TAG[,TAG]",
    values: "tag",
    many: true,
    help: "run only on workers with this tag (worker start --tag); repeatable",
    meaning: "tags: it runs only on workers that have all of them",
  },
  after: {
    ...jobIds,
    value: "ID[,ID]",
    values: "id",
    many: true,
    help: "run after these jobs are done; if one ends dead, so does this job",
    insteadInSchedule: "let the scheduled command enqueue what depends on what",
  },
  after_any: {
    ...flag,
    help: "run it even if a job in --after fails",
    meaning: "run it even if a job in after fails",
    insteadInSchedule: "let the scheduled command enqueue what depends on what",
  },
  unique: {
    ...someText,
    value: "KEY",
    help: "if an unfinished job has this key, add nothing and print its ID",
    meaning: "its key: no second job with it is added until this job is done or dead",
    insteadInSchedule: "see --overlap",
  },
  give_up_on: {
    ...exitStatuses,
    value: "LIST",
    help: "do not retry after these exit statuses: 2,64-78",
  },
  retry_on: {
    ...exitStatuses,
    value: "LIST",
    help: "retry only after these exit statuses: 2,64-78",
  },
  tempfail: { ...flag, help: "exit status 75 means: retry, and do not count this attempt" },
  timestamps: { ...flag, help: "note when it prints what, for logs --timestamps" },
  shell: {
    ...shellPath,
    value: "PATH",
    values: "file",
    help: "absolute path of the shell that runs the command, such as /bin/bash",
    hasSetting: true,
  },
  nice: {
    ...wholeNumber(-20, 19),
    value: "N",
    help: "from -20 to 19: the higher, the less of the processor it gets beside others",
  },
  max_log: {
    ...orNone(size),
    value: "SIZE",
    help: 'end the job once an attempt has printed so much: 100M, or "none"',
    meaning: "how many bytes an attempt may print until it is ended and the job dead",
    hasSetting: true,
  },
  cwd: {
    ...someText,
    value: "PATH",
    values: "directory",
    help: "directory to run in (default: here)",
    meaning: "directory to run in; default: the worker's",
  },
  env: {
    ...environment,
    short: "e",
    value: "K[=V]",
    many: true,
    help: "set a variable; without =V, copy its value from here; repeatable",
    meaning: "variables that are added to the worker's environment",
  },
  on_done: {
    ...commandText,
    value: "CMD",
    help: "shell text to run after it is done (config on_done: after each job)",
    meaning: "shell text to run after it is done, beside the setting on_done",
  },
  on_dead: {
    ...commandText,
    value: "CMD",
    help: "shell text to run after it is dead",
    meaning: "shell text to run after it is dead, beside the setting on_dead",
  },
  on_failure: {
    ...commandText,
    value: "CMD",
    help: "shell text to run after a failed attempt that a retry follows",
    meaning: "shell text to run after a failed attempt that a retry follows, beside on_failure",
  },
  stdin: {
    ...flag,
    help: "read this command's stdin to its end, and give it to the job",
    meaning: "whether it reads input/ID.in on standard input",
    insteadInSchedule: "have its command read a file, with: < FILE",
  },
  hold: { ...flag, help: "hold it until queuectl release" },
  now: { ...flag, help: "start it at once, beyond all limits, also in a paused queue" },
};

/** The fields that whoever adds a job may give it, in the order of their options in the help. */
export const JOB_FIELDS: ReadonlyMap<string, JobField> = new Map(Object.entries(TABLE));

/** The name of the option for a field, without dashes: `tag` for `tags`. */
export function optionName(field: string): string {
  return JOB_FIELDS.get(field)?.option ?? field.replaceAll("_", "-");
}
