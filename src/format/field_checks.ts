/**
 * What fields and settings take: each kind of value says how a word becomes one, and checks it.
 *
 * @module
 */

import { HELD_TIME, ID_PATTERN } from "./names.ts";
import { HOST_OR_TAG } from "./placement.ts";

/** Checks a value; returns how a sentence about its fault ends, such as `must be a string`. */
export type Check = (value: unknown) => string | undefined;

/** A kind of value. */
export interface Kind {
  /** How a word becomes the value; options for a `list` or `object` read words their own way. */
  readonly type: "text" | "number" | "span" | "size" | "flag" | "list" | "object";
  /** Checks the value. */
  readonly check: Check;
  /** What a text must match, if nothing else is asked of it. */
  readonly pattern?: RegExp;
  /** The least and the most that a number may be. */
  readonly range?: readonly [least: number, most: number];
}

/** A century, in seconds: a longer span is a slip of the keyboard. */
export const LONGEST_SPAN = 36500 * 86400;

/** Text that the kernel takes: no NUL, no half of a character. */
export const text: Kind = {
  type: "text",
  check: (value) =>
    typeof value !== "string"
      ? "must be a string"
      : value.includes("\0")
      ? "must not contain a NUL"
      : !value.isWellFormed()
      ? "must not contain half a character (a lone surrogate)"
      : undefined,
};

/** {@linkcode text} that has to pass one more check. */
function textThat(check: (value: string) => string | undefined): Kind {
  return { type: "text", check: (value) => text.check(value) ?? check(value as string) };
}

/** {@linkcode text} that is not empty. */
export const someText: Kind = textThat((value) => value === "" ? "must not be empty" : undefined);

/** Text that matches a pattern; `must` says in words what that is. */
export function matching(pattern: RegExp, must: string): Kind {
  return {
    type: "text",
    pattern,
    check: (value) => typeof value === "string" && pattern.test(value) ? undefined : must,
  };
}

/** One of some words. */
export function oneOf(words: readonly string[]): Kind {
  return {
    type: "text",
    check: (value) =>
      typeof value === "string" && words.includes(value)
        ? undefined
        : `must be one of ${words.join(", ")}`,
  };
}

/** True or false. */
export const flag: Kind = {
  type: "flag",
  check: (value) => typeof value === "boolean" ? undefined : "must be true or false",
};

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): Kind {
  return {
    type: "number",
    range: [least, most],
    check: (value) =>
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most
        ? undefined
        : `must be a whole number from ${least} to ${most}`,
  };
}

/** A number within bounds. */
export function number(least: number, most: number): Kind {
  return {
    type: "number",
    range: [least, most],
    check: (value) =>
      typeof value === "number" && value >= least && value <= most
        ? undefined
        : `must be a number from ${least} to ${most}`,
  };
}

/** A number of seconds within bounds; with `isAbove` the least itself is too little. */
export function seconds(
  least: number,
  most: number = LONGEST_SPAN,
  isAbove: boolean = false,
): Kind {
  const bounds = isAbove ? `above ${least} and up to` : `from ${least} to`;
  const days = most === LONGEST_SPAN ? " (36500d)" : "";
  return {
    type: "span",
    check: (value) =>
      typeof value === "number" && value <= most && (isAbove ? value > least : value >= least)
        ? undefined
        : `must be a number of seconds ${bounds} ${most}${days}`,
  };
}

/** The least and the most of a size, in bytes: 1K and 1024G. */
const SIZES = [1024, 1024 ** 4] as const;

/** A number of bytes. */
export const size: Kind = {
  type: "size",
  check: (value) =>
    Number.isInteger(value) && (value as number) >= SIZES[0] && (value as number) <= SIZES[1]
      ? undefined
      : "must be a size from 1K to 1024G such as 100M, in JSON also a number of bytes",
};

/** A time in ISO 8601. */
export const time: Kind = {
  type: "text",
  check: (value) =>
    typeof value === "string" && !Number.isNaN(Date.parse(value))
      ? undefined
      : "must be a time such as 2026-11-22T09:00:00Z",
};

/** A kind that takes `null` as well, which words call none. */
export function orNone({ type, check }: Kind): Kind {
  return {
    type,
    check(value) {
      const fault = value === null ? undefined : check(value);
      return fault && `${fault}, or none`;
    },
  };
}

