/**
 * Tries what a queue needs of its file system, with files in tmp/ that count as strays should this
 * program be killed.
 *
 * @module
 */

import { lockAdvice, mountFault } from "../fs/known_mounts.ts";
import { mountOf } from "../fs/mounts.ts";
import { ifFree, removeIfPossible, type Store, temporaryPath } from "../store/store.ts";
import { createLocked, fileAges } from "../store/temporary_files.ts";
import { reasonWithin } from "../text/errors.ts";
import { meetOther, type ProbeResult } from "./meet_other.ts";

export type { ProbeResult };

/** Tries one thing; what it throws is found to be wrong. */
type Try = () => string | ProbeResult | Promise<string | ProbeResult>;

/**
 * Tries a queue's file system: its mount, renames, links, locks, flushes and times, and, where it
 * is not a local disk, whether another machine that does the same at this time respects its locks.
 *
 * @param waiting Called when all is done but for another machine, with the seconds to wait.
 */
export async function* probeFileSystem(
  store: Store,
  waiting: (seconds: number) => void = () => {},
): AsyncGenerator<ProbeResult> {
  const { files, dir } = store;
  const isLocal = files.isLocal(dir);
  yield describeMount(store, isLocal);
  const tries: [check: string, attempt: Try][] = [
    ["rename that replaces nothing", () => tryRename(store)],
    ["hard links", () => tryLinks(store)],
    ["locks between processes", () => tryLocks(store)],
    ["flush (fsync)", () => tryFlush(store)],
    ["times of files", () => tryTimes(store)],
  ];
  for (const [check, attempt] of tries) {
    try {
      const result = await attempt();
      yield typeof result === "string" ? { check, ok: true, found: result } : result;
    } catch (error) {
      yield { check, ok: false, found: reasonWithin(error), remedy: adviceFor(store) };
    }
  }
  if (!isLocal) yield await meetOther(store, adviceFor(store), waiting);
}

function adviceFor({ dir }: Store): string {
  return lockAdvice(mountOf(dir));
}

function describeMount({ dir }: Store, isLocal: boolean): ProbeResult {
  const mount = mountOf(dir);
  if (!mount) return { check: "mount", ok: null, found: "it is not known what is mounted here" };
  const { type, source, point, options } = mount;
  const what = `${type}, ${source} on ${point} (${options.join(",")})`;
  const fault = mountFault(mount);
  if (fault) {
    return { check: "mount", ok: false, found: `${what} ${fault.problem}`, remedy: fault.advice };
  }
  return { check: "mount", ok: true, found: isLocal ? `${what}: a disk of this machine` : what };
}

/** Makes files that are gone when the action ends. */
async function withFiles<T>(
  store: Store,
  count: number,
  action: (paths: string[]) => T | Promise<T>,
): Promise<T> {
  const paths = Array.from({ length: count }, () => temporaryPath(store));
  try {
    return await action(paths);
  } finally {
    for (const path of paths) removeIfPossible(store, path);
  }
}

const content = (text: string) => new TextEncoder().encode(text);

function tryRename(store: Store): Promise<string> {
  const { files } = store;
  return withFiles(store, 3, ([from, taken, free]) => {
    files.create(from!, content("from"));
    files.create(taken!, content("taken"));
    const text = (path: string) => new TextDecoder().decode(files.read(path));
    if (ifFree(() => files.renameNew(from!, taken!)) || text(taken!) !== "taken") {
      throw new Error("it replaced a file");
    }
    files.renameNew(from!, free!);
    if (text(free!) !== "from" || files.exists(from!)) throw new Error("it left the old name");
    files.rename(free!, taken!);
    if (text(taken!) !== "from") throw new Error("a rename that replaces did not");
    return "works";
  });
}

function tryLinks(store: Store): Promise<string | ProbeResult> {
  const { files } = store;
  return withFiles(store, 2, ([one, two]) => {
    files.create(one!, content("x"));
    try {
      files.link(one!, two!);
    } catch (error) {
      const found = `there are none (${reasonWithin(error)}): a job can be lost whose ID another ` +
        "machine takes at the same instant";
      return { check: "hard links", ok: null, found };
    }
    const [first, second] = [files.stat(one!), files.stat(two!, "fresh")];
    if (first?.identity === second?.identity && second!.links === 2) return "work";
    const found = "two names of one file look like two files: what a power cut doubles is not seen";
    return { check: "hard links", ok: null, found };
  });
}

function tryLocks(store: Store): Promise<string | ProbeResult> {
  const check = "locks between processes";
  return withFiles(store, 1, async ([path]) => {
    using held = scopedLock(createLocked(store, path!, content("")));
    const other = () => lockByOther(path!);
    const whileHeld = await other();
    held.release();
    const whileFree = await other();
    if (whileHeld === undefined || whileFree === undefined) {
      return { check, ok: null, found: "not tried: there is no program flock here" };
    }
    if (whileHeld) throw new Error("two processes hold one lock");
    if (!whileFree) throw new Error("a lock that was released is still held");
    return "exclude each other on this machine";
  });
}

function scopedLock(lock: { release(): void }): { release(): void } & Disposable {
  return { release: () => lock.release(), [Symbol.dispose]: () => lock.release() };
}

/** Whether another process can lock a file now; `undefined` if there is no program for it. */
async function lockByOther(path: string): Promise<boolean | undefined> {
  try {
    const { code } = await new Deno.Command("flock", {
      args: ["--exclusive", "--nonblock", path, "true"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return code === 0;
  } catch {
    return undefined;
  }
}

function tryFlush(store: Store): Promise<string> {
  return withFiles(store, 1, async ([path]) => {
    store.files.create(path!, content("x"));
    const begun = performance.now();
    await store.files.sync([path!, `${store.dir}/tmp`]);
    return `works, ${(performance.now() - begun).toFixed(1)} ms for a file and its folder`;
  });
}

/** How many files to make to see of which grain their times are. */
const SAMPLES = 5;

function tryTimes(store: Store): Promise<string | ProbeResult> {
  const check = "times of files";
  return withFiles(store, SAMPLES, async (paths) => {
    let isFine = false;
    for (const path of paths) {
      store.files.create(path, new Uint8Array());
      isFine ||= (store.files.stat(path)?.mtime ?? 0) % 1000 !== 0;
      await new Promise((resolve) => setTimeout(resolve, 7));
    }
    const grain = isFine ? "of a millisecond or less" : "of whole seconds";
    const ahead = fileAges(store)(store.now());
    if (Math.abs(ahead) < 5000) return grain;
    const found = `${grain}, ${Math.abs(ahead / 1000).toFixed(0)} s ` +
      `${ahead < 0 ? "behind" : "ahead of"} this machine's clock`;
    return { check, ok: false, found, remedy: "set the clocks, by NTP on all machines" };
  });
}
