/**
 * Reporting changes in a queue as they happen on this machine.
 *
 * @module
 */

import { type Interest, watchByInotify } from "./inotify.ts";
import { libc } from "./libc.ts";

/** An entry that changed. */
export interface Change {
  /** The queue's directory that holds it: `pending`, `workers` …; empty for the queue's own. */
  directory: string;
  /** The entry's name. */
  name: string;
  /** Whether the event says that it was removed. */
  removed: boolean;
}

/**
 * Calls back for each change in some of a queue's directories, until the returned function is
 * called.
 *
 * Events are no guarantee: another machine's changes send none, and the kernel drops some under
 * load. A caller that must not miss a change also polls.
 *
 * @param dir The queue.
 * @param directories Which of its directories; `""` for the queue itself.
 * @param onChange Called for each change.
 * @param interests Which events of a directory to report. Default: all; others may come too.
 * @param pause How long to let changes gather after some were reported, in milliseconds, so that a
 * busy queue costs less. Default: 0.
 * @returns A function that ends the watching.
 */
export function watchQueue(
  dir: string,
  directories: readonly string[],
  onChange: (change: Change) => void,
  interests: Readonly<Record<string, Interest>> = {},
  pause: number = 0,
): () => void {
  const c = libc();
  const watched = directories.map((name) => ({
    path: name === "" ? dir : `${dir}/${name}`,
    interest: interests[name] ?? "contents",
  }));
  const unwatch = c && watchByInotify(
    c,
    watched,
    (index, name, removed) => onChange({ directory: directories[index]!, name, removed }),
    pause,
  );
  return unwatch ?? watchByRuntime(dir, watched.map(({ path }) => path), onChange);
}

/** For a system without inotify, or one that has no more watches to give. */
function watchByRuntime(
  dir: string,
  paths: string[],
  onChange: (change: Change) => void,
): () => void {
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(paths, { recursive: false });
  } catch {
    // This machine has no more watches: polling must do.
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
        onChange({ directory, name: path.slice(slash + 1), removed: event.kind === "remove" });
      }
    }
  })();
  return () => {
    if (closed) return;
    closed = true;
    watcher.close();
  };
}

/**
 * The next event. The runtime cannot read one whose name is not UTF-8; the watcher goes on after
 * it.
 */
async function nextEvent(watcher: Deno.FsWatcher): Promise<Deno.FsEvent | "unreadable" | "ended"> {
  try {
    const { done, value } = await watcher[Symbol.asyncIterator]().next();
    return done ? "ended" : value;
  } catch (error) {
    if (error instanceof TypeError) return "unreadable";
    throw error;
  }
}
