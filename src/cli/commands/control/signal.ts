/**
 * `queuectl signal`, `suspend` and `resume`: signals to running jobs.
 *
 * @module
 */

import { signalJob } from "../../../control/signal_job.ts";
import { SIGNAL_NAMES, signalOf } from "../../../process/signals.ts";
import { UsageError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { nearestWord } from "../../args/spelling.ts";
import type { Invocation } from "../../table/command.ts";
import { type Deed, eachJob } from "./each_of.ts";

const SIGNAL: Deed = { verb: "signal", past: "signalled", fitting: ["processing"] };
const SUSPEND: Deed = { ...SIGNAL, verb: "suspend", past: "suspended" };
const RESUME: Deed = { ...SIGNAL, verb: "resume", past: "resumed" };

/** Sends the signal that the last word names, or as in kill(1) the first, to running jobs. */
export function signal(call: Invocation): Promise<number> {
  const [word, first] = [call.words.at(-1)!, call.words[0]!];
  const last = signalOf(word);
  const signal = last ?? signalOf(first.replace(/^-/, ""));
  if (!signal) throw new UsageError(`unknown signal "${visibleText(word)}" (${guess(word)})`);
  const words = last ? call.words.slice(0, -1) : call.words.slice(1);
  return eachJob({ ...call, words }, SIGNAL, (queue, id) => signalJob(queue, id, signal));
}

/** Stops running jobs until they are resumed. */
export function suspend(call: Invocation): Promise<number> {
  return eachJob(call, SUSPEND, (queue, id) => signalJob(queue, id, "SIGSTOP"));
}

/** Lets suspended jobs go on. */
export function resume(call: Invocation): Promise<number> {
  return eachJob(call, RESUME, (queue, id) => signalJob(queue, id, "SIGCONT"));
}

/** What was probably meant. */
function guess(word: string): string {
  const short = SIGNAL_NAMES.map((name) => name.slice("SIG".length));
  const nearest = nearestWord(word.toUpperCase().replace(/^SIG/, ""), short);
  return nearest === undefined ? "see: kill -l" : `did you mean ${nearest}?`;
}
