/**
 * The jobs that a new job depends on, as users name them.
 *
 * @module
 */

import { QueueError, UsageError } from "../../text/errors.ts";
import type { JobInput } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";

/**
 * Replaces each beginning or end of an ID in `after` by the whole ID.
 *
 * @param inputs Jobs that are about to be added, and may name one another; they are changed.
 * @param where Names the place of an input in errors, such as `jobs.txt, line 3: `.
 * @throws {QueueError} If no job matches, or several do; a {@linkcode UsageError} if the input
 * stands in a file.
 */
export function resolveAfter(
  queue: Queue,
  inputs: readonly JobInput[],
  where?: (index: number) => string,
): void {
  const known = new Map<string, string>();
  let added: Set<unknown> | undefined;
  for (const [index, input] of inputs.entries()) {
    // The check of the whole job names an `after` that is no list of texts.
    if (!Array.isArray(input.after)) continue;
    added ??= new Set(inputs.map(({ id }) => id));
    try {
      input.after = input.after.map((text) => {
        if (typeof text !== "string" || added!.has(text)) return text;
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
