/**
 * What may have become of each job when all is over.
 *
 * @module
 */

import type { Config } from "../../src/format/settings.ts";

/**
 * A fate: the state that a job ended in and each attempt's outcome and worker, such as `done:
 * lost@w1 done@fresh`, and `at priority 9` unless that is 5. A job that is there twice has two,
 * joined by ` + `.
 */
export type Fate = string;

/** The fate of a job that is nowhere. */
export const ABSENT: Fate = "absent";

/** The fate of a job that only the worker that cleans up has run. */
export const RUN: Fate = "done: done@fresh";

/** The fate of a job that is to wait until someone lets it go. */
export const HELD: Fate = "pending:";

/** The fate of a file that is no job. */
export const BURIED: Fate = "dead: not a job";

/**
 * Holds the fates that are right for each job, told by its command (its ID may be chosen by the
 * queue). An operation changes them as it goes: what it has been promised is the only fate left.
 */
export class Ledger {
  readonly #fates: Map<string, readonly Fate[]>;
  readonly #undone: Map<string, readonly Fate[]>;
  /** Whether something cut off may have left a log without a job, or a job without its log. */
  logsMayStray = false;
  /**
   * Whether a job of which an error was told may run all the same, besides the one asked for again.
   */
  mayDouble = false;
  /** What may have been set; any of these. */
  settings?: readonly Partial<Config>[];
  /** How many places of resources there are, all of which are to be had when all is over. */
  limits?: Partial<Config>;
  /** Whether the queue is paused, if that is sure. */
  paused?: boolean;

  /** @param from What it begins with. */
  constructor(from?: Ledger) {
    this.#fates = new Map(from ? from.#fates : []);
    this.#undone = new Map(from ? from.#undone : []);
  }

  /** From now on one of these is right for a job, and no other. */
  expect(command: string, ...fates: Fate[]): void {
    this.#fates.set(command, fates);
    this.#undone.delete(command);
  }

  /**
   * Until more is promised, these are right too after a power cut: it may undo what is not durable.
   */
  mayBeUndone(command: string, ...fates: Fate[]): void {
    this.#undone.set(command, fates);
  }

  /** From now on no power cut undoes anything. */
  settle(): void {
    this.#undone.clear();
  }

  /** Whether a fate is right for a job. */
  allows(command: string, fate: Fate): boolean {
    return [this.#fates, this.#undone].some((fates) => fates.get(command)?.includes(fate));
  }

  /** Whether only one fate is right for a job: what led to it has been promised. */
  isSure(command: string): boolean {
    return this.#fates.get(command)?.length === 1 && !this.#undone.has(command);
  }

  /** From now on these too are right for a job. */
  allow(command: string, ...fates: Fate[]): void {
    this.#fates.set(command, [...this.#fates.get(command) ?? [], ...fates]);
  }

  /** Whether a job of this command was ever spoken of. */
  knows(command: string): boolean {
    return this.#fates.has(command);
  }

  /** The jobs and their fates. */
  *entries(afterPowerCut: boolean): Generator<[string, readonly Fate[]]> {
    for (const [command, fates] of this.#fates) {
      yield [command, afterPowerCut ? [...fates, ...this.#undone.get(command) ?? []] : fates];
    }
  }

  /** A ledger of its own, to go on from here. */
  clone(): Ledger {
    const clone = new Ledger(this);
    const { logsMayStray, mayDouble, settings, limits, paused } = this;
    return Object.assign(clone, { logsMayStray, mayDouble, settings, limits, paused });
  }

  /** Equal for ledgers that say the same. */
  key(): string {
    const { logsMayStray, mayDouble, settings, limits, paused } = this;
    const flags = { logsMayStray, mayDouble, settings, limits, paused };
    return JSON.stringify([[...this.#fates], [...this.#undone], flags]);
  }
}
