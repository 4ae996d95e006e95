/**
 * Errors as answers have them: a status, and one sentence.
 *
 * @module
 */

import { MissingError, QueueError, reasonOf, UsageError, writeFault } from "../../mod.ts";

/** A request that is refused: the status and the sentence of its answer. */
export class Refusal extends Error {
  /** @param message One sentence. */
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/**
 * The status and the sentence of an error.
 *
 * @param dir The queue's directory.
 */
export function refusalOf(error: unknown, dir: string): Refusal {
  if (error instanceof Refusal) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return new Refusal(400, sentence);
  if (error instanceof MissingError) return new Refusal(404, sentence);
  if (error instanceof QueueError) return new Refusal(409, sentence);
  const refusedWrite = writeFault(error, dir);
  if (refusedWrite !== undefined) return new Refusal(409, refusedWrite);
  if (isGone(dir)) {
    return new Refusal(500, `the queue ${dir} is gone: it was removed, or its disk is not mounted`);
  }
  return new Refusal(500, reasonOf(error));
}

function isGone(dir: string): boolean {
  try {
    Deno.statSync(`${dir}/VERSION`);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
