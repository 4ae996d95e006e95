/**
 * A directory tree in memory that many hosts share, each by calls that take a round trip to one
 * server, which takes only so many a second.
 *
 * @module
 */

import type { DirectoryEntry, FileLock, FilePort, FileStat } from "../../src/fs/file_port.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What calls cost. */
export interface Costs {
  /** Milliseconds of a call, there and back. */
  readonly roundTrip: number;
  /** Milliseconds more of a flush. */
  readonly flush: number;
  /** How many calls the server takes a second. */
  readonly perSecond: number;
  /** How many names one call of a listing brings. */
  readonly namesACall: number;
}

/** The round trips of each call of a file port, on a file system that opens before it reads. */
export const ROUND_TRIPS = {
  ...{ stat: 1, exists: 1, existsUnblocked: 1, read: 2, readUnblocked: 2 },
  ...{ create: 2, createEach: 2, append: 2, makeDirectory: 1, setMode: 1, link: 1, remove: 1 },
  // Where the file system has no call for it: a link, and the first name's removal.
  ...{ rename: 1, renameUnblocked: 1, renameNew: 2, renameNewUnblocked: 2 },
  ...{ removeEach: 1, sync: 1, syncTree: 1, tryLock: 2, lock: 2 },
} as const;

interface Node {
  readonly kind: "file" | "directory";
  readonly identity: string;
  content: Uint8Array;
  mtime: number;
  links: number;
  lockedBy?: object;
}

const EMPTY = new Uint8Array();

/** The server's work is counted in parts of this length, in milliseconds. */
const SLICE = 5;

/** The server: the tree, and how busy it is. */
export class SharedDirectory {
  readonly time: VirtualTime;
  readonly costs: Costs;
  /** The directories, each with the names in it. */
  readonly tree = new Map<string, Map<string, Node>>();
  /** How many calls were made, by name. */
  readonly calls = new Map<string, number>();
  /** Tries to claim a job, and looks for one, that found it gone. */
  readonly lost = { claims: 0, looks: 0 };
  readonly #load = new Map<number, number>();
  #nodes = 0;

  constructor(time: VirtualTime, costs: Costs) {
    this.time = time;
    this.costs = costs;
  }

  /** When the server has done some calls that reach it one after the other, from now on. */
  served(name: string, calls: number): number {
    const { roundTrip, perSecond } = this.costs;
    this.calls.set(name, (this.calls.get(name) ?? 0) + calls);
    let time = this.time.now;
    for (let call = 0; call < calls; call++) {
      let slice = Math.floor((time + roundTrip / 2) / SLICE);
      const arrives = slice;
      while ((this.#load.get(slice) ?? 0) >= perSecond * SLICE / 1000) slice++;
      this.#load.set(slice, (this.#load.get(slice) ?? 0) + 1);
      time = slice === arrives ? time + roundTrip : slice * SLICE + roundTrip / 2;
    }
    return time;
  }

  /** Keeps the acting thread busy with calls. */
  block(name: keyof typeof ROUND_TRIPS): void {
    this.time.thread.busyUntil = this.served(name, ROUND_TRIPS[name]);
  }

  node(path: string): Node | undefined {
    const [directory, name] = split(path);
    return this.tree.get(directory)?.get(name);
  }

  /** @throws {Deno.errors.NotFound} If it is missing. */
  found(path: string): Node {
    const node = this.node(path);
    if (!node) throw new Deno.errors.NotFound(path);
    return node;
  }

  /** Puts a node under a name; the directory has changed. */
  put(path: string, node: Node): void {
    const [directory, name] = split(path);
    const names = this.tree.get(directory);
    if (!names) throw new Deno.errors.NotFound(path);
    names.set(name, node);
    this.#touch(directory);
  }

  /** Takes a name away. */
  take(path: string): Node {
    const node = this.found(path);
    const [directory, name] = split(path);
    if (node.kind === "directory") {
      if (this.tree.get(path)!.size > 0) throw new Error(`${path} is not empty`);
      this.tree.delete(path);
    }
    this.tree.get(directory)!.delete(name);
    this.#touch(directory);
    return node;
  }

  /** Makes a node under a new name. */
  make(path: string, kind: Node["kind"], content: Uint8Array = EMPTY): Node {
    if (this.node(path)) throw new Deno.errors.AlreadyExists(path);
    const node: Node = {
      ...{ kind, content, mtime: this.time.wallClock, links: 1 },
      identity: `1:${++this.#nodes}`,
    };
    this.put(path, node);
    if (kind === "directory") this.tree.set(path, new Map());
    return node;
  }

  rename(from: string, to: string): void {
    if (from === to) return;
    const names = this.tree.get(from);
    if (isClaim(from, to) && !this.node(from)) this.lost.claims++;
    const node = this.found(from);
    if (names) this.tree.delete(from);
    const [directory, name] = split(from);
    this.put(to, node);
    this.tree.get(directory)!.delete(name);
    this.#touch(directory);
    if (names) this.tree.set(to, names);
  }

  #touch(directory: string): void {
    const node = directory === "" ? undefined : this.node(directory);
    if (node) node.mtime = this.time.wallClock;
  }
}

function isClaim(from: string, to: string): boolean {
  return from.includes("/pending/") && to.includes("/processing/");
}

function split(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash), path.slice(slash + 1)];
}

