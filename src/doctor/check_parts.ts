/**
 * Whether a queue's directories are there, are its owner's, and are closed to others; and what room there is.
 *
 * @module
 */

import { quotedPath } from "../text/shown_text.ts";
import { readConfig } from "../store/config_file.ts";
import { QueueError } from "../text/errors.ts";
import { LATER_PARTS, PARTS } from "../store/trust.ts";
import { pathIn } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** Less than this is little disk: enough for some ten thousand jobs. */
const LITTLE_DISK = 64 * 1024 * 1024;

/**
 * Checks the queue's directory, its parts, and its settings' mode.
 *
 * @returns Whether the parts are there, so that it can be looked at what is in them.
 */
export async function checkParts(examination: Examination): Promise<boolean> {
  const { store } = examination;
  const uid = store.files.stat(store.dir)?.uid;
  await checkMode(examination, store.dir);
  for (const part of [...PARTS, ...LATER_PARTS]) {
    const path = pathIn(store, part);
    const stat = store.files.stat(path);
    if (stat === undefined) {
      if (PARTS.every((each) => each !== part)) continue;
      const make = () => store.files.makeDirectory(path);
      await examination.mend(`${path} is missing`, "makes it", make);
    } else if (stat.kind !== "directory") {
      examination.note(`${path} is not a directory`, "move it away");
    } else if (stat.uid !== uid) {
      examination.note(
        `${path} belongs to uid ${stat.uid}, the queue to ${uid}`,
        `look at what is in it first, then take it over with: chown ${uid} ${quotedPath(path)}`,
      );
    } else await checkMode(examination, path);
  }
  checkSettings(examination);
  const isDirectory = (part: typeof PARTS[number] | typeof LATER_PARTS[number]) =>
    store.files.stat(pathIn(store, part))?.kind === "directory";
  return PARTS.every(isDirectory) &&
    LATER_PARTS.every((part) => isDirectory(part) || !store.files.exists(pathIn(store, part)));
}

async function checkMode(examination: Examination, path: string): Promise<void> {
  const { files } = examination.store;
  const mode = files.stat(path)?.mode ?? 0;
  if ((mode & 0o077) === 0) return;
  const danger = mode & 0o022
    ? "who can write there can run commands as you"
    : "who can read there sees what your jobs are and what they print";
  await examination.mend(
    `${path} is open to group or others (mode ${mode.toString(8)}): ${danger}`,
    "sets mode 700",
    () => files.setMode(path, 0o700),
  );
}

/** The settings name commands that workers run, and broken ones keep everything from working. */
function checkSettings(examination: Examination): void {
  const { files, dir } = examination.store;
  try {
    readConfig(files, dir, examination.store.owner);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    examination.note(error.message, "edit it, or give all settings their defaults: config reset");
  }
}

/** Checks that the disk is not nearly full. */
export function checkDisk(examination: Examination): void {
  const { freeBytes } = examination.options;
  if (freeBytes === undefined || freeBytes >= LITTLE_DISK) return;
  const mebibytes = Math.floor(freeBytes / 1024 / 1024);
  examination.note(
    `only ${mebibytes} MiB are left on the disk of ${examination.store.dir}`,
    "make room: with none left jobs can neither be added nor settled",
    "disk",
  );
}
