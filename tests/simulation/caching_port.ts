/**
 * The file port of a machine that remembers what it has seen of a shared file system, as the
 * clients of NFS and FUSE do: names with what they led to, and names that were free. It forgets a
 * name when it changes it itself, when the server refuses it, and when it is told to.
 *
 * What the server decides is always true: new names, renames, removals, locks, and the names in a
 * directory, for which it is asked whenever a directory is opened.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { renameByLink } from "../../src/fs/rename_by_link.ts";
import type {
  DirectoryEntry,
  FileLock,
  FilePort,
  FileStat,
  NewFile,
} from "../../src/fs/file_port.ts";
import { createInTurn } from "../../src/fs/sync_each.ts";
import { diskError } from "./faults.ts";

/** What a machine remembers of a name: what it led to, or that it was free. */
export type Remembered = { stat: FileStat; content?: Uint8Array } | "free";

/** What a machine remembers, by path. */
export type Memory = Map<string, Remembered>;

/** The port of a machine with a memory. */
export class CachingPort implements FilePort {
  readonly #server: FilePort;
  readonly #memory: Memory;
  readonly #trust: "asking" | "trusting";

  /**
   * @param server What is true.
   * @param memory What it remembers at first. Whatever else it looks at it remembers from then on.
   * @param trust A trusting one asks the server about no name that it remembers, not even when it
   * is to give a file that name: so does the client of GlusterFS for a second and more.
   */
  constructor(
    server: FilePort,
    memory: Memory = new Map(),
    trust: "asking" | "trusting" = "asking",
  ) {
    this.#server = server;
    this.#memory = new Map(memory);
    this.#trust = trust;
  }

