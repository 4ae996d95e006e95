/**
 * Which directory is the queue, and opening it.
 *
 * @module
 */

import { type Config, withDefaults } from "./config.ts";
import { QueueError, reasonOf, reasonWithin, UsageError } from "./errors.ts";
import type { EntryKind, FilePort } from "./file_port.ts";
import { homePath } from "./home_path.ts";
import { JOB_STATES, newId } from "./names.ts";
import { plainFiles } from "./plain_files.ts";
import { NEW_SUFFIX, type Store } from "./store.ts";

/** The directories of every queue. */
export const PARTS = [...JOB_STATES, "tmp", "workers"] as const;

/** The directories that are made when they are first needed. */
export const LATER_PARTS = [
  "after",
  "unique",
  "limits",
  "progress",
  "schedules",
  "history",
] as const;

/** The files that may lie beside them. */
const FILES = ["config.json", "paused", "lock", "hooks.log"];

const NEW: ReadonlySet<string> = new Set([...PARTS, "VERSION"]);
const KNOWN: ReadonlySet<string> = new Set([...NEW, ...LATER_PARTS, ...FILES]);

/** The content of VERSION: the format that this code reads and writes. */
const FORMAT = "1\n";

/** Only where something was set is there a need to know what each setting takes: it is read no sooner than that. */
const SETTINGS: string = "./settings.ts";

/**
 * The directory of the queue that is meant: `dir` if given, else `$QUEUECTL_DIR`, else the
 * nearest `.queuectl/` in the working directory or a parent of it, else `~/.queuectl`.
 *
 * @param dir What `--dir` said.
 * @returns An absolute path; nothing need be there yet. A link to a directory is followed.
 * @throws {UsageError} If `dir` is empty, or begins with another user's home.
 * @throws {QueueError} If none is meant and there is no home directory, or it is a link that leads nowhere.
 */
export function locateQueue(dir?: string): string {
  // An unset variable in a script must not lead to another queue than the one that was meant.
  if (dir === "") throw new UsageError("the queue's directory must not be empty (give --dir PATH)");
  const chosen = dir ?? Deno.env.get("QUEUECTL_DIR");
  const cwd = Deno.cwd();
  if (chosen) return followed(absolute(homePath(chosen, "the queue's directory"), cwd));
  for (let at = cwd;; at = at.slice(0, at.lastIndexOf("/"))) {
    const candidate = `${at}/.queuectl`;
    const kind = kindOf(candidate, at);
    if (kind === "directory" || (kind === "other" && leadsToDirectory(candidate))) {
      return followed(candidate);
    }
    if (at === "" || at === "/") break;
  }
  const home = Deno.env.get("HOME");
  if (!home) throw new QueueError("there is no home directory for the queue (give --dir PATH)");
  return followed(`${home}/.queuectl`);
}

function kindOf(candidate: string, directory: string): EntryKind | undefined {
  try {
    return plainFiles.stat(candidate)?.kind;
  } catch (error) {
    throw new QueueError(
      `cannot look for a queue in ${directory || "/"}: ${
        reasonWithin(error)
      }; name one with --dir PATH`,
    );
  }
}

function leadsToDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Where a link leads that stands for the whole queue, on a larger disk say; any other path as it is. In a queue
 * no link is followed, so that the directory itself, and whose it is, is looked at.
 */
function followed(dir: string): string {
  if (plainFiles.stat(dir)?.kind !== "other") return dir;
  try {
    return Deno.realPathSync(dir);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new QueueError(`${dir} is a link that leads nowhere; make the directory that it names`);
  }
}

function absolute(path: string, cwd: string): string {
  const whole = path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return "/" + parts.join("/");
}

/** What can be set when a store is opened; all of it for tests. */
export interface StoreOptions {
  /**
   * The file access. Default: the real disk; here by the runtime's own calls, in `Queue.open` by the faster way
   * for many.
   */
  files?: FilePort;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
  /** Whether to go by the defaults where config.json is broken: for who mends it, or needs none of it. */
  evenMisconfigured?: boolean;
}

/**
 * Opens a queue directory; makes it one if it is missing or empty.
 *
 * @param dir Absolute.
 * @throws {QueueError} If it holds other things, is of another format, or cannot be reached; or if the runtime
 * is too old.
 */
export async function openStore(dir: string, options: StoreOptions = {}): Promise<Store> {
  refuseOldDeno(Deno.version.deno);
  const files = options.files ?? plainFiles;
  try {
    let names = namesIn(files, dir);
    if (!names.has("VERSION") || !isQueue(files, dir)) {
      await initialise(files, dir);
      names = namesIn(files, dir);
    }
    const set = names.has("config.json")
      ? await readSettings(files, dir, options.evenMisconfigured ?? false)
      : {};
    const config = withDefaults(set);
    return { dir, files, now: options.now ?? Date.now, config };
  } catch (error) {
    if (error instanceof QueueError) throw error;
    if (
      error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
    ) {
      throw new QueueError(`no permission to use the queue ${dir} as this user`);
    }
    throw new QueueError(`cannot open the queue ${dir}: ${reasonOf(error)}`);
  }
}

