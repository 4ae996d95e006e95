/**
 * Opening a queue directory, and making one.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { type Config, withDefaults } from "../format/config.ts";
import { QueueError, reasonOf, UsageError } from "../text/errors.ts";
import { FORMAT, FORMAT_NUMBER, formatFault, formatIn } from "./format_version.ts";
import type { DirectoryEntry, FilePort } from "../fs/file_port.ts";
import type { QueuePlace } from "./locate_queue.ts";
import { JOB_STATES } from "../format/names.ts";
import { portableFiles } from "../fs/portable_files.ts";
import { refuseOldDeno } from "./old_deno.ts";
import { later } from "../text/later.ts";
import { quotedPath } from "../text/shown_text.ts";
import {
  ifFree,
  listIfThere,
  type LockWait,
  makeDirectory,
  readIfThere,
  removeIfPossible,
  type Store,
  syncPaths,
  temporaryPath,
} from "./store.ts";
import {
  filesFor,
  LATER_PARTS,
  PARTS,
  QUEUE_FILES,
  refuseIncomplete,
  refuseUnsafeParts,
  refuseUnsafePlace,
} from "./trust.ts";

const NEW: ReadonlySet<string> = new Set([...PARTS, "VERSION"]);
const KNOWN: ReadonlySet<string> = new Set([...NEW, ...LATER_PARTS, ...QUEUE_FILES]);

/** How to open a store; all of it for tests. */
export interface StoreOptions {
  /** The file access. Default: the real disk, by the calls of the runtime. */
  files?: FilePort;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Whether a broken config.json counts as empty: for commands that repair it or need none. */
  evenMisconfigured?: boolean;
  /** How to wait for the queue's lock. Default: a minute, in silence. */
  lockWait?: LockWait;
  /** Whether parts of the queue may be missing: for commands that make them. */
  evenIncomplete?: boolean;
  /** Whether it may be of an older format: for the command that upgrades it. */
  evenOlder?: boolean;
  /** Whether to make a queue of a missing or empty directory. Default: yes. */
  create?: boolean;
  /** Called with the new queue before it is made: nothing is made if this throws. */
  making?: (store: Store) => void | Promise<void>;
  /** Called when this call made the directory a queue. */
  created?: () => void;
  /** Called when VERSION was missing from a queue that has jobs, and was written again. */
  restored?: () => void;
  /** Whether root may use the queue of another user. Default: no. */
  ofAnyUser?: boolean;
}

/**
 * Opens a queue directory, once it is known to be safe; makes it a queue if it is missing or empty.
 * The only way to a {@linkcode Store}: nothing is read, made or removed in a queue that fails the
 * rules of trust.ts.
 *
 * @param place Its directory, absolute, or the result of {@linkcode locateQueue}.
 * @throws {NoQueueError} If there is no queue, and none is to be made.
 * @throws {QueueError} If it is unsafe, holds other things, is of another format, or cannot be
 * reached; or if the runtime is too old.
 */
export async function openStore(
  place: string | QueuePlace,
  options: StoreOptions = {},
): Promise<Store> {
  refuseOldDeno(Deno.version.deno);
  const { dir, found } = typeof place === "string" ? { dir: place, found: false } : place;
  const { files = portableFiles, now = Date.now, lockWait } = options;
  try {
    const owner = refuseUnsafePlace(files, dir, options.ofAnyUser);
    const port = owner === null || owner === Deno.uid() ? files : await filesFor(files, dir);
    let entries = entriesIn(files, dir);
    if (found) await refuseUntrusted(dir, entries);
    refuseUnsafeParts(files, dir, entries, owner);
    if (!has(entries, "VERSION") || !isQueue(files, dir, options.evenOlder)) {
      if (options.create === false && !isWhole(entries)) throw new NoQueueError(dir, entries);
      // Looking changes nothing.
      if (options.create === false && !options.evenIncomplete) {
        throw new QueueError(
          `${dir} is a queue whose VERSION is missing; write it again, and see what else is ` +
            `missing, with: queuectl --dir ${quotedPath(dir)} doctor`,
        );
      }
      const hadJobs = JOB_STATES.some((state) => entriesIn(files, `${dir}/${state}`).length > 0);
      if (!hadJobs) {
        await options.making?.({
          dir,
          files: port,
          now,
          config: withDefaults({}),
          owner,
          lockWait,
        });
      }
      const isOurs = await initialise(port, dir, owner, found);
      entries = entriesIn(files, dir);
      if (isOurs && hadJobs) options.restored?.();
      else if (isOurs && options.create !== false) options.created?.();
    }
    if (!options.evenIncomplete) refuseIncomplete(dir, entries);
    const set = has(entries, "config.json")
      ? await readSettings(files, dir, owner, options.evenMisconfigured ?? false)
      : {};
    return { dir, files: port, now, config: withDefaults(set), owner, lockWait };
  } catch (error) {
    // What the runtime was started without has nothing to do with the user; it names the option.
    if (error instanceof QueueError || error instanceof UsageError) throw error;
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new QueueError(`no permission to use the queue ${dir} as this user`);
    }
    throw new QueueError(`cannot open the queue ${dir}: ${reasonOf(error)}`);
  }
}

/** The directory is not a queue. */
export class NoQueueError extends QueueError {
  /**
   * Makes the error.
   *
   * @param entries What lies in the directory.
   */
  constructor(dir: string, entries: readonly DirectoryEntry[]) {
    const other = entries.find(({ name }) => !NEW.has(name) && !name.startsWith("."));
    super(
      other
        ? `${dir} is not a queue (it holds "${other.name}")`
        : `there is no queue at ${dir} (queuectl enqueue makes one)`,
    );
  }
}

