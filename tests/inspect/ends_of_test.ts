import { assertEquals } from "@std/assert";
import { endsOf } from "../../src/inspect/ends_of.ts";
import { Queue } from "../../src/queue.ts";
import { Worker } from "../../src/worker/worker.ts";

Deno.test("endsOf finds each end once, also of jobs that are added meanwhile", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const queue = await Queue.open(dir);
    const add = (id: string, command: string) =>
      queue.enqueue({ id, command, max_retries: 0, tags: ["t"] });
    for (const id of ["good", "first"]) await add(id, "true");
    await add("bad", "false");
    await queue.enqueue({ id: "other", command: "true", hold: true });
    const ends = new Map<string, string | undefined>();
    const lefts: number[] = [];
    const order: string[] = [];
    let work: Worker | undefined;
    for await (const { found, ended, left } of endsOf(queue, { tags: ["t"] })) {
      for (const { id, state } of ended) {
        assertEquals(ends.has(id), false, id);
        ends.set(id, state);
      }
      lefts.push(left);
      order.push(...found);
      if (work) continue;
      await add("late", "true");
      work = new Worker(queue, { count: 1, drain: true });
      await work.start();
    }
    await work?.finished;
    assertEquals(
      Object.fromEntries(ends),
      { good: "done", first: "done", bad: "dead", late: "done" },
    );
    assertEquals([lefts[0], lefts.at(-1)], [3, 0]);
    assertEquals(order.sort(), ["bad", "first", "good", "late"]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("endsOf takes IDs in their order, and finds those that were removed", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const queue = await Queue.open(dir);
    await queue.enqueue({ id: "z", command: "true" });
    const looks = [];
    for await (const look of endsOf(queue, ["z", "a"])) {
      looks.push(look);
      if (looks.length === 1) await queue.remove("z");
    }
    assertEquals(looks[0], { found: ["z", "a"], ended: [{ id: "a" }], running: 0, left: 1 });
    assertEquals(looks.at(-1), { found: [], ended: [{ id: "z" }], running: 0, left: 0 });
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("endsOf ends when it is told to", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const queue = await Queue.open(dir);
    const { id } = await queue.enqueue({ command: "true" });
    const stop = new AbortController();
    let looks = 0;
    for await (const { left } of endsOf(queue, [id], stop.signal)) {
      assertEquals(left, 1);
      if (++looks === 2) stop.abort();
    }
    assertEquals(looks, 2);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
