/**
 * A program with a queue of its own: it adds a job for each file, works the jobs in this process,
 * and reads what each left in `$QUEUECTL_RESULT`.
 *
 *     deno run -A examples/library.ts /tmp/line-counts README.md LICENSE
 *
 * The first word is the queue's directory; it is made if it is missing. Prints how many lines each
 * file has. Exits 1 if a job died.
 *
 * @module
 */

import { Queue, waitForEnd, Worker } from "../mod.ts";

const [dir, ...files] = Deno.args;
if (dir === undefined || files.length === 0) {
  console.error("usage: library.ts QUEUE FILE…");
  Deno.exit(2);
}
const queue = await Queue.open(dir);

const jobs = await Promise.all(files.map((file) =>
  queue.enqueue({
    // The file's name travels in the environment, so no shell reads it as its own text.
    command: 'wc -l < "$FILE" > "$QUEUECTL_RESULT"',
    env: { FILE: file },
    max_retries: 0,
  })
));

const worker = new Worker(queue, { count: 2, drain: true });
await worker.start();
const ended = await Promise.all(jobs.map(({ id }) => waitForEnd(queue, id)));
await worker.finished;

for (const [index, job] of ended.entries()) {
  const lines = job?.state === "done"
    ? job.result?.trim()
    : `${job?.state}: queuectl logs ${job?.id}`;
  console.log(`${files[index]}: ${lines}`);
}
if (ended.some((job) => job?.state !== "done")) Deno.exitCode = 1;
