/**
 * What stands in a form for a job: from texts to the job, to the command line that does the same,
 * and back from a job.
 *
 * @module
 */

import type { JobView } from "../../../mod.ts";
import { ADDED_FIELDS, FORM_FIELDS, type FormField } from "./job_fields.ts";
import { shellWord } from "./texts.ts";

/** The text of each field; a flag that is set has `true`. */
export type FormValues = Readonly<Record<string, string>>;

/** Fields of a job's file that are written by other fields, or by what happens. */
const NOT_EDITED = ["id", "attempts", "history", "created_at", "updated_at", ...ADDED_FIELDS];

/** Fields that a form of a job in the queue leaves out: they cannot be changed. */
const FIXED = ["id", "delay", "unique", "stdin", "hold"];

/** The fields of each form: of a new job, of many, of one in the queue, of a schedule's. */
export const FIELDS_OF = {
  one: FORM_FIELDS.filter(({ hasOption }) => hasOption),
  many: FORM_FIELDS.filter(({ name, hasOption }) => hasOption && name !== "id" && name !== "stdin"),
  edit: FORM_FIELDS.filter(({ name, hasOption }) => hasOption && !FIXED.includes(name)),
  schedule: FORM_FIELDS.filter(({ isForSchedules }) => isForSchedules),
} as const;

/** The kind of a form. */
export type FormKind = keyof typeof FIELDS_OF;

const SPAN = /^\s*(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+|none)\s*$/;

/** What is wrong with the text of a field; `undefined` if nothing is, as far as is known here. */
export function faultOf(field: FormField, text: string): string | undefined {
  const { type, name, range, pattern, must } = field;
  if (text === "") return undefined;
  if (type === "number") {
    const value = Number(text);
    const isIn = !range || (value >= range[0] && value <= range[1]);
    const isWhole = !must.includes("whole") || Number.isInteger(value);
    return text.trim() !== "" && isIn && isWhole ? undefined : must;
  }
  if (type === "span") return SPAN.test(text) ? undefined : "must be a span: 90, 90s, 10m or 1h30m";
  if (type === "size") {
    return /^\s*(\d+(\.\d+)?\s*[KMG]?|none)\s*$/i.test(text)
      ? undefined
      : "must be a size: 10K, 100M";
  }
  if (name === "resource") {
    const isRight = words(text).every((word) => /^[A-Za-z0-9_-]{1,64}(=\d{1,4})?$/.test(word));
    return isRight ? undefined : "must be names, each with a number of places if not one: gpu db=2";
  }
  if (name === "env") {
    const wrong = lines(text).find((line) => !/^[^=]+=/.test(line));
    return wrong === undefined ? undefined : `must be lines of NAME=VALUE, not "${wrong}"`;
  }
  if (name === "at") return Number.isNaN(Date.parse(text)) ? "must be a time" : undefined;
  if (pattern && type === "text") return new RegExp(pattern).test(text) ? undefined : must;
  return undefined;
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** All that is wrong, by the names of the fields. */
export function faultsOf(kind: FormKind, values: FormValues): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const field of FIELDS_OF[kind]) {
    const fault = faultOf(field, values[field.name] ?? "");
    if (fault !== undefined) faults[field.name] = fault;
  }
  if (values.delay && values.at && kind !== "edit") faults.at = "cannot be given beside delay";
  return faults;
}

/** The job that the values describe, as the API takes it. */
export function jobOf(kind: FormKind, values: FormValues): Record<string, unknown> {
  const job: Record<string, unknown> = {};
  for (const field of FIELDS_OF[kind]) {
    const text = values[field.name] ?? "";
    if (text === "") continue;
    const [name, value] = fieldOf(field, text);
    job[name] = value;
  }
  return job;
}

function fieldOf({ name, type }: FormField, text: string): [name: string, value: unknown] {
  if (name === "at") return ["run_at", new Date(text).toISOString()];
  if (name === "resource") {
    if (/^\s*[^\s,=]+\s*$/.test(text)) return ["resource", text.trim()];
    const places = words(text).map((word) => word.split("="));
    return [
      "resources",
      Object.fromEntries(places.map(([key, count]) => [key, Number(count ?? 1)])),
    ];
  }
  if (name === "env") {
    const pairs = lines(text).map((line) => line.split(/=(.*)/s));
    return ["env", Object.fromEntries(pairs.map(([key, value = ""]) => [key, value]))];
  }
  // The input is sent as text; the server makes a file of it.
  if (name === "stdin") return [name, text];
  if (type === "number") return [name, Number(text)];
  if (type === "span") return [name, text.trim() === "none" ? null : text.trim()];
  if (type === "flag") return [name, true];
  return [name, type === "list" ? words(text) : text];
}

