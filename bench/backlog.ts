/**
 * What a million waiting jobs cost a worker: its rate, the time to its first job, its memory.
 *
 * @module
 */

import { nativeFiles } from "../src/fs/native_files.ts";
import { enqueueMany } from "../src/moves/enqueue_many.ts";
import { newId } from "../src/format/ids.ts";
import { formatStamp } from "../src/format/names.ts";
import { openStore } from "../src/store/open_store.ts";
import {
  type BenchContext,
  median,
  perSecond,
  type Question,
  queuectl,
  type Row,
  settleDisk,
  span,
} from "./measure.ts";
import { usageOf } from "./worker_process.ts";

/**
 * How jobs wait: in folders of 10,000 as `enqueue --file` makes them, or each as a file in
 * pending/.
 */
export type Form = "batches" | "single files";

/** Fills a queue with jobs of `true`, unflushed: it is not the filling that is measured. */
export async function fillQueue(dir: string, count: number, form: Form): Promise<void> {
  const store = await openStore(dir, { files: nativeFiles });
  if (form === "batches") {
    store.config.fsync = false;
    for (let at = 0; at < count; at += 100_000) {
      const part = Math.min(100_000, count - at);
      await enqueueMany(store, Array.from({ length: part }, () => ({ command: "true" })));
    }
    return;
  }
  const content = new TextEncoder().encode('{"command":"true"}');
  const begun = Date.now();
  for (let job = 0; job < count; job++) {
    const name = `${formatStamp(begun + (job >> 6))}-5-${newId()}.json`;
    Deno.writeFileSync(`${dir}/pending/${name}`, content, { mode: 0o600 });
  }
}

/** Lets a worker run for some seconds. */
async function work(dir: string, seconds: number) {
  const words = queuectl(dir, "worker", "start", "--count", "2", "--json");
  const begun = performance.now();
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let [first, ended] = [0, 0];
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  const stop = async () => {
    const { memory } = await usageOf(child.pid);
    child.kill("SIGTERM");
    return memory;
  };
  let memory: Promise<number> | undefined;
  let until = Infinity;
  for await (const text of lines) {
    if (first === 0 && text.includes('"kind":"started"')) {
      first = performance.now();
      until = first + seconds * 1000;
    }
    if (performance.now() < until) ended += text.split('"kind":"ended"').length - 1;
    else memory ??= stop();
  }
  memory ??= Promise.resolve(NaN);
  await child.status;
  return { wait: (first - begun) / 1000, rate: ended / seconds, memory: await memory };
}

async function ask({ folder, rounds, quick }: BenchContext, form: Form): Promise<Row[]> {
  const [many, few] = [quick ? 50_000 : 1_000_000, 1000];
  const seconds = quick ? 2 : 8;
  const large = `${folder}/large-${form.replace(" ", "-")}`;
  await fillQueue(large, many, form);
  const runs: Awaited<ReturnType<typeof work>>[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // So many that it does not run out while it is measured; few beside a million.
    const small = `${folder}/small-${form.replace(" ", "-")}-${round}`;
    await fillQueue(small, few * seconds * 2, form);
    await settleDisk();
    rates.push((await work(small, seconds)).rate);
    await settleDisk();
    runs.push(await work(large, seconds));
  }
  const rate = median(runs.map((run) => run.rate));
  const ratio = rate / median(rates);
  const wait = median(runs.map((run) => run.wait));
  const memory = Math.max(...runs.map((run) => run.memory));
  const [mustWait, aimWait] = form === "batches" ? [2, "0.5 s"] : [8, "3 s"];
  const title = `${many.toLocaleString("en-US")} waiting in ${form}`;
  return [
    {
      question: `${title}: jobs a second`,
      figure: perSecond(rate),
      reference: `with few thousand waiting: ${perSecond(median(rates))}`,
      ratio,
      must: "0.9",
      reached: ratio >= 0.9,
      aim: "1.0",
    },
    {
      question: `${title}: time to the first job, from the worker's start`,
      figure: span(wait),
      reference: "",
      must: `${mustWait} s`,
      reached: wait <= mustWait,
      aim: aimWait,
    },
    {
      question: `${title}: memory of the worker`,
      figure: `${Math.round(memory)} MB`,
      reference: "",
      must: "250 MB",
      reached: memory <= 250,
      aim: "150 MB",
    },
  ];
}

/** A million jobs in folders. */
export const backlogInBatches: Question = {
  name: "backlog-batches",
  ask: (context) => ask(context, "batches"),
};

/** A million jobs, each a file of its own in pending/. */
export const backlogOfFiles: Question = {
  name: "backlog-files",
  ask: (context) => ask(context, "single files"),
};
