/**
 * What a disk holds, in memory and durably: inodes, names, and the changes between the two.
 *
 * Each change of names is atomic. It is durable once a directory that it touches is flushed, and
 * takes what it depends on with it. A file's content is durable once the file is flushed. Nothing
 * else becomes durable by itself, and nothing is in the order of time unless it must be: this is
 * less than any real file system promises, so what survives here survives there.
 *
 * A rename is one change; or, on a two-sided disk, that of a file between directories is two: the
 * new name comes and the old one goes, not before it, each durable with its own directory.
 *
 * @module
 */

import { diskError } from "./faults.ts";
import { dependsOn, type NameChange, NameTree, ROOT, type Slot, touches } from "./name_tree.ts";

/** A file or directory. Never changed, only replaced, so that copies of a disk can share it. */
export interface Inode {
  /** What the file holds; `undefined` for a directory. */
  readonly content?: Uint8Array;
  /**
   * What of it is durable: a beginning of `content`, or what it held before it was written over;
   * `undefined` if never flushed.
   */
  readonly durable?: Uint8Array;
  /** The content that the disk failed to flush: the kernel counts it as flushed from then on. */
  readonly forgotten?: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** When it last changed, in milliseconds since 1970. */
  readonly mtime: number;
}

/** Where a path leads. */
export interface Place {
  /** Its name in its directory; `undefined` for `/`. */
  slot?: Slot;
  /** What has that name, if anything. */
  inode?: number;
}

/** What a disk is made of. */
export interface DiskContent {
  /** All inodes. */
  inodes: Map<number, Inode>;
  /** The names as programs see them. */
  live: NameTree;
  /** A number that no inode and no change has had. */
  next: number;
  /** Whether a rename between directories is two changes. */
  twoSided: boolean;
  /** Whether it knows no call that renames without replacing, so that files are linked. */
  linking: boolean;
}

/** An empty disk. */
export function emptyContent(
  now: () => number,
  { twoSided = false, linking = false }: { twoSided?: boolean; linking?: boolean } = {},
): DiskContent {
  const inodes = new Map([[ROOT, { mode: 0o755, mtime: now() }]]);
  return { inodes, live: new NameTree(), next: ROOT + 1, twoSided, linking };
}

const NO_BYTES = new Uint8Array();

/** Inodes and names, with the calls of a file system that change them. */
export class DiskState {
  /** All inodes, those without a name included. */
  readonly inodes: Map<number, Inode>;
  /** The names as programs see them. */
  readonly live: NameTree;
  /** The names that are sure to survive a power cut. */
  readonly durable: NameTree;
  /** The changes between the two, by `id`, oldest first. */
  readonly journal: Map<number, NameChange>;
  /**
   * Those of them that the disk failed to flush: no flush of the same directory takes them up
   * again.
   */
  readonly #forgotten: Set<number>;
  /** Whether a rename between directories is two changes. */
  readonly twoSided: boolean;
  /** Whether `renameNew` is two calls, `link(2)` and `unlink(2)`. */
  readonly linking: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  #next: number;

  /** @param parts What to take over. Default: an empty disk. */
  constructor(
    now: () => number,
    parts: DiskContent = emptyContent(now),
    durable: NameTree = parts.live.clone(),
    journal: Map<number, NameChange> = new Map(),
    forgotten: Set<number> = new Set(),
  ) {
    this.now = now;
    this.inodes = parts.inodes;
    this.live = parts.live;
    this.durable = durable;
    this.journal = journal;
    this.#forgotten = forgotten;
    this.#next = parts.next;
    this.twoSided = parts.twoSided;
    this.linking = parts.linking;
  }

  /** A number that no inode and no change has had. */
  get next(): number {
    return this.#next;
  }

