/**
 * Reading the words of a command line. Not `@std/cli/parse-args`, which would change what a job
 * is: it drops a `--` that belongs to the job's own command, gives `true` in `--json true` to the
 * option, and takes no value that begins with a dash (`--file -`).
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";

/** An option of a command. */
export interface Option {
  /** Its long name, without the dashes. */
  readonly name: string;
  /** Its one letter, if it has one. */
  readonly short?: string;
  /** What its value is called in the help. Absent: it is a flag and takes none. */
  readonly value?: string;
  /** Whether it may be given several times, all of which count; else only a flag may be repeated. */
  readonly many?: true;
  /** What it does, in a few words. */
  readonly help: string;
  /** Words that the value can be, for completions. `directory` and `file` mean names on disk, `id` a job, `resource` one that
   * was set. */
  readonly values?: readonly string[] | "directory" | "file" | "id" | "resource";
}

/** A word that is not known but might be a misspelling of one that is. */
export class MisspelledError extends UsageError {
  /**
   * @param word What was given.
   * @param known What could have been meant.
   * @param see What to say when nothing is near.
   */
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
 * Refuses a word of the command line that was not UTF-8: the runtime turns such bytes into U+FFFD, so that the job would
 * silently be another, and two keys or two directories one.
 *
 * @param what What to call it in the error.
 * @param otherwise What the sentence ends with, if there is another way.
 * @throws {UsageError} If the word has that character.
 */
export function refuseReplaced(word: string, what: string, otherwise: string = ""): void {
  if (!word.includes("\ufffd")) return;
  throw new UsageError(
    `${what} is not UTF-8, or holds the character U+FFFD that stands for such bytes${otherwise}`,
  );
}

/** The options that were given. */
export class GivenOptions {
  readonly #given = new Map<string, string[]>();

  /**
   * Notes an option; a flag has the empty value.
   *
   * @throws {UsageError} If the value is not UTF-8, or there is one already and only one counts.
   */
  add({ name, value: takes, many }: Option, value: string): void {
    refuseReplaced(value, `--${name}`);
    const values = this.#given.get(name);
    if (!values) this.#given.set(name, [value]);
    else if (many || takes === undefined) values.push(value);
    else throw new UsageError(`--${name} is given twice, and can have one value only`);
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** The value of an option; `undefined` if it was not given. */
  text(name: string): string | undefined {
    return this.#given.get(name)?.at(-1);
  }

  /** All values of an option, in the order given. */
  all(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  /**
   * The value of an option as a whole number.
   *
   * @throws {UsageError} If it is not one, or lies outside the bounds.
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

/** A command line, read. */
export interface ReadWords {
  /** The options. */
  options: GivenOptions;
  /** What is no option, in the order given. */
  words: string[];
  /** Where in `words` a `--` stood, if one did and belonged to the command line itself. */
  separatedAt?: number;
}

/**
 * Reads options and plain words.
 *
 * @param args The words as the shell gave them.
 * @param known The options there are.
 * @param verbatim Whether the first plain word ends the options, or which one does: it and all that follows
 * stay as they are.
 * @param see Where to read on, for the message about an option that is not known.
 * @param options Those given so far, which these are added to.
 * @throws {UsageError} If an option is not known, lacks its value, has one and takes none, or is given a second one.
 *
 * @example
 * ```ts
 * import { readWords } from "./option.ts";
 *
 * const known = [{ name: "priority", value: "0-9", help: "how urgent" }];
 * readWords(["--priority", "9", "grep", "-r", "x"], known, true, "").words; // ["grep", "-r", "x"]
 * ```
 */
export function readWords(
  args: readonly string[],
  known: readonly Option[],
  verbatim: boolean | number,
  see: string,
  options: GivenOptions = new GivenOptions(),
): ReadWords {
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      return { options, words: [...words, ...args.slice(at + 1)], separatedAt: words.length };
    }
    if (!isOption(arg)) {
      words.push(arg);
      if (verbatim === false || words.length < Number(verbatim)) continue;
      return { options, words: [...words, ...args.slice(at + 1)] };
    }
    if (!arg.startsWith("--")) {
      at += readLetters(args, at, known, options, see);
      continue;
    }
    const equals = arg.indexOf("=");
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    const option = known.find((option) => option.name === name);
    if (!option) {
      const names = known.map((option) => `--${option.name}`);
      throw new MisspelledError(`unknown option --${name}`, `--${name}`, names, see);
    }
    if (option.value === undefined) {
      if (equals >= 0) throw new UsageError(`--${name} takes no value`);
      options.add(option, "");
    } else if (equals >= 0) {
      options.add(option, arg.slice(equals + 1));
    } else {
      options.add(option, valueAfter(args, at, known, option, `--${name}`));
      at++;
    }
  }
  return { options, words };
}

/** Whether a word is an option: `-` alone is a file name, and `-5` a number. */
function isOption(arg: string): boolean {
  return arg.length > 1 && arg.startsWith("-") && !/^-[\d.]/.test(arg);
}

/** Reads `-f`, `-fx`, `-nVALUE` or `-n VALUE`, and tells how many further words it took. */
function readLetters(
  args: readonly string[],
  at: number,
  known: readonly Option[],
  options: GivenOptions,
  see: string,
): number {
  const letters = args[at]!.slice(1);
  for (let index = 0; index < letters.length; index++) {
    const letter = letters[index]!;
    const option = known.find((option) => option.short === letter);
    if (!option) throw new UsageError(`unknown option -${letter} (${see})`);
    if (option.value === undefined) {
      options.add(option, "");
      continue;
    }
    if (index + 1 < letters.length) {
      options.add(option, letters.slice(index + 1));
      return 0;
    }
    options.add(option, valueAfter(args, at, known, option, `-${letter}`));
    return 1;
  }
  return 0;
}

function valueAfter(
  args: readonly string[],
  at: number,
  known: readonly Option[],
  option: Option,
  written: string,
): string {
  const next = args[at + 1];
  // `--timeout --priority 3` lacks a value; `--command -x` does not.
  const isKnown = next === "--" ||
    known.some(({ name }) => next === `--${name}` || next?.startsWith(`--${name}=`));
  if (next === undefined || isKnown) {
    throw new UsageError(`${written} needs a value: ${written} ${option.value}`);
  }
  return next;
}

/** A path as seen from here, absolute. */
export function absolutePath(path: string): string {
  if (path.startsWith("/") || path === "") return path;
  const cwd = Deno.cwd();
  return path === "." ? cwd : `${cwd === "/" ? "" : cwd}/${path.replace(/^(\.\/+)+/, "")}`;
}
