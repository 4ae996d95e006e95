/**
 * A process of workers, for tests that need one to die: prints its workers' names as they go live,
 * then each event as a line of JSON, and why each worker finished.
 *
 * Usage: worker_program.ts DIR [OPTIONS [WORKERS [stop]]]; with `stop` they are asked to stop while
 * they start.
 *
 * @module
 */

import { Queue } from "../../src/queue.ts";
import { Worker } from "../../src/worker/worker.ts";

const [dir, options = "{}", workers = "1", stop] = Deno.args;
const print = (line: unknown) => console.log(JSON.stringify(line));

await Promise.all(Array.from({ length: Number(workers) }, async () => {
  const worker = new Worker(await Queue.open(dir!), { ...JSON.parse(options), onEvent: print });
  const starting = worker.start();
  if (stop) worker.stop();
  await starting;
  print({ kind: "live", name: worker.name });
  print({ kind: "finished", reason: await worker.finished });
}));