/** Whether a value is an object with fields, and no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a text takes more bytes than so many. */
function isLonger(text: string, bytes: number): boolean {
  // A UTF-16 unit takes at most 3 bytes, so most texts need no encoding.
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

/** The longest command, in bytes: the kernel passes at most 128 KiB in one argument. */
export const MAX_COMMAND_BYTES = 100 * 1024;

/** A command. */
export const commandText: Kind = textThat((value) =>
  value.trim() === ""
    ? "must not be empty"
    : isLonger(value, MAX_COMMAND_BYTES)
    ? "must not be longer than 100 KB; put it in a script"
    : undefined
);

/** A time until which a job waits; a later one would be taken for that of a held job. */
export const readyTime: Kind = {
  type: "text",
  check: (value) =>
    time.check(value) ??
      (Date.parse(value as string) < HELD_TIME ? undefined : "must be before the year 9998"),
};

/** The path of a shell. Only the machine that runs the job can tell whether it exists. */
export const shellPath: Kind = textThat((path) =>
  /^\/./.test(path) && !isLonger(path, 4095)
    ? undefined
    : "must be the absolute path of a shell, such as /bin/bash"
);

/** The longest `NAME=VALUE`, in bytes: MAX_ARG_STRLEN of execve(2) without its NUL. */
const MAX_VARIABLE_BYTES = 128 * 1024 - 1;

/** Variables and their values. */
export const environment: Kind = {
  type: "object",
  check(value) {
    if (!isObject(value)) return "must be an object of strings";
    for (const [name, content] of Object.entries(value)) {
      if (name === "" || /[=\0]/.test(name)) {
        return `has a name that no environment can hold: ${JSON.stringify(name)}`;
      }
      const fault = text.check(content);
      if (fault) return `"${name}" ${fault}`;
      if (isLonger(`${name}=${content}`, MAX_VARIABLE_BYTES)) {
        return `"${name}" must not be longer than 128 KB with its name; put it in a file`;
      }
    }
  },
};

/** What may name a resource. */
export const RESOURCE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The most resources that a job may need: it has a lock for each of their places. */
const MOST_RESOURCES = 64;

/** How many places of which resources. */
export const resourcePlaces: Kind = {
  type: "object",
  check(value) {
    const needs = isObject(value) ? Object.entries(value) : undefined;
    if (!needs || needs.length > MOST_RESOURCES) {
      return `must be an object of at most ${MOST_RESOURCES} numbers of places such as {"gpu": 2}`;
    }
    for (const [name, places] of needs) {
      if (!RESOURCE_NAME.test(name)) {
        return `has a name that is not 1 to 64 letters, digits, - or _: ${JSON.stringify(name)}`;
      }
      const fault = wholeNumber(1, 1024).check(places);
      if (fault) return `"${name}" ${fault}`;
    }
  },
};

/** The name of a host or a tag. */
export const hostOrTag: Kind = matching(
  HOST_OR_TAG,
  "must be 1 to 64 of A-Z, a-z, 0-9, ., - and _, beginning with a letter or digit",
);

/** Tags. */
export const tagList: Kind = {
  type: "list",
  check: (value) =>
    Array.isArray(value) && value.every((tag) => hostOrTag.check(tag) === undefined)
      ? undefined
      : "must be an array of tags, each of 1 to 64 of A-Z, a-z, 0-9, ., - and _",
};

/** Text for people. */
export const label: Kind = textThat((value) =>
  /^[^]{1,200}$/u.test(value) ? undefined : "must be 1 to 200 characters"
);

/** IDs of jobs. */
export const jobIds: Kind = {
  type: "list",
  check: (value) =>
    Array.isArray(value) && value.length <= 1000 &&
      value.every((id) => typeof id === "string" && ID_PATTERN.test(id))
      ? undefined
      : "must be an array of at most 1000 job IDs",
};

/** A list of exit statuses. */
export const exitStatuses: Kind = {
  type: "text",
  check: (value) =>
    typeof value === "string" && parseStatuses(value) !== undefined
      ? undefined
      : "must be exit statuses from 0 to 255 such as 2,64-78",
};

/**
 * The exit statuses that a list such as `2,64-78` names.
 *
 * @returns Pairs of first and last, or `undefined` if it is no such list.
 */
export function parseStatuses(list: string): [first: number, last: number][] | undefined {
  const ranges: [number, number][] = [];
  for (const part of list.split(",")) {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    if (!match) return undefined;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (first > last || last > 255) return undefined;
    ranges.push([first, last]);
  }
  return ranges;
}
