/**
 * A disk in memory that knows what is durable, so that a test can end a process at any call and cut
 * the power at any moment, and see what is left.
 *
 * A test makes a disk, lets one process set it up, makes that durable, and then for each case takes
 * a `clone()` and gives the code under test the file port of a `process()` of it.
 *
 * @module
 */

import { type BeforeCall, type CallRecord, formatCall } from "./call.ts";
import { DiskState, emptyContent } from "./disk_state.ts";
import { Killed } from "./faults.ts";
import { LockTable } from "./lock_table.ts";
import { type PowerCutOptions, powerCutOutcomes } from "./power_cut.ts";
import { SimulatedProcess } from "./simulated_process.ts";

/** The inode of what does not exist. */
const NOTHING = -1;

/**
 * The disk. Everything below `/` is on it; its file calls are those of its processes.
 *
 * What it does not have: symbolic links, fifos, `..`, permissions that are checked, users other
 * than 0.
 *
 * @example
 * ```ts ignore
 * const disk = new SimulatedDisk();
 * const port = disk.process("worker");
 * port.makeDirectory("/q");
 * disk.flush();
 * port.create("/q/job", new TextEncoder().encode("{}"));
 * for (const after of disk.powerCutOutcomes()) console.log(after.origin, after.tree());
 * ```
 */
export class SimulatedDisk {
  /** For failure messages: how it came about, such as which crash. */
  readonly origin: string;
  /** Every call made of this disk, oldest first. */
  readonly calls: CallRecord[] = [];
  /** Inodes, names and their durability. For the simulation; tests have the accessors below. */
  readonly state: DiskState;
  /** Who has locked what. For the simulation too. */
  readonly locks: LockTable;
  readonly #processes: SimulatedProcess[] = [];

  /**
   * @param options.now What gives files their mtime, in milliseconds since 1970. Default: always
   * the start of 2026.
   * @param options.twoSided Whether a rename between directories is durable in each by itself.
   * Default: as one.
   * @param options.linking Whether to rename without replacing is `link(2)` and `unlink(2)`.
   */
  constructor(options: { now?: () => number; twoSided?: boolean; linking?: boolean } = {}, made?: {
    state: DiskState;
    origin: string;
    locks?: LockTable;
  }) {
    const now = options.now ?? (() => Date.UTC(2026, 0, 1));
    this.state = made?.state ?? new DiskState(now, emptyContent(now, options));
    this.origin = made?.origin ?? "a new disk";
    this.locks = made?.locks ?? new LockTable();
  }

  /**
   * A process that uses this disk: a file port with locks and a count of calls of its own.
   *
   * @param name For the trace, and for {@linkcode crashProcess}.
   * @param before Called before each of its calls; see {@linkcode SimulatedProcess.before}.
   */
  process(name: string, before?: BeforeCall): SimulatedProcess {
    const process = new SimulatedProcess(this, name, before);
    this.#processes.push(process);
    return process;
  }

  /**
   * The same moment once more, to go on from in another way. What is not durable stays so. Locks
   * stay held, by processes of the same names; the processes themselves are not copied.
   */
  clone(): SimulatedDisk {
    const locks = this.locks.clone();
    return new SimulatedDisk({}, { state: this.state.clone(), origin: this.origin, locks });
  }

  /**
   * Ends processes. What they did is kept; their locks fall free; each further call of theirs
   * throws `Killed`.
   *
   * @param name Which; default all.
   */
  crashProcess(name?: string): void {
    for (const process of this.#processes) {
      if (name === undefined || process.name === name) process.kill();
    }
    // Those held since before a clone() have no process here.
    this.locks.releaseAll((holder) => name === undefined || holder.process === name, new Killed());
  }

  /**
   * The disks that may be found after a power cut now, each a new one with all locks free and
   * everything on it durable; its `origin` says what was lost. All of them if they are at most
   * `limit` (256), else so many drawn by `seed`; first always that nothing survives that was not
   * flushed, then that everything does.
   */
  *powerCutOutcomes(options?: PowerCutOptions): Generator<SimulatedDisk> {
    for (const { state, label } of powerCutOutcomes(this.state, options)) {
      yield new SimulatedDisk({}, { state, origin: label });
    }
  }

  /** Makes everything durable: for setting up, where no test asks about crashes yet. */
  flush(): void {
    for (const inode of this.state.inodes.keys()) this.state.sync(inode);
  }

  /** The names in a directory, in order; empty if it does not exist. */
  names(directory: string): string[] {
    return [...this.state.live.directories.get(this.#inode(directory))?.keys() ?? []].sort();
  }

  /** Whether anything has this name. */
  exists(path: string): boolean {
    return this.#inode(path) !== NOTHING;
  }

  /** Whether two names are of one file. */
  areOne(a: string, b: string): boolean {
    return this.exists(a) && this.#inode(a) === this.#inode(b);
  }

  /** What a file holds, as text; `undefined` if there is no such file. */
  text(path: string): string | undefined {
    const content = this.state.inodes.get(this.#inode(path))?.content;
    return content && new TextDecoder().decode(content);
  }

  /** The paths of all files below a directory, in order. */
  files(below = "/"): string[] {
    const prefix = below.replace(/\/$/, "");
    return [...this.state.live.walk(prefix, this.#inode(below))]
      .filter(({ isDirectory }) => !isDirectory)
      .map(({ path }) => path);
  }

  /** Every directory and file with its content, one to a line. Equal for equal disks. */
  tree(): string {
    let text = "";
    for (const { path, isDirectory } of this.state.live.walk()) {
      text += isDirectory ? `${path}/\n` : `${path}  ${JSON.stringify(this.text(path))}\n`;
    }
    return text;
  }

  /** What a power cut now could lose, one to a line. */
  unflushed(): string[] {
    const lines = [...this.state.journal.values()].map((change) => change.label);
    for (const { path, inode } of this.state.live.walk()) {
      const { content, durable } = this.state.inodes.get(inode)!;
      if (content && content !== durable && content.length > 0) lines.push(`content of ${path}`);
    }
    return lines;
  }

  /** The calls made of this disk, one to a line, those that failed with their error. */
  trace(): string {
    return this.calls.map(formatCall).join("\n");
  }

  /** The name of the process that has locked what lies at a path, if any. */
  lockedBy(path: string): string | undefined {
    return this.locks.holderOf(this.#inode(path))?.process;
  }

  #inode(path: string): number {
    try {
      return this.state.seek(path, () => "")?.inode ?? NOTHING;
    } catch (error) {
      if (error instanceof Deno.errors.NotADirectory) return NOTHING;
      throw error;
    }
  }
}
