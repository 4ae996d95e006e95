/**
 * Whether workers on one queue are in each other's way: four processes of one slot beside one of
 * four.
 *
 * @module
 */

import { inTurn, perSecond, type Question, queuectl, settleDisk, timed } from "./measure.ts";

/** Jobs a second, both ways. */
export const workers: Question = {
  name: "workers",
  async ask({ folder, rounds, quick }) {
    // So many that starting four processes instead of one weighs little: that is not what is asked.
    const jobs = quick ? 1000 : 15_000;
    const input = "true\n".repeat(jobs);
    const fill = (dir: string) => timed(queuectl(dir, "enqueue", "--file", "-"), { stdin: input });
    for (let round = 0; round < rounds; round++) {
      await fill(`${folder}/one-${round}`);
      await fill(`${folder}/four-${round}`);
    }
    const drain = (dir: string, count: string) =>
      timed(queuectl(dir, "worker", "start", "--count", count, "--drain"));
    const rates = await inTurn(rounds, {
      one: async (round) => jobs / (await drain(`${folder}/one-${round}`, "4")).seconds,
      four: async (round) => {
        const dir = `${folder}/four-${round}`;
        const begun = performance.now();
        await Promise.all([1, 2, 3, 4].map(() => drain(dir, "1")));
        return jobs / (performance.now() - begun) * 1000;
      },
    }, settleDisk);
    const ratio = rates.four / rates.one;
    return [{
      question: `${jobs} jobs by four workers with --count 1`,
      figure: perSecond(rates.four),
      reference: `one with --count 4: ${perSecond(rates.one)}`,
      ratio,
      must: "0.8",
      reached: ratio >= 0.8,
      aim: "1.0",
    }];
  },
};
