/**
 * Stops and continues an async function at any of its file calls. JavaScript cannot suspend a
 * function in the middle of a synchronous call, so to go on from its call k it is run again from
 * the start: calls 0 to k-1 get their results of last time and do not touch the disk.
 *
 * @module
 */

import type {
  DirectoryEntry,
  FileLock,
  FilePort,
  FileStat,
  NewFile,
} from "../../src/fs/file_port.ts";
import { createInTurn } from "../../src/fs/sync_each.ts";
import { formatCall } from "./call.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

/** Thrown by every call of a run from where it stops, so that it unwinds without effect. */
export class Suspended extends Error {
  override name = "Suspended";
}

/** A call that was made, with what came of it. */
export interface LoggedCall {
  /** What it was, to see that the next run makes the same. */
  what: string;
  /** What it returned; for `sync` and `lock` the promise. */
  value?: unknown;
  /** What it threw. */
  error?: unknown;
}

/** The file port of one run. */
export class ReplayedPort implements FilePort {
  readonly #disk: SimulatedDisk;
  readonly #process: SimulatedProcess;
  readonly #log: LoggedCall[];
  #budget: number;
  #next = 0;
  #stopped?: "suspended" | "blocked";
  #divergence?: Error;

  /**
   * @param log The calls of earlier runs; new ones are added.
   * @param budget How many new calls may be made.
   */
  constructor(disk: SimulatedDisk, process: SimulatedProcess, log: LoggedCall[], budget: number) {
    this.#disk = disk;
    this.#process = process;
    this.#log = log;
    this.#budget = budget;
  }

  /** Why the run could not go on: its budget was used up, or a lock is held by another. */
  get stopped(): "suspended" | "blocked" | undefined {
    return this.#stopped;
  }

  /** To be called after a run: throws if it made other calls than the one before. */
  checkReplay(): void {
    const missing = this.#log[this.#next];
    if (missing && !this.#stopped) this.#diverge(missing.what, "none");
    if (this.#divergence) throw this.#divergence;
  }

  *list(directory: string): Generator<DirectoryEntry> {
    yield* this.#call("list", [directory], () => [...this.#process.list(directory)])
      .map((entry) => ({ ...entry }));
  }

  exists(path: string): boolean {
    return this.#call("stat", [path], () => this.#process.exists(path));
  }

  existsUnblocked(path: string): boolean {
    return this.exists(path);
  }

  stat(path: string): FileStat | undefined {
    const stat = this.#call("stat", [path], () => this.#process.stat(path));
    return stat && { ...stat };
  }

  read(path: string): Uint8Array {
    return this.#call("read", [path], () => this.#process.read(path)).slice();
  }

  readUnblocked(path: string): Uint8Array {
    return this.read(path);
  }

  create(path: string, content: Uint8Array): void {
    this.#call("create", [path, content], () => this.#process.create(path, content));
  }

  createEach(files: readonly NewFile[], flushed?: readonly string[]): Promise<void> {
    return createInTurn(this, files, flushed);
  }

  append(path: string, content: Uint8Array): void {
    this.#call("append", [path, content], () => this.#process.append(path, content));
  }

  makeDirectory(path: string): void {
    this.#call("makeDirectory", [path], () => this.#process.makeDirectory(path));
  }

  setMode(path: string, mode: number): void {
    this.#call("setMode", [path, mode], () => this.#process.setMode(path, mode));
  }

  rename(from: string, to: string): void {
    this.#call("rename", [from, to], () => this.#process.rename(from, to));
  }

  renameNew(from: string, to: string): void {
    this.#call("renameNew", [from, to], () => this.#process.renameNew(from, to));
  }

  renameUnblocked(from: string, to: string): void {
    this.rename(from, to);
  }

  renameNewUnblocked(from: string, to: string): void {
    this.renameNew(from, to);
  }

  link(from: string, to: string): void {
    this.#call("link", [from, to], () => this.#process.link(from, to));
  }

  remove(path: string): void {
    this.#call("remove", [path], () => this.#process.remove(path));
  }

  removeEach(paths: readonly string[]): Promise<(boolean | Error)[]> {
    return Promise.all(paths.map(async (path) => {
      const make = () => this.#process.removeEach([path]);
      return (await this.#call("removeEach", [path], make))[0]!;
    }));
  }

  async sync(paths: readonly string[]): Promise<void> {
    await this.#call("sync", [paths], () => this.#process.sync(paths));
  }

  async syncTree(directory: string): Promise<void> {
    await this.#call("syncTree", [directory], () => this.#process.syncTree(directory));
  }

  renamesAsOne(): boolean {
    return this.#process.renamesAsOne();
  }

  isLocal(): boolean {
    return this.#process.isLocal();
  }

  tryLock(path: string): FileLock | undefined {
    const inode = this.#call("tryLock", [path, "open"], () => this.#process.openToLock(path));
    const lock = this.#call("tryLock", [path], () => this.#process.lockOpened(path, inode));
    return lock && this.#once(lock);
  }

  async lock(path: string): Promise<FileLock> {
    return this.#once(await this.#call("lock", [path], () => this.#process.lock(path), path));
  }

  /** A run that is suspended still holds its locks: what its `finally` says is for later. */
  #once(lock: FileLock): FileLock {
    return {
      identity: lock.identity,
      renew: (time) => lock.renew(time),
      release: () => {
        if (!this.#stopped) lock.release();
      },
    };
  }

  #call<T>(name: keyof FilePort, args: readonly unknown[], make: () => T, waitsFor?: string): T {
    if (this.#stopped || this.#divergence) throw new Suspended();
    const index = this.#next++;
    const what = formatCall({ process: this.#process.name, index, name, args });
    const logged = this.#log[index];
    if (logged) {
      if (logged.what !== what) {
        throw this.#diverge(logged.what, what);
      }
      if (logged.error !== undefined) throw logged.error;
      return logged.value as T;
    }
    if (this.#budget <= 0) this.#stopped = "suspended";
    else if (waitsFor !== undefined && this.#disk.lockedBy(waitsFor) !== undefined) {
      this.#stopped = "blocked";
    }
    if (this.#stopped) throw new Suspended();
    this.#budget--;
    try {
      const value = make();
      this.#log.push({ what, value });
      return value;
    } catch (error) {
      this.#log.push({ what, error });
      throw error;
    }
  }

  #diverge(before: string, now: string): Error {
    return this.#divergence ??= new Error(
      `the actor "${this.#process.name}" is not deterministic: it made the call "${before}", ` +
        `and when it was run again "${now}"`,
    );
  }
}
