/**
 * Directories as maps from names to inodes, and the changes of names that a journal orders.
 *
 * @module
 */

/** The inode of `/`. */
export const ROOT = 1;

/** A place for a name: a directory's inode, and the name in it. */
export interface Slot {
  /** The directory's inode. */
  directory: number;
  /** The name within it. */
  name: string;
}

/**
 * One atomic change of names. A new name has only `to`, a removal only `from`, a rename both.
 */
export interface NameChange {
  /** Its place in the order of all changes. */
  id: number;
  /** For people: `rename /q/tmp/a -> /q/pending/a`. */
  label: string;
  /** The inode whose name it is. */
  inode: number;
  /** Whether that inode is a directory. */
  isDirectory: boolean;
  /** The name that goes. */
  from?: Slot;
  /** The name that comes. */
  to?: Slot;
  /** The inode of an empty directory that goes: removed, or replaced by a rename. */
  removed?: number;
  /** The not yet durable changes that this one cannot be on the disk without. */
  after: readonly number[];
}

/** The names of a disk: for each directory's inode, its entries. */
export class NameTree {
  /** Entries by directory. */
  readonly directories: Map<number, Map<string, number>>;

  /** @param directories Taken over, not copied. Default: an empty root. */
  constructor(directories: Map<number, Map<string, number>> = new Map([[ROOT, new Map()]])) {
    this.directories = directories;
  }

  /** A tree of its own with the same names. */
  clone(): NameTree {
    const directories = new Map<number, Map<string, number>>();
    for (const [inode, entries] of this.directories) directories.set(inode, new Map(entries));
    return new NameTree(directories);
  }

  /** The inode that has this name, if any. */
  at(slot: Slot): number | undefined {
    return this.directories.get(slot.directory)?.get(slot.name);
  }

  /** Makes a change. What it comes after must have been made. */
  apply(change: NameChange): void {
    const { from, to, inode } = change;
    if (from) this.#entries(from, change).delete(from.name);
    if (to) this.#entries(to, change).set(to.name, inode);
    if (to && !from && change.isDirectory) this.directories.set(inode, new Map());
    if (change.removed !== undefined) this.directories.delete(change.removed);
  }

  #entries(slot: Slot, change: NameChange): Map<string, number> {
    const entries = this.directories.get(slot.directory);
    if (!entries) throw new Error(`bug in the simulation: no directory for "${change.label}"`);
    return entries;
  }

  /** Yields each entry below a directory, parents first, names in order. */
  *walk(
    path = "",
    directory = ROOT,
  ): Generator<{ path: string; inode: number; isDirectory: boolean }> {
    const entries = [...this.directories.get(directory) ?? []];
    entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    for (const [name, inode] of entries) {
      const isDirectory = this.directories.has(inode);
      yield { path: `${path}/${name}`, inode, isDirectory };
      if (isDirectory) yield* this.walk(`${path}/${name}`, inode);
    }
  }
}

/** Whether a change touches an entry of this directory. */
export function touches(change: NameChange, directory: number): boolean {
  return change.from?.directory === directory || change.to?.directory === directory;
}

/**
 * Whether a later change cannot be on the disk without an earlier one: they touch the same name, so
 * also whenever they move the same file under the same name; the earlier one made the directory
 * that the later one touches, or emptied the one that it removes; or both move directories, which
 * file systems keep in order so that no directory can end up inside itself.
 */
export function dependsOn(later: Omit<NameChange, "after">, earlier: NameChange): boolean {
  if (movesDirectory(later) && movesDirectory(earlier)) return true;
  if (later.removed !== undefined && touches(earlier, later.removed)) return true;
  const made = earlier.isDirectory && !earlier.from ? earlier.inode : undefined;
  for (const slot of [later.from, later.to]) {
    if (!slot) continue;
    if (slot.directory === made || sameSlot(slot, earlier.from) || sameSlot(slot, earlier.to)) {
      return true;
    }
  }
  return false;
}

function movesDirectory({ isDirectory, from, to }: Omit<NameChange, "after">): boolean {
  return isDirectory && from !== undefined && to !== undefined && from.directory !== to.directory;
}

function sameSlot(a: Slot, b: Slot | undefined): boolean {
  return b !== undefined && a.directory === b.directory && a.name === b.name;
}