/** The texts of a job's fields, for a form. */
export function valuesOf(kind: FormKind, job: Partial<JobView>): FormValues {
  const values: Record<string, string> = {};
  for (const { name, type } of FIELDS_OF[kind]) {
    const value = job[name];
    if (name === "resource") {
      const one = typeof value === "string" ? { [value]: 1 } : {};
      values[name] = Object.entries({ ...one, ...job.resources })
        .map(([key, places]) => places === 1 ? key : `${key}=${places}`).join(" ");
    } else if (name === "at") {
      values[name] = kind === "edit" && job.run_at ? localTime(job.run_at) : "";
    } else if (name === "env") {
      values[name] = Object.entries(job.env ?? {}).map((pair) => pair.join("=")).join("\n");
    } else if (type === "flag" && name !== "stdin") values[name] = value === true ? "true" : "";
    else if (Array.isArray(value)) values[name] = value.join(" ");
    else if ((type === "span" || type === "size") && value === null) values[name] = "none";
    else if (typeof value === "string" || typeof value === "number") values[name] = `${value}`;
  }
  return values;
}

/** A time as `datetime-local` has it, in the zone of whoever looks. */
function localTime(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The values of a job that is like another one: all but its ID, its time and its input. */
export function clonedValues(job: JobView): FormValues {
  const { id: _id, delay: _delay, at: _at, hold: _hold, stdin: _stdin, ...values } = valuesOf(
    "one",
    job,
  );
  return values;
}

/** A job in the queue with what stands in its form; fields that the form does not have stay. */
export function editedJob(job: JobView, values: FormValues): Record<string, unknown> {
  const replaced = [...FIELDS_OF.edit.map(({ name }) => name), "resources"];
  const kept = Object.entries(job).filter(([name]) =>
    !NOT_EDITED.includes(name) && !replaced.includes(name) && name !== "run_at"
  );
  const { run_at, ...edited } = jobOf("edit", values);
  // A form has whole seconds.
  const isSame = values.at === localTime(job.run_at);
  return { ...Object.fromEntries(kept), ...edited, run_at: isSame ? job.run_at : run_at ?? "now" };
}

/** The options of `enqueue` that give a job these fields. */
export function optionWords(kind: FormKind, values: FormValues): string[] {
  return FIELDS_OF[kind].flatMap((field) => {
    const text = values[field.name] ?? "";
    const option = `--${field.option}`;
    if (text === "" || field.name === "command") return [];
    if (field.type === "flag") return [option];
    if (field.name === "at") {
      const time = Date.parse(text);
      return [option, shellWord(Number.isNaN(time) ? text : new Date(time).toISOString())];
    }
    if (field.name === "resource") return words(text).flatMap((word) => [option, shellWord(word)]);
    if (field.name === "env") return lines(text).flatMap((line) => [option, shellWord(line)]);
    return [option, shellWord(field.type === "list" ? words(text).join(",") : text.trim())];
  });
}

/** The words of a command at the end of a command line. */
export function commandWords(command: string): string[] {
  if (command.trim() === "") return ["COMMAND"];
  // What begins like JSON would be taken for a whole job.
  return /^\s*\{/.test(command) ? ["--command", shellWord(command)] : ["--", shellWord(command)];
}

/** The command line that adds this job. */
export function enqueueLine(values: FormValues): string {
  const { stdin = "" } = values;
  const line = [
    "queuectl enqueue",
    ...optionWords("one", values),
    ...commandWords(
      values.command ?? "",
    ),
  ].join(" ");
  return stdin === "" ? line : `${line} ${hereDocument(stdin)}`;
}

/** The command line that adds a job for each line. */
export function enqueueManyLine(values: FormValues): string {
  const options = optionWords("many", values);
  return ["queuectl enqueue", ...options, "--file -", hereDocument(values.command ?? "")].join(" ");
}

function hereDocument(text: string): string {
  let end = "EOF";
  while (text.split("\n").includes(end)) end += "F";
  return `<<'${end}'\n${text}${text.endsWith("\n") ? "" : "\n"}${end}`;
}

/**
 * The jobs of many lines, as `enqueue --file` reads them: a command each, or a job in JSON; empty
 * lines and those that begin with # are no jobs.
 *
 * @throws {Error} If a line begins like JSON and is not; one sentence.
 */
export function jobsOfLines(values: FormValues): Record<string, unknown>[] {
  const { command = "", ...shared } = values;
  const fields = jobOf("many", shared);
  return command.split("\n").flatMap((line, index) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return [];
    if (!text.startsWith("{")) return [{ ...fields, command: line }];
    try {
      return [{ ...fields, ...JSON.parse(text) as Record<string, unknown> }];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Line ${index + 1} begins like a JSON job, but is not JSON: ${reason}`);
    }
  });
}
