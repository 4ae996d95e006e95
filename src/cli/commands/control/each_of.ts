/**
 * Commands that take several jobs, by their IDs or by a selection: each is tried, and what fails is
 * reported.
 *
 * @module
 */

import type { Entry } from "../../../contents/entries.ts";
import type { JobView } from "../../../format/job.ts";
import type { SelectableState } from "../../../format/names.ts";
import type { Selection } from "../../../inspect/selection.ts";
import type { Queue } from "../../../queue.ts";
import { MissingError, QueueError, UsageError } from "../../../text/errors.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import { mayChange, selectionOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { note, print, printJson, say } from "../../terminal/output.ts";
import { readsStdout } from "../../terminal/terminal.ts";
import { counted } from "../../text/counted.ts";

/**
 * Calls `act` once for each word, and reports each `QueueError` on stderr.
 *
 * @returns The exit status: 1 if any call failed, else 0.
 */
export async function eachOf(
  words: Iterable<string>,
  act: (word: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const word of new Set(words)) {
    try {
      await act(word);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      note(error.message);
      status = 1;
    }
  }
  return status;
}

/** The IDs of the jobs that words name, and the exit status: 1 if a word names none. */
export async function namedJobs(
  queue: Queue,
  words: readonly string[],
): Promise<{ ids: Set<string>; status: number }> {
  const ids = new Set<string>();
  const status = await eachOf(words, (word) => void ids.add(queue.find(word).id));
  return { ids, status };
}

/** What a command does to several jobs. */
export interface Deed {
  /** As a person is asked: `cancel`. */
  readonly verb: string;
  /** As it is reported: `cancelled`. */
  readonly past: string;
  /** The states of jobs that it can do something with. */
  readonly fitting: readonly SelectableState[];
  /** Those of {@linkcode Deed.fitting} that it takes unless `--state` is given. Default: all. */
  readonly usual?: readonly SelectableState[];
}

/** The jobs of a selection, each where it was seen. */
export interface SelectedJobs {
  readonly selection: Selection;
  readonly jobs: ReadonlyMap<string, Entry>;
}

/**
 * The selection that a call gives; `undefined` if it gives IDs.
 *
 * @throws {UsageError} If it gives neither.
 */
export function selectionOrIds(
  call: Invocation,
  { fitting, usual }: Pick<Deed, "fitting" | "usual">,
): Selection | undefined {
  const selection = selectionOf(call, fitting, usual);
  if (selection || call.words.length > 0) return selection;
  throw new UsageError(`${call.command.name} needs an ID, --tag, --group, --state or --all`);
}

/**
 * Refuses a tag or group that no job has, in whatever state: most often a typing error.
 *
 * @throws {MissingError} If it is refused.
 */
export async function refuseUnknown(queue: Queue, { tags, group }: Selection): Promise<void> {
  if (tags === undefined && group === undefined) return;
  if (!(await queue.select({ tags, group }).next()).done) return;
  const what = [
    ...(tags
      ? [`the ${tags.length === 1 ? "tag" : "tags"} ${tags.map(quotedWord).join(" and ")}`]
      : []),
    ...(group === undefined ? [] : [`the group ${quotedWord(group)}`]),
  ];
  throw new MissingError(`no job has ${what.join(" and ")} (see: queuectl list --all)`);
}

/** The jobs that a selection means, unless a person who is asked says no. */
export async function selectedJobs(
  call: Invocation,
  queue: Queue,
  selection: Selection,
  { verb }: Deed,
): Promise<SelectedJobs | undefined> {
  const jobs = new Map<string, Entry>();
  for await (const { id, entry } of queue.select(selection)) jobs.set(id, entry);
  return mayChange(call, verb, jobs.size) ? { selection, jobs } : undefined;
}

/**
 * Does something to each job that a selection meant. One that is gone, or no longer in a fitting
 * state, is skipped; says on stderr how many were changed.
 *
 * @returns The exit status: 1 if any could not be changed, else 0.
 */
export async function eachSelected(
  queue: Queue,
  { selection, jobs }: SelectedJobs,
  { past }: Deed,
  act: (id: string, seen: Entry) => Promise<unknown>,
): Promise<number> {
  let [changed, skipped, status] = [0, 0, 0];
  for (const [id, seen] of jobs) {
    try {
      await act(id, seen);
      changed++;
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      const still = await queue.select({ ...selection, ids: [id] }).next();
      if (still.done) skipped++;
      else {
        note(error.message);
        status = 1;
      }
    }
  }
  say(`${past} ${counted(changed, "job")}${skippedText(skipped)}`);
  return status;
}

/** How many jobs were skipped, as the end of a sentence; empty for none. */
export function skippedText(skipped: number): string {
  return skipped === 0 ? "" : `; skipped ${skipped}, which had moved on`;
}

/**
 * Prints the ID of a job that was changed, except where a person chose the jobs by a selection and
 * reads: then the count at the end says it.
 */
export function printChanged(id: string, isSelected: boolean): void {
  if (!isSelected || !readsStdout()) print(id);
}

/**
 * Does something to each job that a call means; prints the IDs, or the jobs as JSON. Where `act`
 * returns a text, that is the ID of the job to print.
 */
export async function eachJob(
  call: Invocation,
  deed: Deed,
  act: (queue: Queue, id: string, seen?: Entry) => Promise<unknown>,
): Promise<number> {
  const selection = selectionOrIds(call, deed);
  const queue = await openQueue(call);
  const jobs: (JobView | undefined)[] = [];
  const actOn = async (id: string, seen?: Entry) => {
    const result = await act(queue, id, seen);
    const shown = typeof result === "string" ? result : id;
    if (call.json) jobs.push(queue.get(shown));
    else printChanged(shown, selection !== undefined);
  };
  const selected = selection && await selectedJobs(call, queue, selection, deed);
  if (selection && !selected) return 1;
  const status = selected
    ? await eachSelected(queue, selected, deed, actOn)
    : await eachOf(call.words, (word) => actOn(queue.find(word).id));
  if (call.json) printJson(jobs.filter((job) => job !== undefined));
  return status;
}