  /** A copy that changes by itself. */
  clone(): DiskState {
    return new DiskState(
      this.now,
      {
        inodes: new Map(this.inodes),
        live: this.live.clone(),
        next: this.#next,
        twoSided: this.twoSided,
        linking: this.linking,
      },
      this.durable.clone(),
      new Map(this.journal),
      new Set(this.#forgotten),
    );
  }

  /** Follows a path; only its last part may be missing. */
  find(path: string, where: string): Place {
    const place = this.seek(path, () => where);
    if (!place) throw diskError("ENOENT", where);
    return place;
  }

  /** Follows a path; `undefined` if a directory on the way is missing. */
  seek(path: string, where: () => string): Place | undefined {
    let place: Place = { inode: ROOT };
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      if (name === "..") throw new Error(`the simulated disk knows no "..": ${path}`);
      if (place.inode === undefined) return undefined;
      if (!this.isDirectory(place.inode)) throw diskError("ENOTDIR", where());
      if (name.length > 85 && new TextEncoder().encode(name).length > 255) {
        throw diskError("ENAMETOOLONG", where());
      }
      const slot: Slot = { directory: place.inode, name };
      place = { slot, inode: this.live.at(slot) };
    }
    return place;
  }

  /** Follows a path to something that exists. */
  findInode(path: string, where: string): number {
    const { inode } = this.find(path, where);
    if (inode === undefined) throw diskError("ENOENT", where);
    return inode;
  }

  /** Whether an inode is a directory. */
  isDirectory(inode: number): boolean {
    return this.live.directories.has(inode);
  }

  /** A new file or directory, empty. */
  make(path: string, kind: "file" | "directory", where: string): number {
    const { slot, inode: taken } = this.find(path, where);
    if (!slot || taken !== undefined) throw diskError("EEXIST", where);
    const inode = this.#next++;
    const isDirectory = kind === "directory";
    this.inodes.set(
      inode,
      isDirectory
        ? { mode: 0o700, mtime: this.now() }
        : { mode: 0o600, mtime: this.now(), content: NO_BYTES },
    );
    this.#change({ label: where, inode, isDirectory, to: slot });
    return inode;
  }

  /** Adds to the end of a file. */
  write(inode: number, content: Uint8Array): void {
    if (content.length === 0) return;
    const file = this.inodes.get(inode)!;
    const before = file.content!;
    const whole = new Uint8Array(before.length + content.length);
    whole.set(before);
    whole.set(content, before.length);
    this.inodes.set(inode, { ...file, content: whole, mtime: this.now() });
  }

  /** `chmod(2)`. Durable at once: nothing in a queue depends on when a mode is. */
  setMode(path: string, mode: number): void {
    const inode = this.findInode(path, `chmod '${path}'`);
    this.inodes.set(inode, { ...this.inodes.get(inode)!, mode });
  }

