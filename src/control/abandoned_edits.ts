/**
 * Jobs that a program was changing when it died.
 *
 * @module
 */

import { entries } from "../contents/entries.ts";
import { isEditor } from "../format/worker_names.ts";
import type { Queue } from "../queue.ts";

/**
 * Puts back each job that a program was changing when it died, so that no reader shows it as
 * running. If the disk refuses that, the jobs stay for the next worker.
 */
export async function putBackAbandoned({ store }: Queue): Promise<void> {
  const editors = new Set<string>();
  for (const { worker } of entries(store, "processing")) {
    if (worker !== undefined && isEditor(worker)) editors.add(worker);
  }
  if (editors.size === 0) return;
  // On demand: it takes most readers longer to load than to read the queue.
  const { recoverEditor } = await import("../recovery/recover.ts");
  for (const editor of editors) {
    try {
      await recoverEditor(store, editor);
    } catch {
      // A full or read-only disk must not keep anybody from reading.
    }
  }
}
