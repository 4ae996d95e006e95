/**
 * What a worker that died had begun to settle: see settle.ts for the steps. Its lock must be held.
 *
 * @module
 */

import { entries, readEntry, readJobFile } from "./entries.ts";
import type { Job } from "./job.ts";
import { logName } from "./logs.ts";
import { freshIdLike, type MeantName, parseEntryName, parseMeantName } from "./names.ts";
import type { Settlement } from "./settle.ts";
import { flush, pathIn, removeIfThere, renameIfThere, type Store } from "./store.ts";

/**
 * Takes over what a dead worker had begun to settle. What it had not yet written down goes back to
 * processing/.
 *
 * @param worker The dead worker.
 * @param by Whose the jobs are from now on.
 * @param takenOver Gets the jobs whose results it had written down, to be settled as it meant; each as
 * soon as it is ours, so that none is forgotten should the disk refuse the next.
 */
export async function takeOverSettling(
  store: Store,
  worker: string,
  by: string,
  takenOver: Settlement[],
): Promise<void> {
  /** The names of running jobs that it had taken to settle, by ID; and what it meant them to become. */
  const taken = new Map<string, string>();
  const meant: (MeantName & { name: string })[] = [];
  for (const { name } of store.files.list(pathIn(store, "tmp"))) {
    const parsed = parseMeantName(name);
    if (parsed?.worker === worker) meant.push({ ...parsed, name });
    const entry = parseEntryName(name);
    if (entry?.worker === worker) taken.set(entry.id, name);
  }
  const alone = new Set([...taken.keys()].filter((id) => !meant.some((each) => each.id === id)));
  for (const { id } of meant) if (!taken.has(id)) alone.add(id);
  const elsewhere = findElsewhere(store, alone);

  for (const { id, name, final, state } of meant) {
    const path = pathIn(store, "tmp", name);
    const job = readJob(store, path, id);
    const running = taken.get(id);
    const settlement = (progress: Settlement["progress"], job: Job): Settlement => ({
      claim: { id, name: ours(running ?? "", worker, by), time: 0, worker: by, job, logOffset: 0 },
      job,
      state,
      readyAt: parseEntryName(final)!.time,
      progress,
    });
    if (running !== undefined && job) {
      // Of the two names the running one decides who settles the job, should the worker only be believed
      // dead. What was meant is then written anew, under our own name.
      taken.delete(id);
      const source = pathIn(store, "tmp", running);
      if (!renameIfThere(store, source, pathIn(store, "tmp", ours(running, worker, by)))) continue;
      takenOver.push(settlement("taken", job));
      removeIfThere(store, path);
    } else if (running !== undefined) {
      // Torn: what it was to replace is still there.
      removeIfThere(store, path);
    } else if (elsewhere.get(id)?.some((other) => !job || isSameJob(job, other))) {
      // A power cut kept this and not the step before it: the job never left where it was. Or another has
      // settled it since.
      removeIfThere(store, path);
    } else if (job) {
      if (renameIfThere(store, path, pathIn(store, "tmp", `${final}@${by}.${state}`))) {
        takenOver.push(settlement("owned", job));
      }
    } else await buryTorn(store, name, id);
  }
  for (const [id, name] of taken) {
    const path = pathIn(store, "tmp", name);
    const job = readJob(store, path, id);
    // The shadow of a job that was settled: a power cut can bring back a name whose removal had not
    // reached the disk.
    const isShadow = job && elsewhere.get(id)?.some((other) => isSameJob(job, other));
    if (isShadow) removeIfThere(store, path);
    else renameIfThere(store, path, pathIn(store, "processing", name));
  }
}

/** The name of a job in processing/ or tmp/ once it has changed hands. */
export function ours(name: string, worker: string, by: string): string {
  return name.replace(`@${worker}.json`, () => `@${by}.json`);
}

function readJob(store: Store, path: string, id: string): Job | undefined {
  try {
    const stat = store.files.stat(path);
    return stat && readJobFile(store, path, stat, id).job;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The jobs of some IDs that lie in a state directory, and not in tmp/ to be settled. */
function findElsewhere(store: Store, ids: ReadonlySet<string>): Map<string, Job[]> {
  const found = new Map<string, Job[]>();
  if (ids.size === 0) return found;
  const note = (id: string, job: Job | undefined) => {
    if (job) found.set(id, [...found.get(id) ?? [], job]);
  };
  for (const state of ["done", "dead"] as const) {
    for (const id of ids) {
      note(
        id,
        readEntry(store, { id, state, path: `${id}.json`, time: 0, priority: 0, bare: true }),
      );
    }
  }
  for (const state of ["failed", "processing", "pending"] as const) {
    for (const entry of entries(store, state)) {
      if (!ids.has(entry.id) || entry.path.startsWith("../")) continue;
      note(entry.id, readEntry(store, entry));
    }
  }
  return found;
}

/** Whether two files of one ID are one job at two times, and not two jobs of which one was dropped by hand. */
function isSameJob(one: Job, other: Job): boolean {
  return one.created_at === other.created_at;
}

/** A torn result with nothing to fall back on: the flush was turned off. */
async function buryTorn(store: Store, name: string, id: string): Promise<void> {
  const fresh = freshIdLike(id);
  const log = pathIn(store, "dead", logName(fresh));
  store.files.append(
    log,
    new TextEncoder().encode(`queuectl: what was recorded of job ${id} was cut off\n`),
  );
  renameIfThere(store, pathIn(store, "tmp", name), pathIn(store, "dead", `${fresh}.json`));
  await flush(store, [log, pathIn(store, "dead")]);
}
