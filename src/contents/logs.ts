/**
 * Where a job's log lies: beside its job. Between two moves, or after a move by hand, it may still
 * lie where the job came from.
 *
 * @module
 */

import { JOB_STATES, type JobState } from "../format/names.ts";
import { haveOneFile } from "../fs/rename_by_link.ts";
import {
  ifThere,
  pathIn,
  putAside,
  readIfThere,
  removeIfThere,
  renameIfThere,
  renameNew,
  statEvenIfNew,
  type Store,
} from "../store/store.ts";
import { visibleText } from "../text/shown_text.ts";
import { endOf, entries } from "./entries.ts";

/** A larger log that came back is left to people, in bytes. */
const MOST_COMPARED = 8 * 1024 * 1024;

/** The name of a job's log. */
export function logName(id: string): string {
  return `${id}.log`;
}

/**
 * A sentence of queuectl itself for a job's log, without control characters that a terminal would
 * obey.
 */
export function ownLine(sentence: string): Uint8Array {
  return new TextEncoder().encode(`queuectl: ${visibleText(sentence)}\n`);
}

/**
 * Makes a log that a command is about to open, where root works another user's queue: otherwise
 * it would be root's. A failure is left to the command's start, which reports it.
 *
 * @param isNew Whether the log must be missing.
 * @returns Whether the command's start must find it missing still.
 */
export function makeOwnersLog({ files, owner }: Store, path: string, isNew: boolean): boolean {
  if (owner === Deno.uid()) return isNew;
  try {
    if (isNew) files.create(path, new Uint8Array());
    else files.append(path, new Uint8Array());
    return false;
  } catch {
    // The start opens the same path.
    return isNew;
  }
}

/**
 * The path of a job's log, wherever it lies; `undefined` if it has printed nothing yet.
 *
 * @param how With `fresh`, where it lies now, whatever this machine remembers.
 */
export function findLog(
  store: Store,
  id: string,
  beside: JobState,
  how?: "fresh",
): string | undefined {
  return [beside, ...JOB_STATES].map((state) => pathIn(store, state, logName(id)))
    .find((path) =>
      (how === undefined || store.files.exists(path, how)) &&
      store.files.stat(path)?.kind === "file"
    );
}

/**
 * Brings a job's log beside the place where the job is about to be. Only the owner of the job may
 * call it: the worker that claimed it, or the one that recovers it.
 *
 * @param from Where to look first; the other states follow.
 * @param to Where it goes.
 * @param beside The path that the job's file is about to have, if the job is to rest there. A log
 * in `to` without this file is replaced; if there is no log an empty one is made, except in
 * pending/.
 * @returns `false` if another job's log lies in `to`, so that nothing moved.
 */
export function bringLog(
  store: Store,
  id: string,
  from: JobState,
  to: JobState,
  beside?: string,
): boolean {
  const target = pathIn(store, to, logName(id));
  for (const state of [from, ...JOB_STATES]) {
    if (state === to) continue;
    const source = pathIn(store, state, logName(id));
    // A command would wait forever for a reader of a fifo.
    if (to === "processing" && statEvenIfNew(store, source)?.kind !== "file") continue;
    const result = renameEvenIfNew(store, source, target);
    if (result === "renamed") return true;
    if (result === "gone") continue;
    if (ifThere(() => haveOneFile(store.files, source, target))) {
      // One file: a power cut has brought back the name that it had before.
      removeIfThere(store, source);
      return true;
    }
    if (beside === undefined || store.files.exists(beside, "fresh")) return false;
    // A log without a job, left by a removal that was cut off. Anything that is no log is put
    // aside.
    putAside(store, target);
    if (renameIfThere(store, source, target)) return true;
  }
  // A waiting job has a log only if it has run.
  if (beside !== undefined && to !== "pending") {
    putAside(store, target);
    if (!store.files.exists(target, "fresh")) store.files.append(target, new Uint8Array());
  }
  return true;
}

/** `renameNew`, also of a log that another machine has brought to this place just now. */
function renameEvenIfNew(store: Store, from: string, to: string): ReturnType<typeof renameNew> {
  const result = renameNew(store, from, to);
  return result === "gone" && store.files.exists(from, "fresh")
    ? renameNew(store, from, to)
    : result;
}

/**
 * Brings each log left in processing/ beside its ended job: a power cut can undo the move of the
 * log alone.
 */
export function reuniteLogs(store: Store): void {
  const left = new Set<string>();
  for (const { name } of store.files.list(pathIn(store, "processing"))) {
    if (name.endsWith(".log")) left.add(name.slice(0, -".log".length));
  }
  if (left.size === 0) return;
  for (const { id } of entries(store, "processing")) left.delete(id);
  for (const id of left) {
    const end = endOf(store, id);
    if (end && !bringLog(store, id, "processing", end)) removeCopy(store, id, end);
  }
}

/**
 * Removes a log in processing/ that a volume of copies brought back, as it holds nothing that the
 * one beside the ended job lacks.
 */
function removeCopy(store: Store, id: string, end: JobState): void {
  if (store.files.isLocal(store.dir)) return;
  const [left, kept] = [pathIn(store, "processing", logName(id)), pathIn(store, end, logName(id))];
  const size = store.files.stat(left, "fresh")?.size ?? 0;
  if (size > MOST_COMPARED) return;
  const [copy, log] = [readIfThere(store, left), readIfThere(store, kept)];
  if (copy?.every((byte, at) => byte === log?.[at])) removeIfThere(store, left);
}
