/**
 * Waiting for many jobs at once: their outputs on stdout as they end or in order, a bar on stderr,
 * and how those died that did.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { endsOf } from "../../../inspect/ends_of.ts";
import type { Selection } from "../../../inspect/selection.ts";
import type { Queue } from "../../../queue.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { note, writeOut } from "../../terminal/output.ts";
import { TotalBar, type Totals } from "../../terminal/total_bar.ts";
import { outcomeText } from "../../text/attempt_text.ts";
import { type LogPart, printLog, rangeOf, shown } from "./log_output.ts";
import { sayWhyTheyWait } from "./why_they_wait.ts";

/** How many jobs are looked at for why they wait. */
const MOST_EXPLAINED = 100;

/** What to do while jobs are waited for. */
export interface Awaiting {
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** Which outputs to print, when. Default: none. */
  print?: "as they end" | "in order";
  /** Which part of each. Default: all of it. */
  part?: LogPart;
  /** Called with each job that has ended. */
  ended?: (job: JobView) => void;
}

/**
 * Waits until all jobs have ended, and says on stderr how those died that did.
 *
 * @param which Their whole IDs, in order; or which jobs are meant.
 * @returns The jobs, in the order that they were added, how many are done, and how many have not
 * ended; after an abort, so far.
 */
export async function awaitJobs(
  queue: Queue,
  which: readonly string[] | Selection,
  { print, part = {}, ended: tell, signal }: Awaiting,
): Promise<{ ids: string[]; done: number; left: number }> {
  const bar = new TotalBar();
  const totals: Totals = { done: 0, failed: 0, running: 0, total: 0 };
  const outputs = new Outputs(queue, part, bar, print === "in order");
  const ids: string[] = [];
  let quiet: (() => void) | undefined;
  try {
    for await (const { found, ended, running, left } of endsOf(queue, which, signal)) {
      quiet ??= sayWhyTheyWait(queue, found.slice(0, MOST_EXPLAINED), () => bar.makeRoom());
      outputs.expect(found);
      for (const id of found) ids.push(id);
      for (const { id, state } of ended) {
        if (state === "done") totals.done++;
        else totals.failed++;
        if (state === "done" && print === undefined && !tell) continue;
        const job = queue.get(id);
        if (state !== "done") {
          bar.makeRoom();
          note(`job ${id} ${job ? howItDied(job) : "was removed before it ended"}`);
        }
        if (job) tell?.(job);
        if (print !== undefined) await outputs.add(id, job);
      }
      totals.running = running;
      totals.total = totals.done + totals.failed + left;
      bar.show(totals);
    }
  } finally {
    quiet?.();
    bar.makeRoom();
  }
  return { ids, done: totals.done, left: ids.length - totals.done - totals.failed };
}

/** Prints the outputs of jobs that have ended. */
class Outputs {
  readonly #queue: Queue;
  readonly #part: LogPart;
  readonly #bar: TotalBar;
  readonly #isInOrder: boolean;
  readonly #ended = new Map<string, JobView | undefined>();
  /** The jobs whose outputs are not printed yet. */
  #order: string[] = [];
  #next = 0;

  constructor(queue: Queue, part: LogPart, bar: TotalBar, isInOrder: boolean) {
    [this.#queue, this.#part, this.#bar, this.#isInOrder] = [queue, part, bar, isInOrder];
  }

  /** Notes what comes next. */
  expect(ids: readonly string[]): void {
    if (!this.#isInOrder || ids.length === 0) return;
    this.#order = [...this.#order.slice(this.#next), ...ids];
    this.#next = 0;
  }

  /** Prints the output of a job, in order only once all before it have ended. */
  async add(id: string, job: JobView | undefined): Promise<void> {
    if (!this.#isInOrder) return await this.#print(job);
    this.#ended.set(id, job);
    for (let next; (next = this.#order[this.#next]) && this.#ended.has(next); this.#next++) {
      await this.#print(this.#ended.get(next));
      this.#ended.delete(next);
    }
  }

  async #print(job: JobView | undefined): Promise<void> {
    if (!job) return;
    const range = rangeOf(this.#queue, job, this.#part);
    const { add, end } = shown(this.#queue, job, this.#part, range[0], (bytes) => {
      this.#bar.makeRoom();
      writeOut(bytes);
    });
    await printLog(this.#queue, job, range, add);
    end();
  }
}

/** How a job died, to follow its name. */
export function howItDied(job: JobView): string {
  if (job.reason !== undefined) return `is dead: ${job.reason}`;
  const last = job.history.at(-1);
  return last
    ? `is dead: ${outcomeText(last)} (see: queuectl logs ${quotedWord(job.id)})`
    : "is dead";
}
