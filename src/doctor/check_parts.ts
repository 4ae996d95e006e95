/**
 * Checks the queue's directories: present, the owner's, closed to others, and with nothing but
 * files where files belong; and the free space.
 *
 * @module
 */

import { quotedPath } from "../text/shown_text.ts";
import { totalsFault } from "../contents/history_totals.ts";
import { largestLogAdvice } from "../contents/largest_log.ts";
import { readConfig } from "../store/config_file.ts";
import { QueueError } from "../text/errors.ts";
import { JOB_STATES } from "../format/names.ts";
import { LATER_PARTS, PARTS } from "../store/trust.ts";
import { pathIn, putAside } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** Less free space than this, in bytes, is reported: enough for some ten thousand jobs. */
const LITTLE_DISK = 64 * 1024 * 1024;

/**
 * Checks the queue's directory, its parts, and its settings.
 *
 * @returns Whether all parts are there, so that their contents can be checked.
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
      await examination.fix(`${path} is missing`, "makes it", make);
    } else if (stat.kind !== "directory") {
      examination.note(`${path} is not a directory`, "move it away");
    } else if (stat.uid !== uid) {
      examination.note(
        `${path} belongs to uid ${stat.uid}, the queue to ${uid}`,
        `check its content, then take it over: chown ${uid} ${quotedPath(path)}`,
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
    ? "anyone who can write there can run commands as you"
    : "anyone who can read there sees your jobs and their output";
  await examination.fix(
    `${path} is open to group or others (mode ${mode.toString(8)}): ${danger}`,
    "sets mode 700",
    () => files.setMode(path, 0o700),
  );
}

/** The settings name commands that workers run, and a broken file stops everything. */
function checkSettings(examination: Examination): void {
  const { files, dir } = examination.store;
  try {
    readConfig(files, dir, examination.store.owner);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    examination.note(error.message, "edit it, or reset all settings: queuectl config reset --yes");
  }
}

/** Checks the totals of the history that was removed. */
export function checkTotals(examination: Examination): void {
  const fault = totalsFault(examination.store);
  if (fault) examination.note(fault, "remove it, or put back a copy of it");
}

/** Checks that the disk is not nearly full. */
export function checkDisk(examination: Examination): void {
  const { freeBytes } = examination.options;
  if (freeBytes === undefined || freeBytes >= LITTLE_DISK) return;
  const mebibytes = Math.floor(freeBytes / 1024 / 1024);
  const log = largestLogAdvice(examination.store);
  examination.note(
    `only ${mebibytes} MiB are free on the disk of ${examination.store.dir}`,
    `free some space: a full disk stops adding and settling jobs${log ? `; ${log}` : ""}`,
    "disk",
  );
}

/** The directories that hold nothing but files. */
const FILES_ONLY = ["unique", "limits", "history", "workers", "ring"] as const;

/**
 * Checks that only regular files lie where files are opened by name: a fifo or a folder there would
 * stop whoever needs the file. Jobs and schedules are checked with their own.
 */
export async function checkKinds(examination: Examination): Promise<void> {
  const { files, dir } = examination.store;
  for (const part of FILES_ONLY) {
    await checkFolder(examination, part, () => true);
  }
  for (const state of JOB_STATES) {
    await checkFolder(examination, state, (name) => name.endsWith(".log"));
  }
  for (const name of ["hooks.log", "hooks.log.prev", "workers/.autostart"]) {
    const kind = files.stat(`${dir}/${name}`)?.kind;
    if (kind !== undefined && kind !== "file") await moveAside(examination, name);
  }
}

async function checkFolder(
  examination: Examination,
  part: Parameters<typeof pathIn>[1],
  isFile: (name: string) => boolean,
): Promise<void> {
  const { store } = examination;
  const folder = pathIn(store, part);
  if (store.files.stat(folder)?.kind !== "directory") return;
  for (const { name, kind } of [...store.files.list(folder)]) {
    if (kind === "file" || name.startsWith(".") || !isFile(name)) continue;
    await moveAside(examination, `${part}/${name}`);
  }
}

async function moveAside(examination: Examination, name: string): Promise<void> {
  const { store } = examination;
  await examination.fix(
    `${JSON.stringify(name)} is not a regular file`,
    "renames it to a name that begins with a dot",
    () => putAside(store, `${store.dir}/${name}`),
  );
}
