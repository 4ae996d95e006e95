/**
 * Whether many jobs at once hold each other up: 64 times `sleep 0.1` with 64 slots.
 *
 * @module
 */

import { median, type Question, queuectl, span, timed } from "./measure.ts";
import { startWorker } from "./worker_process.ts";

/** All of them at once, timed by the jobs' own records. */
export const sleeps: Question = {
  name: "sleeps",
  async ask({ folder, rounds }) {
    const figures: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const dir = `${folder}/queue-${round}`;
      const stdin = "sleep 0.1\n".repeat(64);
      await using _worker = await startWorker(dir, "--count", "64");
      const begun = Date.now();
      const { stdout } = await timed(queuectl(dir, "enqueue", "--file", "-"), { stdin });
      await timed(queuectl(dir, "wait", ...stdout.trim().split("\n")));
      const jobs = JSON.parse(
        (await timed(queuectl(dir, "list", "--state", "done", "--json"))).stdout,
      );
      const ends = jobs.map((job: { history: { started_at: string; finished_at: string }[] }) =>
        [job.history[0]!.started_at, job.history[0]!.finished_at].map((time) => Date.parse(time))
      ) as [number, number][];
      const first = Math.min(...ends.map(([start]) => start));
      const last = Math.max(...ends.map(([, end]) => end));
      if (first < begun) throw new Error("a job started before it was enqueued");
      figures.push((last - first) / 1000);
    }
    const seconds = median(figures);
    return [{
      question: "64 jobs of `sleep 0.1` with 64 slots, first start to last end",
      figure: span(seconds),
      reference: "0.1 s",
      ratio: seconds / 0.1,
      must: "at most 3",
      reached: seconds <= 0.3,
      aim: "1.5",
    }];
  },
};
