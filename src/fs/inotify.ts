/**
 * inotify(7) through the C library: the kernel reports only the events asked for. The runtime's own
 * watcher asks for all, each open of a file or directory included, and a busy queue is full of
 * those.
 *
 * @module
 */

import { type Libc, nameFromBytes, pathBytes } from "./libc.ts";
import { INOTIFY_EVENT, LIBC } from "./linux_abi.ts";

/** Events of more bytes than this, gathered in one pause, gather for several pauses next time. */
const MANY = 4096, SEVERAL = 8;

/** Which events of a directory to report: new names; also removed names; also writes. */
export type Interest = "arrivals" | "names" | "contents";

const ARRIVALS = LIBC.IN_CREATE | LIBC.IN_MOVED_TO;
const REMOVALS = LIBC.IN_DELETE | LIBC.IN_MOVED_FROM;
const MASKS: Readonly<Record<Interest, number>> = {
  arrivals: ARRIVALS,
  names: ARRIVALS | REMOVALS,
  contents: ARRIVALS | REMOVALS | LIBC.IN_MODIFY,
};

/** A directory to watch. */
export interface Watched {
  /** Its path. */
  path: string;
  /** Which of its events. */
  interest: Interest;
}

/**
 * Watches directories until the returned function is called.
 *
 * @param onEvent Called for each event with the index of its directory.
 * @param pause How long to let events gather after some came, in milliseconds. Default: 0.
 * @returns `undefined` if the directories cannot be watched.
 */
export function watchByInotify(
  c: Libc,
  directories: readonly Watched[],
  onEvent: (index: number, name: string, removed: boolean) => void,
  pause: number = 0,
): (() => void) | undefined {
  const fd = c.inotify_init1(LIBC.IN_CLOEXEC);
  if (fd < 0) return undefined;
  const indexes = new Map<number, number>();
  for (const [index, { path, interest }] of directories.entries()) {
    const watch = c.inotify_add_watch(fd, pathBytes(path), MASKS[interest] | LIBC.IN_ONLYDIR);
    if (watch < 0) {
      c.close(fd);
      return undefined;
    }
    indexes.set(watch, index);
  }
  let closed = false;
  let failures = 0;
  (async () => {
    const buffer = new Uint8Array((pause > 0 ? 128 : 16) * 1024);
    while (!closed) {
      // Another thread waits for the next events.
      const length = Number(await c.readOnThread(fd, buffer, BigInt(buffer.length)));
      // A failed read works the next time, or never.
      if (length <= 0 && ++failures > 10) break;
      for (const { watch, mask, name } of eventsIn(buffer.subarray(0, Math.max(0, length)))) {
        const index = indexes.get(watch);
        if (closed || index === undefined || name === "") continue;
        onEvent(index, name, (mask & REMOVALS) !== 0);
      }
      // Each read wakes two threads. A buffer that was nearly full says that more wait.
      if (pause > 0 && length < buffer.length / 2 && !closed) {
        const pauses = length > MANY ? SEVERAL : 1;
        await new Promise((resolve) => setTimeout(resolve, pause * pauses));
      }
    }
    c.close(fd);
  })();
  return () => {
    if (closed) return;
    closed = true;
    // Removing a watch is an event too, which wakes the waiting thread.
    for (const watch of indexes.keys()) c.inotify_rm_watch(fd, watch);
  };
}

function* eventsIn(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<{ watch: number; mask: number; name: string }> {
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // An event that would end behind the others makes no sense: polling finds what it said.
  for (let at = 0, end; at + INOTIFY_EVENT.name <= bytes.length; at = end) {
    const begin = at + INOTIFY_EVENT.name;
    end = begin + fields.getUint32(at + INOTIFY_EVENT.len, true);
    if (end > bytes.length) return;
    const nul = bytes.indexOf(0, begin);
    yield {
      watch: fields.getInt32(at + INOTIFY_EVENT.wd, true),
      mask: fields.getUint32(at + INOTIFY_EVENT.mask, true),
      name: nameFromBytes(bytes.subarray(begin, nul >= begin && nul < end ? nul : end)),
    };
  }
}