/** @throws {QueueError} If a queue that nobody named was not made here. */
async function refuseUntrusted(dir: string, entries: readonly DirectoryEntry[]): Promise<void> {
  // An empty directory holds no commands.
  if (isEmpty(entries)) return;
  const { isTrusted } = await trustedQueues();
  if (isTrusted(dir)) return;
  throw new QueueError(
    `${dir} was not made on this machine by you: it was copied, moved, cloned or restored, and may ` +
      `hold commands that are not yours; look at it first (queuectl --dir ${
        quotedPath(dir)
      } list, ` +
      `schedule list, config show), then accept it with: queuectl trust ${quotedPath(dir)}`,
  );
}

function trustedQueues(): Promise<typeof import("./trusted_queues.ts")> {
  return import(later("./trusted_queues.ts"));
}

function has(entries: readonly DirectoryEntry[], wanted: string): boolean {
  return entries.some(({ name }) => name === wanted);
}

function isEmpty(entries: readonly DirectoryEntry[]): boolean {
  return entries.every(({ name }) => name.startsWith("."));
}

/** Whether all directories of a queue are there: only VERSION is missing. */
function isWhole(entries: readonly DirectoryEntry[]): boolean {
  return JOB_STATES.every((state) => has(entries, state));
}

/** The entries of a queue's directory; none if it is missing. */
function entriesIn(files: FilePort, dir: string): DirectoryEntry[] {
  return [...listIfThere({ files }, dir)];
}

async function readSettings(
  files: FilePort,
  dir: string,
  owner: number | null,
  evenBroken: boolean,
): Promise<Partial<Config>> {
  const { readConfig } = await import(
    later("./config_file.ts")
  ) as typeof import("./config_file.ts");
  try {
    return readConfig(files, dir, owner);
  } catch (error) {
    if (evenBroken && error instanceof QueueError) return {};
    throw error;
  }
}

function isQueue(files: FilePort, dir: string, evenOlder = false): boolean {
  const content = readIfThere({ files }, `${dir}/VERSION`);
  if (!content) return false;
  // Byte by byte: the first decoder of a process costs as much as the flush of a job.
  if (
    content.length === FORMAT.length && content.every((byte, at) => byte === FORMAT.charCodeAt(at))
  ) {
    return true;
  }
  const format = formatIn(content) ?? Infinity;
  if (format === FORMAT_NUMBER || (evenOlder && format < FORMAT_NUMBER)) return true;
  throw new QueueError(formatFault(dir, content));
}

/** Makes a directory a queue; returns whether it was this process that wrote its VERSION. */
async function initialise(
  files: FilePort,
  dir: string,
  owner: number | null,
  found: boolean,
): Promise<boolean> {
  const made: string[] = [];
  const changed = makeParents(files, dir, made);
  // Another may have made the directory since the first look.
  refuseUnsafePlace(files, dir, owner !== Deno.uid());
  // Another process may be making the queue right now.
  const entries = entriesIn(files, dir);
  // A queue that has lost only its VERSION is made whole.
  const known = isWhole(entries) ? KNOWN : NEW;
  for (const { name } of entries) {
    if (!known.has(name) && !name.startsWith(".")) {
      // The other process may have made it, and begun to use it, since.
      if (isQueue(files, dir)) return false;
      throw new QueueError(
        `${dir} is not a queue and not empty (it holds "${name}"); choose another directory`,
      );
    }
  }
  if (isEmpty(entries)) await noteAsOurs(dir, found);
  try {
    for (const part of PARTS) makeIfMissing(files, `${dir}/${part}`, made);
    const temporary = temporaryPath({ dir }, "VERSION-");
    made.push(temporary);
    files.create(temporary, new TextEncoder().encode(FORMAT));
    // VERSION says that all the rest is there, so a power cut must not keep VERSION alone.
    await syncPaths(files, [temporary, dir]);
    const isOurs = ifFree(() => files.renameNew(temporary, `${dir}/VERSION`));
    if (isOurs) made.push(`${dir}/VERSION`);
    else files.remove(temporary);
    // A power cut that loses the directory would lose the jobs in it.
    await syncPaths(files, [...changed, dir]);
    return isOurs;
  } catch (error) {
    // The next program must not take what could not be flushed for durable.
    for (const path of made.reverse()) removeIfPossible({ files }, path);
    throw error;
  }
}

/**
 * Notes that the queue about to be made in an empty directory is the user's own, if it can be found
 * by walking up. Before anything is in it: two who make it at once trust each other's beginning.
 */
async function noteAsOurs(dir: string, found: boolean): Promise<void> {
  if (!found && !dir.endsWith("/.queuectl")) return;
  const { trustQueue } = await trustedQueues();
  try {
    trustQueue(dir);
  } catch (error) {
    // A queue that was named needs no note.
    if (found) throw error;
  }
}

/** Makes a directory and its parents, and returns the directories that have a new name in them. */
export function makeParents(files: FilePort, dir: string, made: string[]): string[] {
  if (files.stat(dir)) return [];
  const parent = dirname(dir);
  const changed = makeParents(files, parent, made);
  makeIfMissing(files, dir, made);
  return [...changed, parent];
}

/** @param made Gets the path if it was missing. */
function makeIfMissing(files: FilePort, path: string, made: string[]): void {
  if (makeDirectory({ files }, path)) made.push(path);
}
