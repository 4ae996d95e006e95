import { assertEquals } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { seededRandom } from "../simulation/seeded.ts";
import { eventually, namesIn } from "../temporary_queue.ts";
import { type Dropped, Dropper } from "./drop_files.ts";
import { fingerprint } from "./hostile_things.ts";
import { scratchFolder } from "./scratch_folder.ts";
import { WorkerProcess } from "./program_process.ts";

/** How many files are dropped; `deno task fuzz` drops 10,000. */
const FILES = Number(Deno.env.get("QUEUECTL_FUZZ_FILES") ?? 600);

/** Which files; a failing run prints it. */
const SEED = Number(
  Deno.env.get("QUEUECTL_FUZZ_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);

/** The names in done/ or dead/ that are not logs, by the fingerprint of what has them. */
function prints(dir: string, state: "done" | "dead"): Map<string, string> {
  const names = namesIn(dir, state).filter((name) => !name.endsWith(".log"));
  return new Map(names.map((name) => [fingerprint(`${dir}/${state}/${name}`), name]));
}

/**
 * Device and inode of all that is left in pending/, whatever its name: the runtime reads only
 * UTF-8.
 */
function leftWaiting(dir: string): Set<string> {
  const { stdout } = new Deno.Command("find", {
    args: [`${dir}/pending`, "-maxdepth", "2", "-printf", "%D:%i\\n"],
  }).outputSync();
  return new Set(new TextDecoder().decode(stdout).split("\n"));
}

/** How many there are of each fate, for whoever asked for more of them than the tests do. */
function tally(dropped: readonly Dropped[]): string {
  const counts = Map.groupBy(dropped, ({ fate }) => fate);
  return `seed ${SEED}: ${[...counts].map(([fate, all]) => `${all.length} ${fate}`).join(", ")}`;
}

/** How often each token stands in the ledger. */
function runs(ledger: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of Deno.readTextFileSync(ledger).trimEnd().split("\n")) {
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

/** What should have become of the dropped files and did not, a line each. */
function faults(dir: string, dropped: readonly Dropped[], ledger: string): string[] {
  const found: string[] = [];
  const counts = runs(ledger);
  const dead = prints(dir, "dead");
  const done = prints(dir, "done");
  const waiting = leftWaiting(dir);
  if (counts.has("forbidden")) found.push(`ran what was not to run: ${counts.get("forbidden")}`);
  for (const { fate, what, print, token } of dropped) {
    if (fate === "good" && counts.get(token) !== 1) {
      found.push(`ran ${counts.get(token) ?? 0} times: ${what}`);
    }
    if (fate === "ignored" && !waiting.has(print.split(" ")[0]!)) {
      found.push(`not left alone: ${what}`);
    }
    if (fate === "ended" && !done.has(print) && !dead.has(print)) found.push(`replaced: ${what}`);
    if (fate !== "bad") continue;
    const name = dead.get(print);
    if (!name) {
      found.push(`not in dead/ as it was: ${what}`);
      continue;
    }
    const log = `${dir}/dead/${name.replace(/\.json$/, ".log")}`;
    if (!/^queuectl: not a job: .+\n/.test(Deno.readTextFileSync(log))) {
      found.push(`no reason in ${log}: ${what}`);
    }
  }
  return found;
}

Deno.test(`of ${FILES} good and bad files in pending/ the good run and the bad go to dead/`, async () => {
  const seed = `(seed ${SEED})`;
  await using scratch = await scratchFolder();
  const queue = await Queue.open(`${scratch.path}/queue`);
  const { dir } = queue;
  await queue.configure({ fsync: false, poll_interval: 0.2 });
  const dropper = new Dropper(dir, scratch.path, seededRandom(SEED));
  // Half is there when the worker comes, the rest comes while it works.
  await dropper.drop(Math.ceil(FILES / 2));
  await using worker = new WorkerProcess(dir, "--count", "4");
  const ended = () => worker.code !== undefined;
  await eventually(`the first event ${seed}`, () => worker.events.length > 0 || ended());
  while (dropper.dropped.length < FILES) {
    await dropper.drop(Math.min(50, FILES - dropper.dropped.length));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  const due = dropper.dropped.filter(({ fate }) => fate === "good" || fate === "bad").length;
  const settled = () =>
    worker.events.filter((event) =>
      event.kind === "malformed" || (event.kind === "ended" && event.state !== "failed")
    ).length;
  // Only a standstill is a failure, however slow the machine.
  for (let seen = -1; !ended() && seen < due && settled() > seen;) {
    seen = settled();
    await eventually("", () => settled() > seen || seen >= due || ended()).catch(() => {});
  }
  assertEquals(worker.code, undefined, `the worker ended ${seed}: ${worker.said}`);
  assertEquals(faults(dir, dropper.dropped, dropper.ledger), [], seed);
  assertEquals(queue.counts(), { ...queue.counts(), pending: 0, processing: 0, failed: 0 }, seed);
  assertEquals(worker.troubles, [], seed);
  assertEquals(await worker.stop(), 0, worker.said);
  for (const part of ["processing", "workers", "tmp"]) assertEquals(namesIn(dir, part), [], seed);

  // What is no job and no harm does not keep a worker from seeing that all is done.
  await using drainer = new WorkerProcess(dir, "--drain");
  await eventually(`the drained worker to leave ${seed}`, () => drainer.code !== undefined);
  assertEquals(drainer.code, 0, drainer.said);
  const present = dropper.dropped.filter(({ fate }) => fate !== "ignored").length;
  assertEquals(queue.list().length, present, seed);
  if (Deno.env.has("QUEUECTL_FUZZ_FILES")) console.log(tally(dropper.dropped));
});
