import { assert, assertEquals } from "@std/assert";
import type { HistoryLine } from "../../src/contents/history.ts";
import { queueStats } from "../../src/inspect/stats.ts";
import { StatsReader } from "../../src/inspect/stats_reader.ts";
import { temporaryQueue } from "../temporary_queue.ts";

const NOW = Date.UTC(2026, 10, 26, 12);

function line(
  ago: number,
  outcome: HistoryLine["outcome"],
  wait: number | null,
  run: number,
): string {
  return JSON.stringify({
    id: "a",
    finished_at: new Date(NOW - ago).toISOString(),
    wait_ms: wait,
    duration_ms: run,
    outcome,
    led_to: outcome === "done" ? "done" : "dead",
    exit_code: null,
    attempt: 1,
  }) + "\n";
}

Deno.test("the series of a span are those of a history made by hand", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/history`, { mode: 0o700 });
  const path = `${dir}/history/2026-11-26.w-1-a.jsonl`;
  Deno.writeTextFileSync(
    path,
    line(400_000, "done", 1, 1) + line(250_000, "done", 10, 100) +
      line(200_000, "failed", 30, 300) + "torn\n" + line(190_000, "lost", null, 9) +
      line(10_000, "done", 50, 500),
  );
  const store = { ...queue.store, now: () => NOW };
  const reader = new StatsReader({ store });
  const { at, done, failed, wait, run, ...stats } = await reader.stats(300_000, 3);
  assertEquals(at, [NOW - 300_000, NOW - 200_000, NOW - 100_000]);
  assertEquals([done, failed], [[1, 0, 1], [0, 2, 0]]);
  assertEquals(wait, { p50: [10, 30, 50], p95: [10, 30, 50] });
  assertEquals(run, { p50: [100, 300, 500], p95: [100, 300, 500] });
  assertEquals(stats, queueStats(store, 300_000, 3));
  // What comes is read on; a longer span is read back.
  Deno.writeTextFileSync(path, line(5000, "timeout", null, 7), { append: true });
  Deno.writeTextFileSync(
    `${dir}/history/2026-11-20.w-1-a.jsonl`,
    line(6 * 86_400_000, "done", 2, 2),
  );
  assertEquals((await reader.stats(300_000, 3)).failed, [0, 2, 1]);
  const week = await reader.stats(7 * 86_400_000, 7);
  assertEquals([week.done, week.failed], [[0, 1, 0, 0, 0, 0, 3], [0, 0, 0, 0, 0, 0, 3]]);
  assertEquals(week.run.p50, [null, 2, null, null, null, null, 100]);
  // A day that is pruned is gone; one that is no file stops nothing.
  Deno.removeSync(`${dir}/history/2026-11-20.w-1-a.jsonl`);
  Deno.mkdirSync(`${dir}/history/2026-11-21.w-1-a.jsonl`);
  Deno.symlinkSync("/etc/passwd", `${dir}/history/2026-11-22.w-1-a.jsonl`);
  assertEquals((await reader.stats(7 * 86_400_000, 7)).attempts, 6);
});

Deno.test("of a long day no more is read than a span asks for, and again only what is new", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/history`, { mode: 0o700 });
  const path = `${dir}/history/2026-11-26.w-1-a.jsonl`;
  const lines = Array.from(
    { length: 30_000 },
    (_, at) => line((30_000 - at) * 1000, "done", at, at),
  );
  Deno.writeTextFileSync(path, lines.join(""));
  const store = { ...queue.store, now: () => NOW };
  const reader = new StatsReader({ store });
  for (const span of [300_000, 3_600_000, 86_400_000, 300_000]) {
    const { at: _at, done, failed: _failed, wait: _wait, run: _run, ...stats } = await reader
      .stats(span, 4);
    assertEquals(stats, queueStats(store, span, 4));
    assertEquals(done, stats.parts);
  }
  const begun = performance.now();
  for (let times = 0; times < 20; times++) await reader.stats(300_000, 60);
  assert(performance.now() - begun < 10_000);
});
