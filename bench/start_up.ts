/**
 * What one `queuectl enqueue true` takes as a whole process, beside `deno run` of an empty file.
 *
 * @module
 */

import { inTurn, type Question, queuectl, span, timed } from "./measure.ts";

/** One enqueue. */
export const startUp: Question = {
  name: "start-up",
  async ask({ folder, rounds, quick }) {
    const empty = `${folder}/empty.ts`;
    Deno.writeTextFileSync(empty, "");
    // As where a worker has run once: a program that is over sooner than its event loop turns
    // leaves the runtime no time to keep what it has compiled.
    await timed(queuectl(`${folder}/queue`, "worker", "start", "--drain"));
    // A process is over in tens of milliseconds, so that more rounds cost little.
    const medians = await inTurn(quick ? rounds * 4 : rounds * 10, {
      empty: async () => (await timed([Deno.execPath(), "run", empty])).seconds,
      queuectl: async () => (await timed(queuectl(`${folder}/queue`, "enqueue", "true"))).seconds,
    });
    const ratio = medians.queuectl / medians.empty;
    return [{
      question: "one `queuectl enqueue true`, whole process",
      figure: span(medians.queuectl),
      reference: `deno run of an empty file: ${span(medians.empty)}`,
      ratio,
      must: "at most 1.5",
      reached: ratio <= 1.5,
      aim: "1.2",
    }];
  },
};