/** The file port of one host. */
export function portOf(server: SharedDirectory): FilePort {
  const { time, costs } = server;
  const own = {};
  const statOf = (node: Node): FileStat => ({
    ...{ kind: node.kind, size: node.content.length, mtime: node.mtime, links: node.links },
    ...{ mode: 0o600, uid: Deno.uid() ?? 0, gid: 0, identity: node.identity },
  });
  /** A call whose effect comes when it has reached the server, and its answer after that. */
  const later = <T>(name: keyof typeof ROUND_TRIPS, effect: () => T, more = 0): Promise<T> =>
    time.until(server.served(name, ROUND_TRIPS[name]) + more, effect);
  const lockOf = (path: string): FileLock | undefined => {
    const node = server.found(path);
    if (node.lockedBy) return undefined;
    node.lockedBy = own;
    return {
      identity: node.identity,
      renew: (now) => {
        server.block("lock");
        node.mtime = now;
        return node.lockedBy === own;
      },
      release: () => {
        server.block("stat");
        node.lockedBy = undefined;
      },
    };
  };
  const create = (path: string, content: Uint8Array) =>
    void server.make(path, "file", content.slice());
  const renameNew = (from: string, to: string) => {
    if (server.node(to)) throw new Deno.errors.AlreadyExists(to);
    server.rename(from, to);
  };
  return {
    *list(directory): Generator<DirectoryEntry> {
      const names = server.tree.get(directory);
      if (!names) throw new Deno.errors.NotFound(directory);
      time.thread.busyUntil = server.served("list", 1 + Math.ceil(names.size / costs.namesACall));
      for (const [name, { kind }] of [...names]) yield { name, kind };
    },
    stat(path) {
      server.block("stat");
      const node = server.node(path);
      return node && statOf(node);
    },
    exists(path) {
      server.block("exists");
      const isThere = server.node(path) !== undefined;
      if (!isThere && path.includes("/pending/")) server.lost.looks++;
      return isThere;
    },
    existsUnblocked: (path) => later("existsUnblocked", () => server.node(path) !== undefined),
    read(path) {
      server.block("read");
      return server.found(path).content;
    },
    readUnblocked: (path) => later("readUnblocked", () => server.found(path).content),
    create(path, content) {
      server.block("create");
      create(path, content);
    },
    createEach: (files, flushed) =>
      later("createEach", () => {
        for (const { path, content } of files) create(path, content);
      }, flushed ? costs.roundTrip + costs.flush : 0),
    append(path, content) {
      server.block("append");
      const node = server.node(path) ?? server.make(path, "file");
      const whole = new Uint8Array(node.content.length + content.length);
      whole.set(node.content);
      whole.set(content, node.content.length);
      Object.assign(node, { content: whole, mtime: time.wallClock });
    },
    makeDirectory(path) {
      server.block("makeDirectory");
      server.make(path, "directory");
    },
    setMode: () => server.block("setMode"),
    rename(from, to) {
      server.block("rename");
      server.rename(from, to);
    },
    renameNew(from, to) {
      server.block("renameNew");
      renameNew(from, to);
    },
    renameUnblocked: (from, to) => later("renameUnblocked", () => server.rename(from, to)),
    renameNewUnblocked: (from, to) => later("renameNewUnblocked", () => renameNew(from, to)),
    link(from, to) {
      server.block("link");
      if (server.node(to)) throw new Deno.errors.AlreadyExists(to);
      server.put(to, server.found(from));
    },
    remove(path) {
      server.block("remove");
      server.take(path);
    },
    removeEach: (paths) =>
      later(
        "removeEach",
        () => paths.map((path) => server.node(path) !== undefined && (server.take(path), true)),
      ),
    sync: (paths) =>
      later("sync", () => {
        paths.forEach((path) => server.found(path));
      }, costs.flush),
    syncTree: () => later("syncTree", () => {}, costs.flush),
    renamesAsOne: () => false,
    isLocal: () => false,
    tryLock(path) {
      server.block("tryLock");
      return lockOf(path);
    },
    lock: (path) => later("lock", () => lockOf(path)!),
  };
}