  /**
   * `rename(2)`; with `mayReplace` false, `renameat2(2)` with `RENAME_NOREPLACE`.
   *
   * @returns Whether something that had the new name is gone.
   */
  rename(from: string, to: string, mayReplace: boolean, where: string): boolean {
    const source = this.find(from, where), target = this.find(to, where);
    if (source.inode === undefined) throw diskError("ENOENT", where);
    if (target.inode !== undefined && !mayReplace) throw diskError("EEXIST", where);
    if (!source.slot || !target.slot) throw diskError("EINVAL", where);
    const isDirectory = this.isDirectory(source.inode);
    if (isDirectory && this.#isWithin(target.slot.directory, source.inode)) {
      throw diskError("EINVAL", where);
    }
    if (target.inode === source.inode) return false;
    let removed: number | undefined;
    if (target.inode !== undefined) {
      if (this.#isWithin(source.slot.directory, target.inode)) throw diskError("ENOTEMPTY", where);
      const onDirectory = this.isDirectory(target.inode);
      if (isDirectory && !onDirectory) throw diskError("ENOTDIR", where);
      if (!isDirectory && onDirectory) throw diskError("EISDIR", where);
      if (onDirectory) this.#requireEmpty(removed = target.inode, where);
    }
    const { inode } = source;
    const [left, reached] = [source.slot, target.slot];
    if (this.twoSided && !isDirectory && left.directory !== reached.directory) {
      const coming = { label: `${where} (new name)`, inode, isDirectory, to: reached };
      const comes = this.#change(coming);
      const going = { label: `${where} (old name)`, inode, isDirectory, from: left };
      this.#change(going, [comes]);
    } else this.#change({ label: where, inode, isDirectory, from: left, to: reached, removed });
    return target.inode !== undefined;
  }

  /** `link(2)`. */
  link(from: string, to: string, where: string): void {
    const inode = this.findInode(from, where), { slot, inode: taken } = this.find(to, where);
    if (!slot || taken !== undefined) throw diskError("EEXIST", where);
    if (this.isDirectory(inode)) throw diskError("EPERM", where);
    this.#change({ label: where, inode, isDirectory: false, to: slot });
  }

  /** How many names an inode has. */
  names(inode: number): number {
    let count = 0;
    for (const entries of this.live.directories.values()) {
      for (const named of entries.values()) if (named === inode) count++;
    }
    return count;
  }

  /** `unlink(2)` or `rmdir(2)`. */
  remove(path: string, where: string): void {
    const { slot, inode } = this.find(path, where);
    if (inode === undefined) throw diskError("ENOENT", where);
    const isDirectory = this.isDirectory(inode);
    if (isDirectory) this.#requireEmpty(inode, where);
    if (!slot) throw diskError("EINVAL", where);
    const removed = isDirectory ? inode : undefined;
    // A server's journal keeps the order of a file's names.
    const links = this.linking
      ? [...this.journal.values()].filter((change) => change.inode === inode && change.to)
      : [];
    const change = { label: where, inode, isDirectory, from: slot, removed };
    this.#change(change, links.map(({ id }) => id));
  }

  /** `fsync(2)`: a file's content, or all changes that touch a directory. */
  sync(inode: number): void {
    const node = this.inodes.get(inode)!;
    if (node.content) {
      if (node.durable !== node.content && node.forgotten !== node.content) {
        this.inodes.set(inode, { ...node, durable: node.content });
      }
      return;
    }
    const wanted = new Set<number>();
    const want = (id: number) => {
      if (wanted.has(id) || !this.journal.has(id)) return;
      wanted.add(id);
      this.journal.get(id)!.after.forEach(want);
    };
    for (const change of this.journal.values()) {
      if (touches(change, inode) && !this.#forgotten.has(change.id)) want(change.id);
    }
    for (const [id, change] of this.journal) {
      if (!wanted.has(id)) continue;
      this.durable.apply(change);
      this.journal.delete(id);
    }
  }

  /**
   * `fsync(2)` that fails: what it was to make durable may have reached the disk or not, and the
   * next one says that all is well and writes none of it, but for what was changed again since. A
   * name that was removed is written with whatever next changes in its directory; one that was
   * given must be given again.
   */
  failSync(inode: number): void {
    const node = this.inodes.get(inode)!;
    if (node.content) this.inodes.set(inode, { ...node, forgotten: node.content });
    for (const change of this.journal.values()) {
      if (touches(change, inode)) this.#forgotten.add(change.id);
    }
  }

  #change(change: Omit<NameChange, "id" | "after">, before: readonly number[] = []): number {
    const full = { ...change, id: this.#next++ };
    const after = [...before];
    for (const earlier of this.journal.values()) {
      if (dependsOn(full, earlier)) after.push(earlier.id);
    }
    const complete: NameChange = { ...full, after };
    for (const id of this.#forgotten) {
      const earlier = this.journal.get(id);
      if (earlier?.from && !earlier.to && sharesDirectory(earlier, complete)) {
        this.#forgotten.delete(id);
      }
    }
    this.journal.set(complete.id, complete);
    this.live.apply(complete);
    const mtime = this.now();
    for (const slot of [change.from, change.to]) {
      if (slot) {
        this.inodes.set(slot.directory, { ...this.inodes.get(slot.directory)!, mtime });
      }
    }
    return full.id;
  }

  #requireEmpty(inode: number, where: string): void {
    if (this.live.directories.get(inode)!.size > 0) throw diskError("ENOTEMPTY", where);
  }

  /** Whether an inode is this directory or lies below it. */
  #isWithin(inode: number, directory: number): boolean {
    if (inode === directory) return true;
    for (const below of this.live.directories.get(directory)?.values() ?? []) {
      if (this.isDirectory(below) && this.#isWithin(inode, below)) return true;
    }
    return false;
  }
}

function sharesDirectory(one: NameChange, other: NameChange): boolean {
  return [other.from, other.to].some((slot) => slot !== undefined && touches(one, slot.directory));
}
