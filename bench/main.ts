/**
 * `deno task bench [--quick] [--save] [NAME…]`: measures, and prints one table. `--save` also
 * writes docs/performance.md. `--quick` uses small sizes, to see that all of it works.
 *
 * @module
 */

import { backlogInBatches, backlogOfFiles } from "./backlog.ts";
import { dashboard } from "./dashboard.ts";
import { drain, drainUnflushed, peers } from "./drain.ts";
import { enqueueFile } from "./enqueue_file.ts";
import { idle } from "./idle.ts";
import { listing } from "./listing.ts";
import type { Question, Row } from "./measure.ts";
import { pickup } from "./pickup.ts";
import { savePerformance, tableOf } from "./report.ts";
import { sleeps } from "./sleeps.ts";
import { startUp } from "./start_up.ts";
import { workers } from "./workers.ts";

/** In this order, as a disk that has just removed many files makes new ones more slowly. */
const QUESTIONS: readonly Question[] = [
  startUp,
  pickup,
  drain,
  drainUnflushed,
  sleeps,
  workers,
  idle,
  enqueueFile,
  dashboard,
  backlogInBatches,
  backlogOfFiles,
  peers,
  listing,
];

const [quick, save] = ["--quick", "--save"].map((flag) => Deno.args.includes(flag));
const names = Deno.args.filter((word) => !word.startsWith("--"));
const unknown = Deno.args.filter((word) =>
  !["--quick", "--save"].includes(word) && !QUESTIONS.some(({ name }) => name === word)
);
if (unknown.length > 0) {
  console.error(
    `bench: unknown ${unknown.join(", ")} (there are: --quick, --save, ` +
      `${QUESTIONS.map(({ name }) => name).join(", ")})`,
  );
  Deno.exit(2);
}

const root = Deno.makeTempDirSync({ prefix: "queuectl-bench-" });
const rows: Row[] = [];
let failed = false;
try {
  for (const { name, ask } of QUESTIONS) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.error(`measuring ${name} …`);
    const folder = `${root}/${name}`;
    Deno.mkdirSync(folder);
    try {
      rows.push(...await ask({ folder, rounds: quick ? 2 : 5, quick: quick! }));
    } catch (error) {
      failed = true;
      console.error(`bench: ${name} failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(tableOf(rows));
  if (save) await savePerformance(rows, ["deno task bench", ...Deno.args].join(" "));
} finally {
  // All of it at the end: a disk that has just deleted much makes files more slowly.
  console.error("removing what was measured on …");
  Deno.removeSync(root, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
