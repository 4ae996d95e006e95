/**
 * Measuring on a noisy machine: the things that are compared run in turn, and of each the median
 * counts.
 *
 * @module
 */

import { PERMISSIONS, V8_FLAGS } from "../src/cli/commands/workers/permissions.ts";

const PROGRAM = new URL("../src/cli/main.ts", import.meta.url).pathname;

/** What a run of the bench was asked for. */
export interface BenchContext {
  /** A folder for this question's files; removed when all is over. */
  readonly folder: string;
  /** How often each thing is measured. */
  readonly rounds: number;
  /** Whether sizes are to be small, for a machine that has a minute. */
  readonly quick: boolean;
}

/** A line of the table. */
export interface Row {
  /** What was measured. */
  question: string;
  /** The figure, with its unit. */
  figure: string;
  /** What it is compared with, and that one's figure. */
  reference: string;
  /** How they compare: above 1 the figure is the larger one. */
  ratio?: number;
  /** What the ratio, or the figure, has to reach, and whether it did. */
  must: string;
  /** Whether `must` was reached; `undefined` where nothing has to be. */
  reached?: boolean;
  /** What would be better still. */
  aim: string;
}

/** One question of the bench. */
export interface Question {
  /** What names it on the command line. */
  name: string;
  /** Measures, and answers in one row or several. */
  ask(context: BenchContext): Promise<Row[]>;
}

/** The middle one of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The figure that this share of all does not exceed. */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

/**
 * Measures several things in turn, round by round, so that what else the machine does hits all
 * alike.
 *
 * @param things What to measure: each gives its figure, given the round.
 * @param before What to do before each, unmeasured. Default: nothing.
 * @returns Each one's median.
 */
export async function inTurn<Name extends string>(
  rounds: number,
  things: Record<Name, (round: number) => Promise<number>>,
  before: () => Promise<void> = async () => {},
): Promise<Record<Name, number>> {
  const figures = {} as Record<Name, number[]>;
  for (const name in things) figures[name] = [];
  for (let round = 0; round < rounds; round++) {
    for (const name in things) {
      await before();
      figures[name].push(await things[name](round));
    }
  }
  const medians = {} as Record<Name, number>;
  for (const name in figures) medians[name] = median(figures[name]);
  return medians;
}

/**
 * Waits until the disk has written what it was given: that of one is not the next one's to wait
 * for.
 */
export async function settleDisk(): Promise<void> {
  await new Deno.Command("sync").output();
}

/** How a command is run. */
export interface RunOptions {
  /** What it reads. */
  stdin?: string;
  /** What its environment has beyond this one's. */
  env?: Record<string, string>;
  /** Where it runs. */
  cwd?: string;
}

/**
 * Runs a command to its end.
 *
 * @returns How long it took, in seconds, and what it printed.
 * @throws If it fails.
 */
export async function timed(
  words: readonly string[],
  { stdin, env, cwd }: RunOptions = {},
): Promise<{ seconds: number; stdout: string }> {
  const begun = performance.now();
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    env,
    cwd,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { success, stdout, stderr } = await child.output();
  const seconds = (performance.now() - begun) / 1000;
  if (!success) throw new Error(`${words.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return { seconds, stdout: new TextDecoder().decode(stdout) };
}

/** The words that start queuectl as a user's task does. */
export function queuectl(dir: string, ...words: string[]): string[] {
  const options = ["--no-prompt", V8_FLAGS, ...PERMISSIONS];
  return [Deno.execPath(), "run", ...options, PROGRAM, "--dir", dir, ...words];
}

/** Whether a program is installed. */
export async function isInstalled(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'command -v "$1"', "sh", program],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** A number of the order of a rate, short. */
export function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en-US")}/s`;
}

/** A span of time, short. */
export function span(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}
