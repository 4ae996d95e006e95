/**
 * What the bench does to the volume without queuectl, run on a host:
 *
 *     bench_disk.ts loop FOLDER COUNT    the renames and flushes of COUNT jobs; prints the seconds
 *     bench_disk.ts files FOLDER COUNT   makes and flushes COUNT new files; prints the seconds
 *     bench_disk.ts fill FOLDER COUNT    makes COUNT files of done jobs
 *
 * @module
 */

import { newId } from "../../src/format/ids.ts";

/** How many calls are in flight at once: as many as the worker beside it has slots. */
const LANES = 4;

/** And of the files that `enqueue --file` makes. */
const FILE_LANES = 16;

const [task, folder, words] = Deno.args as [string, string, string];
const count = Number(words);
if (task === "loop") console.log(await loop());
else if (task === "files") console.log(await files());
else await inLanes(fill);

async function inLanes(one: (n: number) => Promise<void>, lanes = LANES): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < count) await one(next++);
  }));
}

/**
 * Moves a job's file from pending/ to processing/ and to tmp/, and its log to done/; writes and
 * flushes what it becomes, renames that to done/, flushes done/, and removes the old file.
 */
async function loop(): Promise<number> {
  for (const name of ["pending", "processing", "tmp", "done"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  await inLanes((n) => Deno.writeTextFile(`${folder}/pending/${n}`, "{}"));
  const begun = performance.now();
  await inLanes(async (n) => {
    await Deno.rename(`${folder}/pending/${n}`, `${folder}/processing/${n}`);
    await Deno.writeTextFile(`${folder}/processing/${n}.log`, "");
    await Deno.rename(`${folder}/processing/${n}`, `${folder}/tmp/${n}`);
    await Deno.writeTextFile(`${folder}/tmp/${n}.done`, '{"command":"true"}');
    await flush(`${folder}/tmp/${n}.done`);
    await Deno.rename(`${folder}/processing/${n}.log`, `${folder}/done/${n}.log`);
    await Deno.rename(`${folder}/tmp/${n}.done`, `${folder}/done/${n}`);
    await flush(`${folder}/done`);
    await Deno.remove(`${folder}/tmp/${n}`);
  });
  return (performance.now() - begun) / 1000;
}

/** Makes as many files as jobs are added, of about their size. */
async function files(): Promise<number> {
  await Deno.mkdir(folder, { recursive: true });
  const content = new TextEncoder().encode('{"command": "true"}'.padEnd(300));
  const begun = performance.now();
  await inLanes(async (n) => {
    using file = await Deno.open(`${folder}/${n}`, { write: true, createNew: true });
    await file.write(content);
    await file.sync();
  }, FILE_LANES);
  return (performance.now() - begun) / 1000;
}

async function flush(path: string): Promise<void> {
  using file = await Deno.open(path);
  await file.sync();
}

async function fill(): Promise<void> {
  const id = newId();
  const time = new Date().toISOString();
  const job = { id, command: "true", history: [{ started_at: time, finished_at: time }] };
  await Deno.writeTextFile(`${folder}/${id}.json`, JSON.stringify(job), { mode: 0o600 });
}
