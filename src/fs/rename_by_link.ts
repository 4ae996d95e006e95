/**
 * Renaming without replacing where the file system refuses the flag for it.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { ENOSYS, hasNumber } from "../text/errors.ts";
import type { FilePort } from "./file_port.ts";

/** Codes of a file system that has no hard links, or allows none here. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]);

/** Whether an error says that no hard link can be made here. */
export function refusesLinks(error: unknown): boolean {
  return NO_LINKS.has(`${(error as { code?: unknown } | null)?.code}`) || hasNumber(error, ENOSYS);
}

/** How long to wait before names are counted again, in milliseconds. */
const COUNT_AGAIN_AFTER = 5;

type Calls = Pick<FilePort, "stat" | "list" | "link" | "remove" | "rename">;

/**
 * `renameNew` by `link(2)` and `unlink(2)`: of two who want one new name one gets it. A crash
 * between the two leaves a file with both names, and so does a power cut: a server's journal keeps
 * their order. A directory, and any file where links are refused, is renamed after a look.
 */
export function renameByLink(files: Calls, from: string, to: string): void {
  try {
    files.link(from, to);
  } catch (error) {
    if (refusesLinks(error)) return renameAfterLook(files, from, to);
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    // A crash has left both names, or a server made the link and its answer was lost.
    if (!haveOneFile(files, from, to) && !linkRemembered(files, from, to)) throw error;
  }
  removeLinked(files, from, to);
}

/**
 * Links a file to a name that it had before and that this machine still remembers, after another
 * machine has moved the file on. GlusterFS refuses the link then, and `rename(2)` does nothing, as
 * both names seem to be one file.
 *
 * @returns Whether it did; `false` if another file has the name, or this file may have it.
 */
function linkRemembered(files: Calls, from: string, to: string): boolean {
  const [source, target] = [files.stat(from, "fresh"), files.stat(to, "fresh")];
  if (from === to || !source || source.identity !== target?.identity) return false;
  if (countNames(files, from) !== 1) return false;
  // What a directory holds is not remembered: the file's one name is this one.
  const own = basename(from);
  if (!Iterator.from(files.list(dirname(from), own)).some(({ name }) => name === own)) return false;
  // Should another move the file meanwhile, it keeps this name.
  const spare = hiddenName(to);
  files.link(from, spare);
  try {
    forget(files, to);
    files.link(spare, to);
  } finally {
    if (countNames(files, spare) > 1) files.remove(spare);
  }
  return true;
}

/** Has this machine forget a name that is gone: the server refuses to remove it. */
function forget(files: Calls, path: string): void {
  try {
    files.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A name that is nobody's, beside another. */
function hiddenName(path: string): string {
  return `${dirname(path)}/.names-${crypto.randomUUID()}`;
}

/** Removes the old name of a file that has both. */
export function removeLinked(files: Calls, from: string, to: string): void {
  try {
    files.remove(from);
  } catch (error) {
    // Another moved the file meanwhile, and has it; or the disk refuses, and it stays where it was.
    // The last name stays: an answer can be lost here too.
    if (countNames(files, to) > 1) files.remove(to);
    else if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
}

/** `renameNew` where nothing better is to be had: can replace a file made at that very instant. */
export function renameAfterLook(files: Calls, from: string, to: string): void {
  // The source counts first: the target of a move that another process has made is no clash.
  const [source, target] = [files.stat(from), files.stat(to)];
  if (!source) throw new Deno.errors.NotFound(`no ${from}`);
  if (target) throw new Deno.errors.AlreadyExists(`${to} exists`);
  files.rename(from, to);
}

/** Whether two names are those of one file, which has both. @throws If the first is gone. */
export function haveOneFile(files: Calls, from: string, to: string): boolean {
  const [source, target] = [files.stat(from, "fresh"), files.stat(to, "fresh")];
  if (!source) throw new Deno.errors.NotFound(`no ${from}`);
  return from !== to && source.links > 1 && source.identity === target?.identity &&
    countNames(files, from) > 1;
}

/**
 * How many names a file has. A client can remember their number for a second and more, whatever it
 * is asked, and a name removed by a remembered number may be the last. The answer to a new link has
 * the number of the server, so a link is made for it.
 *
 * @returns 0 if that cannot be known now.
 */
function countNames(files: Calls, path: string): number {
  let count = countOnce(files, path);
  // Another program may have counted at that moment: its link is gone by then.
  for (let again = 0; again < 2 && count > 1; again++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, COUNT_AGAIN_AFTER);
    count = countOnce(files, path);
  }
  return count;
}

function countOnce(files: Calls, path: string): number {
  const probe = hiddenName(path);
  try {
    files.link(path, probe);
  } catch {
    return 0;
  }
  try {
    return (files.stat(probe, "fresh")?.links ?? 1) - 1;
  } finally {
    try {
      files.remove(probe);
    } catch {
      // Its name is nobody's: it does no harm.
    }
  }
}