  /** Forgets all, as a client does after a time; or only some paths. */
  forget(isForgotten: (path: string) => boolean = () => true): void {
    for (const path of this.#memory.keys()) if (isForgotten(path)) this.#memory.delete(path);
  }

  *list(directory: string): Generator<DirectoryEntry> {
    this.#refuseFree(directory);
    try {
      yield* this.#server.list(directory);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) this.#memory.delete(directory);
      throw error;
    }
  }

  exists(path: string, how?: "fresh"): boolean {
    if (how === "fresh" && !this.#trusted(path)) {
      // Directories that were free are looked for anew as well.
      for (let above = dirname(path); above !== "/"; above = dirname(above)) {
        if (this.#memory.get(above) === "free") this.#memory.delete(above);
      }
      this.#memory.delete(path);
    }
    return this.stat(path) !== undefined;
  }

  existsUnblocked(path: string): boolean {
    return this.exists(path);
  }

  /** Asked anew for a name, a server answers for the file that the name is believed to lead to. */
  stat(path: string, how?: "fresh"): FileStat | undefined {
    if (this.#isFree(path)) return undefined;
    const known = this.#memory.get(path) as Exclude<Remembered, "free"> | undefined;
    if (known && how !== "fresh") return { ...known.stat };
    const stat = this.#server.stat(path);
    if (known && stat?.identity !== known.stat.identity) return { ...known.stat };
    this.#memory.set(path, stat ? { ...known, stat } : "free");
    return stat && { ...stat };
  }

  read(path: string): Uint8Array {
    this.#refuseFree(path);
    const known = this.#memory.get(path);
    if (known && known !== "free" && known.content) return known.content.slice();
    const content = this.#change([path], () => this.#server.read(path));
    const stat = this.#server.stat(path);
    if (stat) this.#memory.set(path, { stat, content });
    return content;
  }

  readUnblocked(path: string): Uint8Array {
    return this.read(path);
  }

  create(path: string, content: Uint8Array): void {
    this.#change([path], () => this.#server.create(path, content));
  }

  createEach(files: readonly NewFile[], flushed?: readonly string[]): Promise<void> {
    return createInTurn(this, files, flushed);
  }

  append(path: string, content: Uint8Array): void {
    this.#change([path], () => this.#server.append(path, content));
  }

  makeDirectory(path: string): void {
    this.#change([path], () => this.#server.makeDirectory(path));
  }

  setMode(path: string, mode: number): void {
    this.#change([path], () => this.#server.setMode(path, mode));
  }

  rename(from: string, to: string): void {
    this.#refuseFree(from);
    const known = this.#memory.get(from);
    // The kernel renames nothing if two names are of one file.
    if (this.#trusted(to) && this.#trusted(to)?.identity === this.stat(from)?.identity) return;
    this.#change([from, to], () => this.#server.rename(from, to));
    this.#memory.set(from, "free");
    if (known) this.#memory.set(to, known);
  }

  /** A shared file system knows no flag for it. */
  renameNew(from: string, to: string): void {
    if (this.stat(from)?.kind === "directory") {
      return this.#change([from, to], () => this.#server.renameNew(from, to));
    }
    renameByLink(this, from, to);
  }

  renameUnblocked(from: string, to: string): void {
    this.rename(from, to);
  }

  renameNewUnblocked(from: string, to: string): void {
    this.renameNew(from, to);
  }

  link(from: string, to: string): void {
    this.#refuseFree(from);
    const known = this.#memory.get(from);
    if (this.#trusted(to)) throw diskError("EEXIST", `link '${to}'`);
    this.#change([from, to], () => this.#server.link(from, to));
    if (!known || known === "free") return;
    const stat = { ...known.stat, links: known.stat.links + 1 };
    for (const path of [from, to]) this.#memory.set(path, { ...known, stat });
  }

  remove(path: string): void {
    this.#refuseFree(path);
    this.#change([path], () => this.#server.remove(path));
    this.#memory.set(path, "free");
  }

  removeEach(paths: readonly string[]): Promise<(boolean | Error)[]> {
    return Promise.all(paths.map(async (path) => {
      if (this.#isFree(path)) return false;
      const [result] = await this.#server.removeEach([path]);
      this.#memory.delete(path);
      return result!;
    }));
  }

  sync(paths: readonly string[]): Promise<void> {
    return this.#server.sync(paths);
  }

  syncTree(directory: string): Promise<void> {
    return this.#server.syncTree(directory);
  }

  renamesAsOne(): boolean {
    return false;
  }

  isLocal(): boolean {
    return false;
  }

  /** A directory is locked for this machine alone. */
  tryLock(path: string): FileLock | undefined {
    this.#refuseFree(path);
    const stat = this.stat(path);
    if (stat?.kind === "directory") {
      return { identity: stat.identity, renew: () => true, release: () => {} };
    }
    return this.#opened(path, () => this.#server.tryLock(path));
  }

  async lock(path: string): Promise<FileLock> {
    this.#refuseFree(path);
    const lock = await this.#server.lock(path);
    return this.#opened(path, () => lock);
  }

  /** Forgets a name that cannot be opened, or that leads to another file by now. */
  #opened<Lock extends FileLock | undefined>(path: string, open: () => Lock): Lock {
    const known = this.#memory.get(path);
    let identity: string | undefined;
    try {
      const lock = open();
      identity = lock?.identity ?? (known !== "free" ? known?.stat.identity : undefined);
      return lock;
    } finally {
      if (known !== "free" && known?.stat.identity !== identity) this.#memory.delete(path);
    }
  }

  /** Whether it remembers that a path was free, or that a directory above was. */
  #isFree(path: string): boolean {
    return this.#memory.get(path) === "free" || (path !== "/" && this.#isFree(dirname(path)));
  }

  /** What a trusting machine remembers to have seen at a path. */
  #trusted(path: string): FileStat | undefined {
    const known = this.#memory.get(path);
    return this.#trust === "trusting" && known !== "free" ? known?.stat : undefined;
  }

  #refuseFree(path: string): void {
    if (this.#isFree(path)) throw diskError("ENOENT", `open '${path}'`);
  }

  /** Makes a call that the server decides; then what was known of its paths no longer counts. */
  #change<T>(paths: readonly string[], call: () => T): T {
    for (const path of paths) this.#refuseFree(dirname(path));
    try {
      return call();
    } finally {
      for (const path of paths) this.#memory.delete(path);
    }
  }
}
