/**
 * Commands that take several things.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import { say } from "../../terminal/output.ts";
import { visibleText } from "../../terminal/visible_text.ts";

/**
 * Does something for each word, all that can be done; says what could not.
 *
 * @returns The exit status: 0, or 1 if any failed.
 */
export async function eachOf(
  words: readonly string[],
  act: (word: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const word of new Set(words)) {
    try {
      await act(word);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      say(`queuectl: ${visibleText(error.message)}`);
      status = 1;
    }
  }
  return status;
}
