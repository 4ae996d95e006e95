/**
 * Checks that each input belongs to a job, and that each job with an input has it.
 *
 * @module
 */

import { readEntry } from "../contents/entries.ts";
import { inputOwner, inputPath } from "../contents/input_paths.ts";
import { inputFault, removeStaleInput, staleInputs } from "../contents/inputs.ts";
import { pathIn } from "../store/store.ts";
import { fileDistrust } from "../store/trust.ts";
import type { Jobs } from "./check_jobs.ts";
import { type Examination, trustCommand } from "./examination.ts";

/** Checks input/, and the waiting jobs that read an input. */
export async function checkInputs(examination: Examination, jobs: Jobs): Promise<void> {
  await checkNames(examination);
  for (const id of staleInputs(examination.store)) {
    const isInput = examination.store.files.exists(inputPath(examination.store, id));
    await examination.fix(
      isInput
        ? `input/${id}.in is the input of a missing job`
        : `input/${id}.times says when a missing job printed what`,
      "removes it",
      () => removeStaleInput(examination.store, id),
    );
  }
  noteMissing(examination, jobs);
}

async function checkNames(examination: Examination): Promise<void> {
  const { store } = examination;
  const folder = pathIn(store, "input");
  if (store.files.stat(folder)?.kind !== "directory") return;
  for (const { name } of store.files.list(folder)) {
    if (name.startsWith(".")) continue;
    const shown = `input/${JSON.stringify(name)}`;
    const stat = store.files.stat(`${folder}/${name}`);
    if (!stat) continue;
    const id = inputOwner(name);
    if (id === undefined) {
      examination.note(
        `${shown} is not a job's input: its name is not ID.in`,
        "rename or move it",
      );
    } else if (stat.kind !== "file") {
      examination.note(`${shown} is not a regular file; no job will read it`, "move it away");
    } else if (fileDistrust(stat, store.owner) !== undefined) {
      examination.note(
        `${shown} is not trusted: ${fileDistrust(stat, store.owner)}`,
        `check its content; if it is yours, run: ${
          trustCommand(`${folder}/${name}`, stat, store.owner)
        }`,
      );
    } else await examination.close(shown, `${folder}/${name}`, stat.mode);
  }
}

function noteMissing(examination: Examination, jobs: Jobs): void {
  const { store } = examination;
  for (const entry of jobs.withInput) {
    const reason = inputFault(store, entry.id);
    // The job may have moved on, or been removed with its input.
    if (reason === undefined || readEntry(store, entry)?.stdin !== true) continue;
    examination.note(
      `job ${entry.id} cannot run: ${reason}`,
      "restore it; otherwise a worker moves the job to dead/, where you can retry it",
    );
  }
}
