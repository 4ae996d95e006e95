/**
 * Choosing jobs by state, tag and group. Only the folders that the states name are listed, and a
 * file is read only where the name does not answer: for a tag, a group, or how a dead job ended.
 *
 * @module
 */

import {
  entries,
  type Entry,
  entryPath,
  fileFault,
  nameOf,
  readEntry,
} from "../contents/entries.ts";
import { entriesOf, madeAt } from "../contents/listing.ts";
import { type Job, wasCancelled } from "../format/job.ts";
import { HELD_TIME, JOB_STATES, type JobState, type SelectableState } from "../format/names.ts";
import { ifThere, type Store } from "../store/store.ts";
import { divisionOf, Slices } from "./name_scan.ts";

/** Which jobs are meant: those that have all that is given. One without any field means no job. */
export interface Selection {
  /** Only jobs of these IDs, whole and exact. Those that are missing are left out. */
  ids?: readonly string[];
  /** Only jobs that have all of these tags. */
  tags?: readonly string[];
  /** Only jobs of this group. */
  group?: string;
  /** Only jobs in one of these states; missing if the state does not matter. */
  states?: readonly SelectableState[];
  /** Every job, if nothing else is given. */
  all?: boolean;
}

/** A job that a selection means. */
export interface SelectedJob {
  /** Its ID. */
  id: string;
  /** The state that it was seen in. */
  state: JobState;
  /** Its name there. */
  entry: Entry;
}

/** Job files up to this size are searched before they are parsed, in bytes. */
const SMALL = 64 * 1024;

/** A job that moves while this looks is met again: it moves along this list, but for retries. */
const ORDER = ["failed", "pending", "processing", "failed", "done", "dead"] as const;

/** Yields the jobs that a selection means, in the order that they were made. */
export async function* selectJobs(
  store: Store,
  selection: Selection,
): AsyncGenerator<SelectedJob> {
  if (meansNone(selection)) return;
  const isMeant = selector(store, selection);
  const found = new Map<string, { entry: Entry; made: number }>();
  const slices = new Slices();
  for (const entry of candidates(store, selection)) {
    if (slices.isOver) await slices.turn();
    if (isMeant(entry)) found.set(entry.id, { entry, made: madeAt(store, entry) });
  }
  const jobs = [...found.values()].sort((a, b) =>
    a.made - b.made || (a.entry.id < b.entry.id ? -1 : 1)
  );
  for (const { entry } of jobs) yield { id: entry.id, state: entry.state, entry };
}

/** Whether a selection gives nothing that could mean a job. */
export function meansNone(selection: Selection): boolean {
  return Object.values(selection).every((value) => value === undefined || value === false);
}

function* candidates(store: Store, { ids, states }: Selection): Generator<Entry> {
  const folders = foldersOf(states);
  if (ids) yield* entriesOf(store, ids).filter(({ state }) => folders.includes(state));
  else for (const state of ORDER) if (folders.includes(state)) yield* entries(store, state);
}

/** The states whose folders can hold jobs of such states. */
export function foldersOf(states: readonly SelectableState[] | undefined): readonly JobState[] {
  if (!states) return JOB_STATES;
  return JOB_STATES.filter((state) => states.some((each) => FOLDERS[each].includes(state)));
}

const FOLDERS: Readonly<Record<SelectableState, readonly JobState[]>> = {
  pending: ["pending"],
  delayed: ["pending"],
  held: ["pending", "failed"],
  waiting: ["pending"],
  processing: ["processing"],
  failed: ["failed"],
  done: ["done"],
  dead: ["dead"],
  cancelled: ["dead"],
};

/** Whether a job is meant, by its name and as little else as possible. */
export function selector(store: Store, selection: Selection): (entry: Entry) => boolean {
  const { ids, tags = [], group, states } = selection;
  const wanted = ids && new Set(ids);
  const now = store.now();
  const texts = [...tags, ...(group === undefined ? [] : [group])].map((name) => `"${name}"`);
  // JSON can write any letter as an escape.
  const mayHave = (content: string) =>
    content.includes("\\u") || texts.every((text) => content.includes(text));
  const hasMarks = (job: Job) =>
    (group === undefined || job.group === group) && tags.every((tag) => job.tags?.includes(tag));
  return (entry) => {
    if (wanted && !wanted.has(entry.id)) return false;
    const byName = !states || isInState(entry, states, now);
    if (!byName && !(entry.state === "dead" && states.includes("cancelled"))) return false;
    if (byName && texts.length === 0) return true;
    const job = readIf(store, entry, texts.length === 0 ? () => true : mayHave);
    return job !== undefined && (byName || wasCancelled(job)) && hasMarks(job);
  };
}

function isInState(entry: Entry, states: readonly SelectableState[], now: number): boolean {
  if (states.includes(entry.state)) return true;
  if (entry.state === "failed") return entry.time >= HELD_TIME && states.includes("held");
  const division = entry.state === "pending" ? divisionOf(nameOf(entry.path), now) : undefined;
  return division !== undefined && states.includes(division);
}

/** The job of an entry, parsed only if its text is likely. One that cannot be read is none. */
function readIf(store: Store, entry: Entry, isLikely: (text: string) => boolean): Job | undefined {
  const path = entryPath(store, entry);
  const stat = store.files.stat(path);
  if (!stat || fileFault(store, stat) !== undefined) return undefined;
  try {
    if (stat.size <= SMALL) {
      const content = ifThere(() => new TextDecoder().decode(store.files.read(path)));
      if (content === undefined || !isLikely(content)) return undefined;
    }
    return readEntry(store, entry);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}
