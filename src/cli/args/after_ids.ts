/**
 * The jobs that a new one is to wait for, as users name them.
 *
 * @module
 */

import { QueueError, UsageError } from "../../text/errors.ts";
import type { JobInput } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";

/**
 * Replaces each beginning or end of an ID in `after` by the whole ID.
 *
 * @param inputs Jobs that are about to be added; they are changed.
 * @param where Names the place of an input in errors, such as `jobs.txt, line 3: `.
 * @throws {QueueError} If no job matches, or several do.
 * @throws {UsageError} The same, where the input stands in a file.
 */
export function resolveAfter(
  queue: Queue,
  inputs: readonly JobInput[],
  where?: (index: number) => string,
): void {
  let ours: Set<unknown> | undefined;
  const known = new Map<string, string>();
  for (const [index, input] of inputs.entries()) {
    // What is no list of texts is left for the check of the whole job to name.
    if (!Array.isArray(input.after)) continue;
    ours ??= new Set(inputs.map(({ id }) => id));
    try {
      input.after = input.after.map((text) => {
        if (typeof text !== "string" || ours!.has(text)) return text;
        const id = known.get(text) ?? queue.find(text).id;
        known.set(text, id);
        return id;
      });
    } catch (error) {
      if (!(error instanceof QueueError) || !where) throw error;
      throw new UsageError(`${where(index)}after: ${error.message}; nothing was enqueued`);
    }
  }
}
