/**
 * A real worker whose calls are delayed: `real_worker.ts DIR ROUND_TRIP NAMES SLOTS`. Runs until it
 * is killed.
 *
 * @module
 */

import { Queue } from "../../src/queue.ts";
import { Worker } from "../../src/worker/worker.ts";
import { delayedFiles } from "./delayed_port.ts";

const [dir, roundTrip, names, slots] = Deno.args as [string, string, string, string];
const files = delayedFiles(Number(roundTrip), Number(names));
const queue = await Queue.open(dir, { files });
const worker = new Worker(queue, {
  count: Number(slots),
  onEvent: (event) => event.kind === "trouble" && console.error(event.message),
});
await worker.start();
console.log("started");
Deno.addSignalListener("SIGTERM", () => worker.stop({ now: true }));
await worker.finished;
Deno.exit(0);
