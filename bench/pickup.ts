/**
 * How long from `mv` by hand into pending/ until the command runs, on an idle queue with a worker.
 *
 * @module
 */

import { median, percentile, type Question, span } from "./measure.ts";
import { startWorker } from "./worker_process.ts";

/** An enqueue by hand: a shell writes a file in tmp/ and renames it into pending/. */
export const pickup: Question = {
  name: "pickup",
  async ask({ folder, quick }) {
    const dir = `${folder}/queue`;
    await using _worker = await startWorker(dir, "--count", "2");
    const delays: number[] = [];
    for (let job = 0; job < (quick ? 50 : 300); job++) {
      const stamp = `${folder}/stamp-${job}`;
      const command = `date +%s.%N > ${stamp}.new; mv ${stamp}.new ${stamp}`;
      const file = `${dir}/tmp/by-hand-${job}`;
      Deno.writeTextFileSync(file, JSON.stringify({ command }));
      const begun = Date.now() + performance.now() % 1;
      Deno.renameSync(file, `${dir}/pending/by-hand-${job}.json`);
      delays.push(await stampOf(stamp) - begun / 1000);
      // Idle again: each job is to meet a worker that waits.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [half, most] = [median(delays), percentile(delays, 0.99)];
    return [{
      question: "enqueue by hand until the command has run `date`",
      figure: `median ${span(half)}, 99th percentile ${span(most)}`,
      reference: "",
      must: "10 ms, 50 ms",
      reached: half <= 0.01 && most <= 0.05,
      aim: "3 ms, 15 ms",
    }];
  },
};

async function stampOf(path: string): Promise<number> {
  for (let tries = 0; tries < 10_000; tries++) {
    try {
      return Number(Deno.readTextFileSync(path));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  throw new Error(`no job wrote ${path}`);
}
