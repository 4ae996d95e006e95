/**
 * `queuectl worker forget`: declares a worker dead whose machine is gone.
 *
 * @module
 */

import { forgetWorker } from "../../../recovery/forget_worker.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import { isAgreed, needYes } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { printAnswer, say } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import { namedWorker } from "./worker.ts";

/** Forgets a worker, on a terminal after asking, and says what becomes of its jobs. */
export async function workerForget(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const name = namedWorker(call.words[0]!, queue.workers().map((worker) => worker.name));
  needYes(call, `forgetting worker ${name}`);
  const jobs = counted(queue.jobsOf(name).length, "running job");
  if (!isAgreed(call, `Is the machine of ${name} gone, and its ${jobs} with it?`)) return 1;
  say(`looking for signs of life of ${visibleText(name)}`);
  const { finished, lost } = await forgetWorker(queue, name);
  const parts = [
    ...lost.length > 0 ? [`charged as lost, to be run again: ${lost.join(" ")}`] : [],
    ...finished.length > 0 ? [`recorded as it had ended: ${finished.join(" ")}`] : [],
  ];
  const line = `forgot ${name}: ${parts.length > 0 ? parts.join("; ") : "it had no job"}`;
  printAnswer(call.json, { worker: name, finished, lost }, visibleText(line));
  return 0;
}
