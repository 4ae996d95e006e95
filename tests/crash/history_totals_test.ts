import { assert, assertEquals } from "@std/assert";
import { type HistoryTotals, pruneHistory } from "../../src/contents/history_totals.ts";
import { examine } from "../../src/doctor/examine.ts";
import { AttemptTotals } from "../../src/inspect/attempt_totals.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";

const DAY = 86_400_000;
const TODAY = Date.UTC(2026, 10, 26);

/** Writes one file of the history for each of some days, each with two attempts more. */
function writeDays(dir: string, days: number): void {
  Deno.mkdirSync(`${dir}/history`, { recursive: true, mode: 0o700 });
  for (let ago = 0; ago < days; ago++) {
    const finished_at = new Date(TODAY - ago * DAY + 1000).toISOString();
    const line = (outcome: string, duration_ms: number) =>
      JSON.stringify({ id: "a", finished_at, wait_ms: 20, duration_ms, outcome, led_to: "done" });
    const lines = [line("done", 5), line("failed", 700), '{"torn":', ""].join("\n");
    Deno.writeTextFileSync(`${dir}/history/${finished_at.slice(0, 10)}.w-1-a.jsonl`, lines);
  }
}

function totalsOf({ queue }: TemporaryQueue): Promise<HistoryTotals> {
  return new AttemptTotals(queue).read();
}

/** A port that dies at its nth change or flush of the disk, and does nothing from then on. */
function dyingFiles(dyingAt: number): { files: FilePort; calls: string[] } {
  const calls: string[] = [];
  const die = (call: string) => {
    if (calls.push(call) >= dyingAt) throw new Error("the program has died");
  };
  const files: FilePort = {
    ...nativeFiles,
    create: (path, content) => (die(`create ${path}`), nativeFiles.create(path, content)),
    rename: (from, to) => (die(`rename ${to}`), nativeFiles.rename(from, to)),
    remove: (path) => (die(`remove ${path}`), nativeFiles.remove(path)),
    sync(paths) {
      die(`sync ${paths.join(" ")}`);
      return nativeFiles.sync(paths);
    },
  };
  return { files, calls };
}

Deno.test("totals stay as they are whichever call a pruning dies at, and when it is done again", async () => {
  for (let dyingAt = 1;; dyingAt++) {
    await using temporary = await temporaryQueue();
    const { store } = temporary.queue;
    writeDays(temporary.dir, 4);
    await pruneHistory(store, TODAY - 2 * DAY, false);
    const before = await totalsOf(temporary);
    assertEquals([before.attempts.done, before.attempts.failed], [4, 4]);
    assertEquals([before.run.sum, before.run.within[0], before.wait.count], [2820, 4, 8]);
    const { files, calls } = dyingFiles(dyingAt);
    const dying = { ...store, files, config: { ...store.config, fsync: true } };
    const died = await pruneHistory(dying, TODAY + DAY, false).then(() => false, () => true);
    assertEquals(await totalsOf(temporary), before, `died at ${calls.at(-1)}`);
    await pruneHistory(store, TODAY + DAY, false);
    assertEquals(await totalsOf(temporary), before, `pruned again after ${calls.at(-1)}`);
    assertEquals(namesIn(temporary.dir, "history"), ["totals.json"]);
    if (!died) return;
  }
});

Deno.test("totals are on the disk before a file that they count is removed", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  writeDays(temporary.dir, 2);
  const { files, calls } = dyingFiles(Infinity);
  const config = { ...store.config, fsync: true };
  await pruneHistory({ ...store, files, config }, TODAY + DAY, false);
  const at = (pattern: RegExp) => calls.findIndex((call) => pattern.test(call));
  const order = [
    at(/^sync \S+\/tmp\/\S+$/),
    at(/^rename \S+\/history\/totals\.json$/),
    at(/^sync \S+\/history$/),
    at(/^remove \S+\.jsonl$/),
  ];
  assert(order.every((place) => place >= 0), calls.join("\n"));
  assertEquals(order, order.toSorted((a, b) => a - b));
});

Deno.test("a day that a power cut brings back after its removal is counted once", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  writeDays(dir, 2);
  const before = await totalsOf(temporary);
  const old = namesIn(dir, "history");
  const bytes = old.map((name) => Deno.readFileSync(`${dir}/history/${name}`));
  await pruneHistory(queue.store, TODAY + DAY, false);
  old.forEach((name, at) => Deno.writeFileSync(`${dir}/history/${name}`, bytes[at]!));
  assertEquals(await totalsOf(temporary), before);
  await pruneHistory(queue.store, TODAY, false);
  assertEquals(await totalsOf(temporary), before);
});

Deno.test("while another program holds the queue's lock no day is removed, and nothing is lost", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  writeDays(dir, 2);
  const { lockQueue } = await import("../../src/store/queue_lock.ts");
  {
    using _lock = await lockQueue(queue.store);
    assertEquals(await pruneHistory(queue.store, TODAY + DAY, false), 0);
  }
  assertEquals(await pruneHistory(queue.store, TODAY + DAY, true), 2);
  assertEquals(await pruneHistory(queue.store, TODAY + DAY, false), 2);
});

Deno.test("a broken file of totals begins anew, and the doctor says so", async () => {
  for (const broken of ["no JSON", "[]", '{"counted":[7],"attempts":{}}', '{"counted":[]}']) {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    writeDays(dir, 1);
    Deno.writeTextFileSync(`${dir}/history/totals.json`, broken, { mode: 0o600 });
    assertEquals((await totalsOf(temporary)).run.count, 2);
    const findings = await examine(queue.store, {
      repair: false,
      host: "h",
      pid: 1,
      version: "0",
      killSurvivors: () => Promise.resolve(),
    });
    const problems = findings.map(({ problem }) => problem);
    assert(problems.some((problem) => problem.startsWith("history/totals.json")), broken);
    await pruneHistory(queue.store, TODAY + DAY, false);
    assertEquals((await totalsOf(temporary)).run.count, 2);
  }
});
