/**
 * `queuectl rm`: removes jobs.
 *
 * @module
 */

import { WaitedForError } from "../../../constraints/waiters.ts";
import type { Invocation } from "../../table/command.ts";
import { eachOf } from "./each_of.ts";
import { print } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Removes jobs that do not run, and their logs; prints their IDs. Those that wait for others go first. */
export async function rm(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  let status = 0;
  let words: readonly string[] = call.words;
  for (let last = false; words.length > 0;) {
    const refused: string[] = [];
    const left = words.length;
    const failed = await eachOf(words, async (word) => {
      const { id } = queue.find(word);
      try {
        await queue.remove(id);
      } catch (error) {
        if (last || !(error instanceof WaitedForError)) throw error;
        refused.push(word);
        return;
      }
      print(id);
    });
    status = Math.max(status, failed);
    last = refused.length === left;
    words = refused;
  }
  return status;
}
