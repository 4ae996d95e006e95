/**
 * What a planted bug is.
 *
 * @module
 */

/** A bug, and who is to catch it. */
export interface Plant {
  /** Names it on the command line and in the report. */
  readonly name: string;
  /** The source file that it is planted in. */
  readonly file: string;
  /** Texts that each occur there exactly once, and what to put in their place. */
  readonly edits: readonly (readonly [find: string, put: string])[];
  /** The test file below tests/ that is to catch it. */
  readonly test: string;
  /** The operation or race in it, as `CRASH_CASE` has it. Default: all of the file. */
  readonly operation?: string;
  /** The test in it, where that is none of the crash tests. */
  readonly title?: string;
}

/** Describes a bug; its file is a path from src/, its test a name from tests/crash/. */
export function plant(
  name: string,
  file: string,
  [test, operation]: readonly [test: string, operation?: string],
  ...edits: Plant["edits"]
): Plant {
  return { name, file: `src/${file}`, edits, test: `crash/${test}_test.ts`, operation };
}

/**
 * Describes a bug that is caught by no crash test, but by the one of a file below tests/ that has
 * this title.
 */
export function plantBeside(
  name: string,
  file: string,
  [test, title]: readonly [test: string, title: string],
  ...edits: Plant["edits"]
): Plant {
  return { name, file: `src/${file}`, edits, test: `${test}_test.ts`, title };
}
