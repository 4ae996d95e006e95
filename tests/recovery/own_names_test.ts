import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { arrive } from "../../src/contents/presence.ts";
import { OwnNames } from "../../src/recovery/own_names.ts";
import { Recoverer } from "../../src/worker/maintenance/recoverer.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import { drop, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";

const ME = "here-2-ee";
const CLAIMED = `20260101T000000.000Z-5-x@${ME}.json`;
const MADE = { command: "true", created_at: "2026-01-01T00:00:00.000Z" };
const RUN = {
  ...MADE,
  updated_at: "2026-01-01T00:00:02.000Z",
  history: [{
    ...{ attempt: 1, worker: "there-1-dd", started_at: "2026-01-01T00:00:01.000Z" },
    ...{ finished_at: "2026-01-01T00:00:02.000Z", duration_ms: 1000, exit_code: 0, signal: null },
    ...{ outcome: "done", log_offset: 0, led_to: "done", log_end: 0 },
  }],
};

/** Looks twice as a worker that has these jobs in hand, on a disk that machines share. */
async function lookTwice(
  { queue, dir }: TemporaryQueue,
  inHand: string[] = [],
  isLocal = false,
): Promise<string[]> {
  const store = { ...queue.store, files: { ...nativeFiles, isLocal: () => isLocal } };
  drop(dir, `processing/${CLAIMED}`, JSON.stringify(MADE));
  const names = new OwnNames(store, ME, (id) => inHand.includes(id));
  const takenOver: Settlement[] = [];
  await names.look(takenOver);
  assertEquals(namesIn(dir, "processing").filter((name) => name === CLAIMED), [CLAIMED]);
  await names.look(takenOver);
  await settle(store, takenOver);
  return namesIn(dir, "processing");
}

Deno.test("a name that came back beside the job's end is removed by the worker that lives", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "done/x.json", JSON.stringify(RUN));
  assertEquals(await lookTwice(temporary), []);
  assertEquals(namesIn(temporary.dir, "done"), ["x.json"]);
});

Deno.test("a job that was claimed though the answer was lost is put back, and is ready as before", async () => {
  await using temporary = await temporaryQueue();
  assertEquals(await lookTwice(temporary), []);
  assertEquals(namesIn(temporary.dir, "pending"), ["20260101T000000.000Z-5-x.json"]);
});

Deno.test("a job that has begun and is not in hand is charged an attempt, and waits for its retry", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  drop(dir, "processing/x.log", "printed");
  assertEquals(await lookTwice(temporary), []);
  const job = (await queue.get("x"))!;
  const [attempt] = job.history;
  assertEquals([job.state, job.attempts, attempt?.outcome, attempt?.worker], [
    ...["failed", 1, "lost", ME],
  ]);
  assertEquals(Deno.readTextFileSync(`${dir}/failed/x.log`), "printed");
});

Deno.test("a name stays whose job is in hand, run by another worker or on a local disk", async () => {
  for (const [inHand, isLocal] of [[["x"], false], [[], true]] as const) {
    await using temporary = await temporaryQueue();
    assertEquals(await lookTwice(temporary, [...inHand], isLocal), [CLAIMED]);
  }
  await using other = await temporaryQueue();
  const theirs = "20260101T000000.500Z-5-x@there-1-dd.json";
  drop(other.dir, `processing/${theirs}`, JSON.stringify(MADE));
  assertEquals(await lookTwice(other), [CLAIMED, theirs]);
  assertEquals(namesIn(other.dir, "pending"), []);
});

Deno.test("a worker looks for such names when it looks for what dead programs left", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, `processing/${CLAIMED}`, JSON.stringify(MADE));
  const troubles: unknown[] = [];
  const recoverer = new Recoverer({
    store: { ...queue.store, files: { ...nativeFiles, isLocal: () => false } },
    worker: ME,
    hasInHand: () => false,
    settled: () => {},
    recovered: () => {},
    apart: () => {},
    trouble: (error) => troubles.push(error),
  });
  const now = performance.now.bind(performance);
  const presence = arrive(queue.store, {
    ...{ name: ME, host: "here", pid: 1, slots: 1, started_at: "", version: "" },
  });
  try {
    await recoverer.look();
    assertEquals(namesIn(dir, "processing"), [CLAIMED]);
    performance.now = () => now() + 31_000;
    await recoverer.look();
  } finally {
    performance.now = now;
    presence.leave();
    await recoverer.close();
  }
  assertEquals([namesIn(dir, "processing"), troubles], [[], []]);
});
