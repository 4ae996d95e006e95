/**
 * Where a job's log lies. It belongs beside its job; between two moves, or when someone moved the
 * job by hand, it may still lie where the job came from.
 *
 * @module
 */

import { entries } from "./entries.ts";
import { JOB_STATES, type JobState } from "../format/names.ts";
import { visibleText } from "../text/shown_text.ts";
import { pathIn, putAside, removeIfThere, renameIfThere, type Store } from "../store/store.ts";

/** The name of a job's log. */
export function logName(id: string): string {
  return `${id}.log`;
}

/** What queuectl itself writes into a log, among what its job printed: a sentence, in which a terminal obeys nothing. */
export function ownLine(sentence: string): Uint8Array {
  return new TextEncoder().encode(`queuectl: ${visibleText(sentence)}\n`);
}

/** The path of a job's log, wherever it lies, or `undefined` if it has printed nothing yet. */
export function findLog(store: Store, id: string, beside: JobState): string | undefined {
  for (const state of [beside, ...JOB_STATES]) {
    const path = pathIn(store, state, logName(id));
    if (store.files.stat(path)?.kind === "file") return path;
  }
}

/**
 * Brings a job's log beside where the job is about to be. Only whoever owns the job may call it: the worker
 * that claimed it, or whoever recovers it.
 *
 * @param from Where to look first; the other states follow.
 * @param to Where it goes.
 * @param beside The path that the job's file is about to have, if the job is to rest there. A log that lies in
 * `to` without a file here is replaced, and if there is no log an empty one is made, except in pending/.
 * @returns `false` if a log lies in `to` that is not to be replaced, so that nothing moved.
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
    // A fifo, say: the command would wait for ever for someone to read what it prints.
    if (to === "processing" && store.files.stat(source)?.kind !== "file") continue;
    try {
      store.files.renameNew(source, target);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    const own = store.files.stat(source);
    if (own && own.identity === store.files.stat(target)?.identity) {
      // One file: a power cut has brought back the name that it had before.
      removeIfThere(store, source);
      return true;
    }
    if (beside === undefined || store.files.stat(beside)) return false;
    // A log without a job: what a removal that was cut off left behind. Nothing else is replaced.
    // What is no log at all is in the way, and no reason for the job to be another.
    putAside(store, target);
    if (renameIfThere(store, source, target)) return true;
  }
  // One that waits has a log only if it has run.
  if (beside !== undefined && to !== "pending") putAside(store, target);
  if (beside !== undefined && to !== "pending" && !store.files.exists(target)) {
    store.files.append(target, new Uint8Array());
  }
  return true;
}

/**
 * Brings each log that was left in processing/ beside its job, which is done or dead: a power cut can keep
 * the move of a job and not that of its log.
 */
export function reuniteLogs(store: Store): void {
  const left = new Set<string>();
  for (const { name } of store.files.list(pathIn(store, "processing"))) {
    if (name.endsWith(".log")) left.add(name.slice(0, -".log".length));
  }
  if (left.size === 0) return;
  for (const { id } of entries(store, "processing")) left.delete(id);
  for (const id of left) {
    const state = (["done", "dead"] as const).find((state) =>
      store.files.exists(pathIn(store, state, `${id}.json`))
    );
    if (state) bringLog(store, id, "processing", state);
  }
}
