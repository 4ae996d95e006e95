import { assertEquals, assertMatch } from "@std/assert";
import { arrive } from "../../src/contents/presence.ts";
import { WatchedQueue } from "../../src/inspect/watched_queue.ts";
import { drop, eventually, temporaryQueue } from "../temporary_queue.ts";

const JOB = JSON.stringify({ command: "make", updated_at: "2026-11-22T09:00:00.000Z" });

Deno.test("WatchedQueue sees what runs, how far it has come, and what failed last", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "dead/early.json", JOB);
  const watched = new WatchedQueue(queue, () => {});
  try {
    drop(dir, "processing/20261122T090000.000Z-5-build@w-1-a.json", JOB);
    Deno.mkdirSync(`${dir}/progress/w-1-a`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/progress/w-1-a/build`, "1/2 half\n");
    drop(dir, "failed/late.log", "one\ntwo\n\n");
    drop(dir, "failed/20261122T090000.000Z-5-late.json", JOB);
    const seen = await eventually("the failure is seen", () => {
      const view = watched.look(Date.now());
      return view.failures.length === 2 && view;
    });
    assertEquals(seen.failures.map(({ id, lastLine }) => [id, lastLine]), [
      ["late", "two"],
      ["early", ""],
    ]);
    const [running] = seen.running;
    assertEquals([running!.id, running!.command], ["build", "make"]);
    assertEquals(running!.progress, { text: "1/2 half", fraction: 0.5 });
  } finally {
    watched.close();
  }
});

Deno.test("WatchedQueue follows the ends of jobs without counting again", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const watched = new WatchedQueue(queue, () => {});
  const begun = Date.now();
  queue.counts = () => {
    throw new Error("counted again");
  };
  try {
    for (const id of ["a", "b", "c"]) drop(dir, `done/${id}.json`, JOB);
    drop(dir, "failed/20261122T090000.000Z-5-d.json", JOB);
    await eventually("the ends are seen", () => {
      const { done, failed } = watched.look(begun).counts;
      return done === 3 && failed === 1;
    });
    Deno.removeSync(`${dir}/failed/20261122T090000.000Z-5-d.json`);
    await eventually("it has gone", () => watched.look(begun).counts.failed === 0);
    assertEquals(watched.look(begun).ends.reduce((sum, count) => sum + count), 3);
  } finally {
    watched.close();
  }
});

Deno.test("WatchedQueue waits for no fifo that lies in the place of a log", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "dead/odd.json", JOB);
  new Deno.Command("mkfifo", { args: [`${dir}/dead/odd.log`] }).outputSync();
  const watched = new WatchedQueue(queue, () => {});
  try {
    assertEquals(watched.look(Date.now()).failures.map(({ lastLine }) => lastLine), [""]);
  } finally {
    watched.close();
  }
});

Deno.test("WatchedQueue knows from the history what ended before it began to watch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const now = Date.now();
  const lines = [400, 200, 30, 20, 10].map((seconds) =>
    JSON.stringify({
      finished_at: new Date(now - seconds * 1000).toISOString(),
      duration_ms: 1,
      outcome: "done",
      led_to: seconds === 20 ? "failed" : "done",
    })
  );
  const day = new Date(now).toISOString().slice(0, 10);
  Deno.mkdirSync(`${dir}/history`);
  drop(dir, `history/${day}.w-1-a.jsonl`, lines.join("\n") + "\nnonsense\n");
  const watched = new WatchedQueue(queue, () => {});
  try {
    const [minute, fiveMinutes] = watched.look(Date.now()).rates;
    assertEquals([minute * 60, Math.round(fiveMinutes * 300)], [2, 3]);
  } finally {
    watched.close();
  }
});

Deno.test("jobs that have ended and are being recorded keep no slot busy", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const info = { name: "here-1-ab", host: "here", pid: 1, slots: 3, started_at: "", version: "" };
  const presence = arrive(queue.store, info);
  for (let n = 10; n < 23; n++) {
    drop(dir, `processing/20260101T000000.0${n}Z-5-x${n}@here-1-ab.json`, '{"command":"true"}');
  }
  const watched = new WatchedQueue(queue, () => {});
  const { workers, counts } = watched.look(Date.now());
  watched.close();
  assertEquals([workers[0]!.busy, workers[0]!.slots, counts.processing], [3, 3, 13]);
  const main = new URL("../../mod.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", main, "--dir", dir, "status"],
  }).output();
  assertMatch(new TextDecoder().decode(stdout), /1 alive, 3 of 3 slots busy/);
  presence.leave();
});
