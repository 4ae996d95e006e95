/**
 * One process's view of a simulated disk: a file port that counts and records its calls, can be
 * made to fail at any of them, and is dead once it is killed.
 *
 * @module
 */

import { renameByLink } from "../../src/fs/rename_by_link.ts";
import { wrongKind } from "../../src/text/errors.ts";
import type {
  DirectoryEntry,
  FileLock,
  FilePort,
  FileStat,
  NewFile,
} from "../../src/fs/file_port.ts";
import { createInTurn } from "../../src/fs/sync_each.ts";
import type { BeforeCall, Call, CallRecord } from "./call.ts";
import type { DiskState } from "./disk_state.ts";
import { diskError, Killed, type Leaving, leavingOf } from "./faults.ts";
import type { LockHolder, LockTable } from "./lock_table.ts";

/** The parts of a disk that its processes work on. */
export interface DiskParts {
  /** Inodes, names and their durability. */
  readonly state: DiskState;
  /** Who has locked what. */
  readonly locks: LockTable;
  /** Every call made, oldest first. */
  readonly calls: CallRecord[];
}

/** Whose all files are. */
const UID = Deno.uid() ?? 0;

/** A process that uses a simulated disk; made by its `process()`. */
export class SimulatedProcess implements FilePort {
  /** For the trace. */
  readonly name: string;
  /** Called before each call; may be set or changed at any time. */
  before?: BeforeCall;
  readonly #disk: DiskParts;
  readonly #holders = new Set<LockHolder>();
  #calls = 0;
  #killed = false;

  /** Use `SimulatedDisk.process()`. */
  constructor(disk: DiskParts, name: string, before?: BeforeCall) {
    this.#disk = disk;
    this.name = name;
    this.before = before;
  }

  /** How many calls it has begun, the one that killed it included. */
  get calls(): number {
    return this.#calls;
  }