/** What there is in a queue's directory; nothing if it is not there. A name looked for in vain costs the runtime more. */
function namesIn(files: FilePort, dir: string): ReadonlySet<string> {
  const names = new Set<string>();
  try {
    for (const { name } of files.list(dir)) names.add(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function readSettings(
  files: FilePort,
  dir: string,
  evenBroken: boolean,
): Promise<Partial<Config>> {
  const { readConfig } = await import(SETTINGS) as typeof import("./settings.ts");
  try {
    return readConfig(files, dir);
  } catch (error) {
    if (evenBroken && error instanceof QueueError) return {};
    throw error;
  }
}

function isQueue(files: FilePort, dir: string): boolean {
  let content: Uint8Array;
  try {
    content = files.read(`${dir}/VERSION`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  // Compared byte by byte: the first decoder of a process takes it as long as the flush of a job.
  if (
    content.length === FORMAT.length && content.every((byte, at) => byte === FORMAT.charCodeAt(at))
  ) {
    return true;
  }
  const version = new TextDecoder().decode(content).trim();
  throw new QueueError(
    `${dir} is a queue of format ${JSON.stringify(version)}; this queuectl knows format 1`,
  );
}

async function initialise(files: FilePort, dir: string): Promise<void> {
  const changed = makeParents(files, dir);
  // What is there may be the beginning of a queue that another process is making right now.
  const names = [...files.list(dir)].map(({ name }) => name);
  // One that has lost only its VERSION is made whole.
  const known = JOB_STATES.every((state) => names.includes(state)) ? KNOWN : NEW;
  for (const name of names) {
    if (!known.has(name) && !name.startsWith(".")) {
      // It may have made it, and begun to use it, since we looked.
      if (isQueue(files, dir)) return;
      throw new QueueError(
        `${dir} is not a queue and not empty (it holds "${name}"); choose another directory`,
      );
    }
  }
  for (const part of PARTS) makeIfMissing(files, `${dir}/${part}`);
  const temporary = `${dir}/tmp/VERSION-${newId()}${NEW_SUFFIX}`;
  files.create(temporary, new TextEncoder().encode(FORMAT));
  // VERSION says that all the rest is there, so a power cut must not keep it alone.
  await files.sync([temporary, dir]);
  try {
    files.renameNew(temporary, `${dir}/VERSION`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    files.remove(temporary);
  }
  // A job that is durable in a directory that is not would be lost with it.
  await files.sync([...changed, dir]);
}

/** Makes a directory and its parents, and returns the directories that have a new name in them. */
function makeParents(files: FilePort, dir: string): string[] {
  if (files.stat(dir)) return [];
  const parent = dir.slice(0, dir.lastIndexOf("/"));
  const changed = parent === "" ? [] : makeParents(files, parent);
  makeIfMissing(files, dir);
  return [...changed, parent === "" ? "/" : parent];
}

function makeIfMissing(files: FilePort, path: string): void {
  try {
    files.makeDirectory(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Refuses a queue whose jobs this user should not run: for a worker before it runs one, for whoever adds one before
 * it waits there in vain.
 *
 * @param parts Which of its directories to look at; `""` is the queue's own. Default: all.
 * @throws {QueueError} If there is a reason; it says how to mend that.
 */
export function refuseUntrusted(store: Store, parts?: readonly string[]): void {
  const fault = distrust(store, parts);
  if (fault !== undefined) throw new QueueError(fault);
}

/**
 * Why this user should not run what is in a queue; `undefined` if there is no reason. Whoever can
 * write in a queue can run anything as the user of its workers.
 */
export function distrust(
  store: Store,
  parts: readonly string[] = ["", ...PARTS, "schedules"],
): string | undefined {
  const uid = Deno.uid();
  for (const part of parts) {
    const path = part === "" ? store.dir : `${store.dir}/${part}`;
    const stat = store.files.stat(path);
    // Made when the first schedule is: what lies there is run like what lies in pending/.
    if (stat === undefined && part === "schedules") continue;
    if (stat === undefined) return `${path} is missing; queuectl doctor --repair makes it`;
    if (stat.kind !== "directory") return `${path} is not a directory`;
    if (uid !== null && stat.uid !== uid) {
      return `${path} belongs to another user (uid ${stat.uid}); use the queue as that user, ` +
        `or take the directory over with: chown -R ${uid} '${store.dir}'`;
    }
    if (stat.mode & 0o022) {
      return `group or others can write in ${path} and so run commands as you; ` +
        `close it with: chmod -R go-rwx '${store.dir}'`;
    }
  }
}

/** Older ones free the buffer of a call on another thread while the C library still writes to it. */
const OLDEST_DENO = [2, 7, 6] as const;

/**
 * Refuses a runtime in which calls of the C library on other threads corrupt memory.
 *
 * @param version The runtime's, such as `2.9.6`.
 * @throws {QueueError} If it is too old.
 */
export function refuseOldDeno(version: string): void {
  const parts = version.split(".").map(Number.parseFloat);
  const differs = OLDEST_DENO.findIndex((part, at) => parts[at] !== part);
  if (differs < 0 || parts[differs]! > OLDEST_DENO[differs]!) return;
  throw new QueueError(
    `Deno ${version} is too old: before ${OLDEST_DENO.join(".")} it frees memory that the C ` +
      "library still writes to; install a newer one: npm install -g deno@2.9.6",
  );
}
