/**
 * Reading the words of a command line: where the options end and the job's own words begin, and the
 * value of each option. `@std/cli/parse-args` would change a job: it drops a `--`, gives
 * `--json true` the value true, and takes no value that begins with a dash (`--file -`).
 *
 * @module
 */

import type { JobField } from "../../format/job_fields.ts";
import { UsageError } from "../../text/errors.ts";

/** Kinds of names that completions look up. */
export type OptionNames = NonNullable<JobField["values"]>;

/** An option of a command. */
export interface Option {
  /** Its long name, without the dashes. */
  readonly name: string;
  /** Its one letter, if it has one. */
  readonly short?: string;
  /** What its value is called in the help. Missing: it is a flag. */
  readonly value?: string;
  /** Whether all its values count if it is repeated. Otherwise only a flag may be repeated. */
  readonly many?: true;
  /** What it does, in a few words. */
  readonly help: string;
  /** What completions offer as its value: these words, or names of this kind. */
  readonly values?: readonly string[] | OptionNames;
}

/** An unknown word, which may be a misspelling of a known one. */
export class MisspelledError extends UsageError {
  /** @param see Where to read on: the sentence ends with it if no known word is near. */
  constructor(
    message: string,
    readonly word: string,
    readonly known: readonly string[],
    readonly see: string,
  ) {
    super(message);
  }
}

/**
 * Refuses a word that was not UTF-8: the runtime puts U+FFFD for such bytes, so two keys would
 * become one.
 *
 * @param what What to call it in the error.
 * @param otherwise What the sentence ends with, if there is another way to give it.
 */
export function refuseReplaced(word: string, what: string, otherwise: string = ""): void {
  if (!word.includes("\ufffd")) return;
  throw new UsageError(
    `${what} is not UTF-8, or contains the replacement character U+FFFD${otherwise}`,
  );
}

/** The values of each given option by its name; a flag has the value "". */
type Values = ReadonlyMap<string, readonly string[]>;

/** The options that were given. */
export class GivenOptions {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** The value of an option; `undefined` if it was not given. */
  text(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** All values of an option, in the order given. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /**
   * The value of an option as a whole number.
   *
   * @throws {UsageError} If it is not one, or out of bounds.
   */
  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const allowed = most >= 1e15 ? `from ${least} up` : `from ${least} to ${most}`;
    throw new UsageError(`--${name} must be a whole number ${allowed}, not "${text}"`);
  }
}

/** The words of a command line, sorted. */
export interface ReadWords {
  /** The options as written, each joined with its value: `--name=value`, or `--name` for a flag. */
  readonly joined: readonly string[];
  /** The options, read. */
  readonly options: GivenOptions;
  /** The plain words, in the order given. */
  readonly words: readonly string[];
  /** Where in `words` a `--` stood, if one ended the options. */
  readonly separatedAt?: number;
}

/** What {@linkcode readWords} needs to know. */
export interface Reading {
  /** The options that there are. */
  readonly known: readonly Option[];
  /** How many plain words end the options. Default: only `--` ends them. */
  readonly endAfter?: number;
  /** Where to read on, for the error about an unknown option. */
  readonly see: string;
  /** Options that stood further in front, joined. */
  readonly before?: readonly string[];
}

/**
 * Reads options and plain words.
 *
 * @throws {UsageError} If an option is unknown, lacks its value, has one and is a flag, or is given
 * twice.
 *
 * @example
 * ```ts
 * import { readWords } from "./option.ts";
 *
 * const known = [{ name: "priority", value: "0-9", help: "how urgent" }];
 * const args = ["--priority", "9", "grep", "-r", "x"];
 * readWords(args, { known, endAfter: 1, see: "" }).words; // ["grep", "-r", "x"]
 * ```
 */
export function readWords(args: readonly string[], reading: Reading): ReadWords {
  const { known, endAfter = Infinity, before = [] } = reading;
  const joined = [...before];
  const words: string[] = [];
  let separatedAt: number | undefined;
  let at = 0;
  while (at < args.length && words.length < endAfter) {
    const arg = args[at++]!;
    if (arg === "--") {
      separatedAt = words.length;
      break;
    }
    if (!isOption(arg, known)) words.push(arg);
    else if (joinOption(arg, args[at], known, joined)) at++;
  }
  words.push(...args.slice(at));
  return { joined, options: readOptions(joined, reading), words, separatedAt };
}

/** Whether a word is an option: `-` alone is a file name, and `-5` a number unless it is known. */
function isOption(arg: string, known: readonly Option[]): boolean {
  if (/^-[\d.]/.test(arg)) return known.some(({ short }) => arg === `-${short}`);
  return arg.length > 1 && arg.startsWith("-");
}

/**
 * Adds an option to `joined` as `--name=value` or `--name`; the letters of `-yfnVALUE` one by one.
 * An unknown one stays as it is, and is refused later.
 *
 * @returns Whether `next` is its value.
 */
function joinOption(
  arg: string,
  next: string | undefined,
  known: readonly Option[],
  joined: string[],
): boolean {
  const isLong = arg.startsWith("--");
  const parts = isLong ? /^([^=]+)(?:=(.*))?$/s : /^(-.)(.+)?$/s;
  const [, written, value] = parts.exec(arg) as unknown as [string, string, string?];
  const option = known.find(({ name, short }) => [`--${name}`, `-${short}`].includes(written));
  if (option?.value !== undefined) {
    joined.push(`--${option.name}=${value ?? valueOf(option, written, next, known)}`);
    return value === undefined;
  }
  if (option && isLong && value !== undefined) throw new UsageError(`${written} takes no value`);
  joined.push(option ? `--${option.name}` : arg);
  return option !== undefined && !isLong && value !== undefined &&
    joinOption(`-${value}`, next, known, joined);
}

/** The word behind an option: `--timeout --priority 3` lacks a value, `--command -x` does not. */
function valueOf(
  { value }: Option,
  written: string,
  next: string | undefined,
  known: readonly Option[],
): string {
  const isKnown = next === "--" || known.some(({ name }) => next?.split("=")[0] === `--${name}`);
  if (next !== undefined && !isKnown) return next;
  throw new UsageError(`${written} needs a value: ${written} ${value}`);
}

function readOptions(joined: readonly string[], { known, see }: Reading): GivenOptions {
  const values = new Map<string, string[]>();
  for (const written of joined) {
    const [word, ...rest] = written.split("=") as [string, ...string[]];
    const option = known.find(({ name }) => `--${name}` === word);
    if (option === undefined) {
      const unknown = word.startsWith("--") ? word : word.slice(0, 2);
      const names = known.map(({ name }) => `--${name}`);
      throw new MisspelledError(`unknown option ${unknown}`, unknown, names, see);
    }
    const value = rest.join("=");
    refuseReplaced(value, word);
    const before = values.get(option.name) ?? [];
    if (before.length > 0 && !option.many && option.value !== undefined) {
      throw new UsageError(`${word} is given twice, and can have one value only`);
    }
    values.set(option.name, [...before, value]);
  }
  return new GivenOptions(values);
}