  /** Whether it was killed. Code under test may swallow `Killed`, so ask this, not its promise. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Ends it: its locks fall free, and each further call throws `Killed`. */
  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    this.#disk.locks.releaseAll((holder) => this.#holders.has(holder), new Killed());
  }

  /**
   * Yields in an order that is neither that of the names nor that of their making, so that no code
   * comes to rely on one. The call is made, and counted, when the first entry is asked for.
   */
  *list(directory: string): Generator<DirectoryEntry> {
    yield* this.#call("list", [directory], () => {
      const { state } = this.#disk;
      const inode = state.findInode(directory, `readdir '${directory}'`);
      const entries = state.live.directories.get(inode);
      if (!entries) throw diskError("ENOTDIR", `readdir '${directory}'`);
      return [...entries]
        .sort(([a, i], [b, j]) => scatter(a) - scatter(b) || i - j)
        .map(([name, of]): DirectoryEntry => (
          { name, kind: state.isDirectory(of) ? "directory" : "file" }
        ));
    });
  }

  exists(path: string): boolean {
    return this.#call("stat", [path], () => this.#find(path) !== undefined);
  }

  existsUnblocked(path: string): boolean {
    return this.exists(path);
  }

  stat(path: string): FileStat | undefined {
    return this.#call("stat", [path], () => {
      const { state } = this.#disk;
      const inode = this.#find(path);
      if (inode === undefined) return undefined;
      const { content, mode, mtime } = state.inodes.get(inode)!;
      return {
        kind: content ? "file" : "directory",
        size: content?.length ?? 4096,
        mtime,
        mode,
        uid: UID,
        gid: 0,
        links: state.names(inode),
        identity: identityOf(inode),
      };
    });
  }

  read(path: string): Uint8Array {
    return this.#call("read", [path], () => {
      const inode = this.#disk.state.findInode(path, `lstat '${path}'`);
      const { content } = this.#disk.state.inodes.get(inode)!;
      if (!content) throw wrongKind(path);
      return content.slice();
    });
  }

  readUnblocked(path: string): Uint8Array {
    return this.read(path);
  }

  create(path: string, content: Uint8Array): void {
    const write = (written: Uint8Array) => {
      const { state } = this.#disk;
      state.write(state.make(path, "file", `open '${path}'`), written);
    };
    this.#call("create", [path, content], () => write(content), (leaving) => {
      write(beginning(content, leaving));
    });
  }

  createEach(files: readonly NewFile[], flushed?: readonly string[]): Promise<void> {
    return createInTurn(this, files, flushed);
  }

  append(path: string, content: Uint8Array): void {
    const write = (written: Uint8Array) => {
      const { state } = this.#disk;
      const where = `open '${path}'`;
      const inode = state.find(path, where).inode;
      if (inode !== undefined && state.isDirectory(inode)) {
        throw wrongKind(path);
      }
      state.write(inode ?? state.make(path, "file", where), written);
    };
    this.#call("append", [path, content], () => write(content), (leaving) => {
      write(beginning(content, leaving));
    });
  }

  makeDirectory(path: string): void {
    this.#call("makeDirectory", [path], () => {
      this.#disk.state.make(path, "directory", `mkdir '${path}'`);
    });
  }

  setMode(path: string, mode: number): void {
    this.#call("setMode", [path, mode], () => this.#disk.state.setMode(path, mode));
  }

  rename(from: string, to: string): void {
    this.#call("rename", [from, to], (call) => {
      call.replaced = this.#disk.state.rename(from, to, true, `rename '${from}' -> '${to}'`);
    });
  }

  /** Where the file system knows no flag for it these are the calls of `renameByLink`. */
  renameNew(from: string, to: string): void {
    if (this.#disk.state.linking) return renameByLink(this, from, to);
    this.#call("renameNew", [from, to], () => {
      this.#disk.state.rename(from, to, false, `rename '${from}' -> '${to}'`);
    });
  }

  renameUnblocked(from: string, to: string): void {
    this.rename(from, to);
  }

  renameNewUnblocked(from: string, to: string): void {
    this.renameNew(from, to);
  }

  link(from: string, to: string): void {
    this.#call("link", [from, to], () => {
      this.#disk.state.link(from, to, `link '${from}' -> '${to}'`);
    });
  }

  remove(path: string): void {
    this.#call("remove", [path], () => this.#disk.state.remove(path, `remove '${path}'`));
  }

  /**
   * Each path is a call of its own, in the order given, so that a process can end between them.
   * `Killed` is no result of a removal: for a dead process the promise rejects.
   */
  removeEach(paths: readonly string[]): Promise<(boolean | Error)[]> {
    const remove = (path: string) => {
      try {
        this.#call("removeEach", [path], () => this.#disk.state.remove(path, `remove '${path}'`));
        return true;
      } catch (error) {
        if (error instanceof Killed) throw error;
        return error instanceof Deno.errors.NotFound ? false : error as Error;
      }
    };
    return Promise.all(paths.map((path) => Promise.try(remove, path)));
  }

  sync(paths: readonly string[]): Promise<void> {
    const flush = () => {
      const { state } = this.#disk;
      let failure: unknown;
      for (const path of paths) {
        try {
          state.sync(state.findInode(path, `open '${path}'`));
        } catch (error) {
          failure ??= error;
        }
      }
      if (failure) throw failure;
    };
    return Promise.try(() =>
      this.#call("sync", [paths], flush, undefined, () => {
        for (const path of paths) this.#failSync(path, false);
      })
    );
  }

  /** Flushes what is below the directory and nothing else, which is all that the port promises. */
  syncTree(directory: string): Promise<void> {
    const { state } = this.#disk;
    const flush = (inode: number) => {
      for (const below of state.live.directories.get(inode)?.values() ?? []) flush(below);
      state.sync(inode);
    };
    const flushTree = () => {
      const inode = state.findInode(directory, `readdir '${directory}'`);
      if (!state.isDirectory(inode)) throw diskError("ENOTDIR", `readdir '${directory}'`);
      flush(inode);
    };
    return Promise.try(() =>
      this.#call(
        "syncTree",
        [directory],
        flushTree,
        undefined,
        () => this.#failSync(directory, true),
      )
    );
  }

  /**
   * What becomes of a path, and of all below it if that was to be flushed too, when the flush
   * fails.
   */
  #failSync(path: string, tree: boolean): void {
    const { state } = this.#disk;
    const fail = (inode: number) => {
      if (tree) state.live.directories.get(inode)?.forEach(fail);
      state.failSync(inode);
    };
    const { inode } = state.find(path, `open '${path}'`);
    if (inode !== undefined) fail(inode);
  }

  /** No call: what it asks never changes. */
  renamesAsOne(): boolean {
    return !this.#disk.state.twoSided;
  }

  /**
   * All processes are of one machine, but for those whose name says that they are elsewhere, and
   * for workers `w1`, `w2` and so on of a disk that links, as file systems do that machines share.
   */
  isLocal(): boolean {
    return !/elsewhere$/.test(this.name) && !(this.#disk.state.linking && /^w\d/.test(this.name));
  }

  /** Two calls, as it is two system calls: between them the file can be renamed or removed. */
  tryLock(path: string): FileLock | undefined {
    return this.lockOpened(path, this.openToLock(path));
  }

  /** The first half of `tryLock`: `open(2)`. Returns the inode. */
  openToLock(path: string): number {
    return this.#call(
      "tryLock",
      [path, "open"],
      () => this.#disk.state.findInode(path, `open '${path}'`),
    );
  }

  /** The second half of `tryLock`: `flock(2)`. */
  lockOpened(path: string, inode: number): FileLock | undefined {
    return this.#call("tryLock", [path], () => {
      const holder = { process: this.name };
      return this.#disk.locks.take(inode, holder) ? this.#held(inode, holder) : undefined;
    });
  }

  async lock(path: string): Promise<FileLock> {
    const { inode, holder, granted } = this.#call("lock", [path], () => {
      const inode = this.#disk.state.findInode(path, `open '${path}'`);
      const holder = { process: this.name };
      this.#holders.add(holder);
      return { inode, holder, granted: this.#disk.locks.await(inode, holder) };
    });
    // Without a wait the promise is settled on return, so that a replay has the same timing.
    if (granted) await granted;
    return this.#held(inode, holder);
  }

  #held(inode: number, holder: LockHolder): FileLock {
    this.#holders.add(holder);
    return {
      identity: identityOf(inode),
      renew: () => {
        const { locks } = this.#disk;
        return locks.holderOf(inode) === holder || locks.take(inode, holder);
      },
      release: () => {
        this.#disk.locks.release(inode, holder);
        this.#holders.delete(holder);
      },
    };
  }

  /** Like `lstat(2)`, without the error where nothing has the name: the commonest of answers. */
  #find(path: string): number | undefined {
    return this.#disk.state.seek(path, () => `lstat '${path}'`)?.inode;
  }

  #call<T>(
    name: keyof FilePort,
    args: readonly unknown[],
    make: (call: CallRecord) => T,
    interrupted?: (leaving: Leaving) => void,
    failed?: () => void,
  ): T {
    if (this.#killed) throw new Killed();
    const call: CallRecord = { process: this.name, index: this.#calls++, name, args };
    this.#disk.calls.push(call);
    try {
      this.#interrupt(call, interrupted, failed);
      return make(call);
    } catch (error) {
      call.error = error;
      if (error instanceof Killed) this.kill();
      throw error;
    }
  }

  #interrupt(call: Call, interrupted?: (leaving: Leaving) => void, failed?: () => void): void {
    let fault: unknown;
    try {
      this.before?.(call);
    } catch (error) {
      fault = error;
    }
    if (this.#killed) throw new Killed();
    if (fault === undefined) return;
    if ((fault as { code?: unknown }).code === "EIO") failed?.();
    const leaving = leavingOf(fault);
    try {
      if (leaving !== "nothing") interrupted?.(leaving);
    } catch (error) {
      // What was to be left behind cannot be there, an existing name say: then that is the error.
      if (!(fault instanceof Killed)) throw error;
    }
    throw fault;
  }
}

function identityOf(inode: number): string {
  return `1:${inode}`;
}

function beginning(content: Uint8Array, leaving: Leaving): Uint8Array {
  return content.subarray(0, leaving === "partial" ? Math.floor(content.length / 2) : 0);
}

/** A number from a name that says nothing about its order. */
function scatter(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
