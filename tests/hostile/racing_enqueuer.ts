/**
 * A process that enqueues jobs with the IDs that it is given, a line each on its standard input,
 * and says of each what it was told: `ok`, or the sentence of the refusal.
 *
 *     deno run -A tests/hostile/racing_enqueuer.ts QUEUE
 *
 * @module
 */

import { QueueError } from "../../src/text/errors.ts";
import { Queue } from "../../src/queue.ts";

if (import.meta.main) {
  const queue = await Queue.open(Deno.args[0]);
  console.log("ready");
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const id of lines) {
      try {
        await queue.enqueue({ command: `echo ${Deno.pid}`, id });
        console.log("ok");
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
        console.log(error.message);
      }
    }
  }
}
