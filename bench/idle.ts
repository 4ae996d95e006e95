/**
 * What a worker costs that has nothing to do.
 *
 * @module
 */

import type { Question } from "./measure.ts";
import { startWorker, usageOf } from "./worker_process.ts";

/** An idle worker over a minute. */
export const idle: Question = {
  name: "idle",
  async ask({ folder, quick }) {
    const seconds = quick ? 10 : 60;
    await using worker = await startWorker(`${folder}/queue`);
    // Its start is not idleness.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const before = await usageOf(worker.pid);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const after = await usageOf(worker.pid);
    const share = 100 * (after.cpu - before.cpu) / seconds;
    return [{
      question: `CPU of an idle worker over ${seconds} s`,
      figure: `${share.toFixed(2)} % of one core`,
      reference: "",
      must: "0.5 %",
      reached: share <= 0.5,
      aim: "0.1 %",
    }];
  },
};
