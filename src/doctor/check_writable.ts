/**
 * Checks that the queue can be written: a queue that only reads well runs no job.
 *
 * @module
 */

import type { WriteFault } from "../fs/file_port.ts";
import { LATER_PARTS, PARTS } from "../store/trust.ts";
import { pathIn, temporaryPath } from "../store/store.ts";
import { reasonWithin } from "../text/errors.ts";
import { quotedPath } from "../text/shown_text.ts";
import type { Examination } from "./examination.ts";

/**
 * Checks the queue's directory and each part, then makes and removes a file in tmp/.
 *
 * @returns Whether the rest can be checked: no lock can be taken on a read-only file system.
 */
export async function checkWritable(examination: Examination): Promise<boolean> {
  const { store } = examination;
  const { files, dir } = store;
  const whole = files.writeFault?.(dir);
  let canLock = true;
  for (const path of [dir, ...[...PARTS, ...LATER_PARTS].map((part) => pathIn(store, part))]) {
    const stat = files.stat(path);
    const fault = stat?.kind === "directory" ? files.writeFault?.(path) : undefined;
    if (!stat || fault === undefined) continue;
    if (fault === "read-only") {
      canLock = false;
      // One sentence is enough for a whole file system.
      if (whole === fault && path !== dir) continue;
    }
    if (fault === "no permission" && (stat.mode & 0o300) !== 0o300) {
      await examination.fix(
        `${path} cannot be written: its mode is ${stat.mode.toString(8)}`,
        "sets mode 700",
        () => files.setMode(path, 0o700),
      );
    } else examination.note(...unwritable(path, fault));
  }
  const tmp = pathIn(store, "tmp");
  if (files.stat(tmp)?.kind === "directory" && !files.writeFault?.(tmp)) tryToWrite(examination);
  return canLock;
}

function unwritable(
  path: string,
  fault: WriteFault,
): [problem: string, remedy: string] {
  switch (fault) {
    case "read-only":
      return [
        `${path} cannot be written: its file system is mounted read-only`,
        `find its mount (findmnt --target ${quotedPath(path)}) and mount it for writing; ` +
        "until then doctor cannot check the rest",
      ];
    case "immutable":
      return [
        `${path} cannot be written: it is marked immutable`,
        `clear the mark: chattr -i ${quotedPath(path)}`,
      ];
    case "no permission":
      return [
        `${path} cannot be written: no permission`,
        `look at what denies it: ls -ld ${quotedPath(path)}; getfacl ${quotedPath(path)}`,
      ];
  }
}

/** Finds what no look at a directory shows, such as a full disk or an exhausted quota. */
function tryToWrite(examination: Examination): void {
  const { files, dir } = examination.store;
  const path = temporaryPath(examination.store);
  try {
    files.create(path, new Uint8Array(4096));
    files.remove(path);
  } catch (error) {
    examination.note(
      `no file can be made in ${dir}/tmp: ${reasonWithin(error)}`,
      "free some space or raise the quota; until then no job can be added or settled",
      "no file in tmp",
    );
  }
}
