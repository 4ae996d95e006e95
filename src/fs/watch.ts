/**
 * Hearing of changes in a queue as they happen, on this machine.
 *
 * @module
 */

import { type Interest, watchByInotify } from "./inotify.ts";
import { libc } from "./libc.ts";

/** An entry that changed: the queue's directory that it lies in (`""`: the queue itself), and its name. */
export interface Change {
  /** `pending`, `workers` and so on; empty for the queue's own directory. */
  directory: string;
  /** The entry's name. */
  name: string;
  /** Whether it is gone, as far as the event tells. */
  removed: boolean;
}

/**
 * Calls back for each change in some of a queue's directories, until the returned function is called.
 *
 * Events are a help and not a promise: another machine's changes send none, and the kernel drops some
 * under load. Whoever needs to be sure looks again now and then.
 *
 * @param dir The queue.
 * @param directories Which of its directories; `""` for the queue itself.
 * @param changed Called for each change.
 * @param interests What of a directory is of interest, where that is not all. Other events may come all the same.
 * @returns A function that ends the watching.
 */
export function watchQueue(
  dir: string,
  directories: readonly string[],
  changed: (change: Change) => void,
  interests: Readonly<Record<string, Interest>> = {},
): () => void {
  const c = libc();
  const watched = directories.map((name) => ({
    path: name === "" ? dir : `${dir}/${name}`,
    interest: interests[name] ?? "contents",
  }));
  const unwatch = c && watchByInotify(
    c,
    watched,
    (index, name, removed) => changed({ directory: directories[index]!, name, removed }),
  );
  return unwatch ?? watchByRuntime(dir, watched.map(({ path }) => path), changed);
}

/** Where there is no inotify, or no more of it to be had, the runtime may still have a way. */
function watchByRuntime(
  dir: string,
  paths: string[],
  changed: (change: Change) => void,
): () => void {
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(paths, { recursive: false });
  } catch {
    // No more watches to be had on this machine: what looks now and then must do.
    return () => {};
  }
  let closed = false;
  (async () => {
    while (!closed) {
      const event = await nextEvent(watcher);
      if (closed || event === "ended") return;
      if (event === "unreadable" || event.kind === "access") continue;
      for (const path of event.paths) {
        const slash = path.lastIndexOf("/");
        const directory = slash === dir.length ? "" : path.slice(dir.length + 1, slash);
        changed({ directory, name: path.slice(slash + 1), removed: event.kind === "remove" });
      }
    }
  })();
  return () => {
    if (closed) return;
    closed = true;
    watcher.close();
  };
}

/** The next event. One for a name that is not UTF-8 cannot be read, and the watcher goes on after it. */
async function nextEvent(watcher: Deno.FsWatcher): Promise<Deno.FsEvent | "unreadable" | "ended"> {
  try {
    const { done, value } = await watcher[Symbol.asyncIterator]().next();
    return done ? "ended" : value;
  } catch (error) {
    if (error instanceof TypeError) return "unreadable";
    throw error;
  }
}
