/**
 * Two machines that try a queue's file system at the same time meet in its tmp/: each has a locked
 * file there, gives signs of life on it, and tries to lock the other's.
 *
 * @module
 */

import { hostOf, newWorkerName } from "../format/worker_names.ts";
import { ifThere, NEW_SUFFIX, pathIn, removeIfPossible, type Store } from "../store/store.ts";
import { createLocked } from "../store/temporary_files.ts";

/** What a try came to. */
export interface ProbeResult {
  /** What was tried, in a few words. */
  check: string;
  /** Whether a queue can be worked so; `null` if that could not be tried. */
  ok: boolean | null;
  /** What was found. */
  found: string;
  /** What to do, if it is not ok. */
  remedy?: string;
}

/** What begins the name of the file by which one is met. */
const PREFIX = "probe-";

/** How long to wait for another machine, in milliseconds. */
const WAIT = 20_000;

/** How long to stay after the other was met, which may not have met this one yet. */
const STAY = 4_000;

/** How often to give a sign, and to look for one, in milliseconds. */
const EVERY = 500;

/** So many signs of the other, with its lock held or free at each, decide. */
const ENOUGH_SIGNS = 3;

/** What was seen of another. */
interface Other {
  mark: string;
  signs: number;
  held: number;
}

/**
 * Waits for another machine and tries its lock.
 *
 * @param remedy What to do if locks do not reach it.
 * @param waiting Called first, with the seconds to wait.
 */
export async function meetOther(
  store: Store,
  remedy: string,
  waiting: (seconds: number) => void,
): Promise<ProbeResult> {
  const check = "locks between machines";
  const own = newWorkerName(Deno.hostname(), Deno.pid);
  const path = pathIn(store, "tmp", PREFIX + own + NEW_SUFFIX);
  const lock = createLocked(store, path, new Uint8Array());
  waiting(WAIT / 1000);
  const seen = new Map<string, Other>();
  let result: ProbeResult | undefined;
  try {
    let end = performance.now() + WAIT;
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      lock.renew(store.now());
      if (result) continue;
      const met = lookAround(store, hostOf(own), seen);
      if (!met) continue;
      const found = met.isHeld
        ? `reach ${met.host}, whose lock is respected here`
        : `do not reach here from ${met.host}: its lock could be taken while it held it`;
      result = { check, ok: met.isHeld, found, ...(!met.isHeld && { remedy }) };
      end = performance.now() + STAY;
    }
  } finally {
    removeIfPossible(store, path);
    lock.release();
  }
  const none = `no other machine was met in ${WAIT / 1000} s; run this on two machines at once`;
  return result ?? { check, ok: null, found: none };
}

/** Looks for others; returns the first of which enough is known. */
function lookAround(
  store: Store,
  host: string,
  seen: Map<string, Other>,
): { host: string; isHeld: boolean } | undefined {
  for (const { name } of [...store.files.list(pathIn(store, "tmp"))]) {
    if (!name.startsWith(PREFIX) || !name.endsWith(NEW_SUFFIX)) continue;
    const other = hostOf(name.slice(PREFIX.length, -NEW_SUFFIX.length));
    if (other === host) continue;
    const path = pathIn(store, "tmp", name);
    const mtime = store.files.stat(path, "fresh")?.mtime;
    if (mtime === undefined) continue;
    const before = seen.get(name) ?? { mark: `${mtime}`, signs: 0, held: 0 };
    seen.set(name, before);
    // Where a client keeps attributes, opening the file has them asked for anew.
    const lock = ifThere(() => store.files.tryLock(path));
    lock?.release();
    if (before.mark === `${mtime}`) continue;
    before.mark = `${mtime}`;
    before.signs++;
    if (!lock) before.held++;
    // One that has given its last sign may just have gone.
    if (before.signs >= ENOUGH_SIGNS) {
      return { host: other, isHeld: before.held >= ENOUGH_SIGNS - 1 };
    }
  }
}
