/**
 * The fields of a job as forms and pages need them, from the one table of the program. The browser
 * gets this file as JSON instead: see {@link ./assets.ts}.
 *
 * @module
 */

import { JOB_FIELDS, optionName, VIEW_FIELDS } from "../../../mod.ts";

/** A field of a job. */
export interface FormField {
  name: string;
  type: "text" | "number" | "span" | "size" | "flag" | "list" | "object";
  /** What it means, in a few words. */
  help: string;
  /** What a value is called: `DUR`. */
  value?: string;
  default?: string | number;
  /** The field that is kept instead. */
  sets?: string;
  hasSetting?: true;
  /** Whether a schedule's job may have it. */
  isForSchedules: boolean;
  /** The name of its option of `enqueue`, if it has one. */
  option: string;
  /** Whether `enqueue` has an option for it. */
  hasOption: boolean;
  /** What a text must match. */
  pattern?: string;
  /** The least and the most of a number. */
  range?: readonly [least: number, most: number];
  /** How a sentence about a wrong value ends: `must be a whole number from 0 to 9`. */
  must: string;
}

/** All fields that whoever adds a job may give it, in the order of the help. */
export const FORM_FIELDS: readonly FormField[] = [...JOB_FIELDS].map(([name, field]) => {
  const { type, value, sets, hasSetting, pattern, range } = field;
  return {
    option: optionName(name),
    ...{ name, type, value, sets, hasSetting, range },
    help: field.meaning ?? field.help ?? "",
    default: field.default,
    isForSchedules: field.help !== undefined && field.insteadInSchedule === undefined &&
      sets === undefined && name !== "hold" && name !== "now",
    hasOption: field.help !== undefined,
    ...(pattern && { pattern: pattern.source }),
    must: field.check({}) ?? "",
  };
});

/** The fields that a view of a job adds to those of its file. */
export const ADDED_FIELDS: readonly string[] = VIEW_FIELDS;
