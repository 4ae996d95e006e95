/**
 * Whether what lies in the place of a file is one: a fifo, a link, a device or a folder there stops whoever needs it.
 *
 * @module
 */

import { JOB_STATES } from "../format/names.ts";
import { pathIn, putAside } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** The parts of a queue in which nothing but files lies. */
const FILES_ONLY = ["unique", "limits", "history", "workers"] as const;

/** Checks the files that are looked for by their name. What may be a job or a schedule is checked with those. */
export async function checkOddThings(examination: Examination): Promise<void> {
  const { files, dir } = examination.store;
  for (const part of FILES_ONLY) {
    await checkFolder(examination, part, () => true);
  }
  for (const state of JOB_STATES) {
    await checkFolder(examination, state, (name) => name.endsWith(".log"));
  }
  const kind = files.stat(`${dir}/hooks.log`)?.kind;
  if (kind !== undefined && kind !== "file") await moveAside(examination, "hooks.log");
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
  await examination.mend(
    `${JSON.stringify(name)} is not a regular file`,
    "gives it a name that begins with a dot, so that it is in nobody's way",
    () => putAside(store, `${store.dir}/${name}`),
  );
}
