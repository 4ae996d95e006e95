import { assertEquals } from "@std/assert";
import {
  byTime,
  byUrgency,
  type IndexEntry,
  ReadyIndex,
} from "../../../src/worker/fetching/ready_index.ts";

const NOW = 1_000_000;

function entry(id: string, rest: Partial<IndexEntry> = {}): IndexEntry {
  return {
    id,
    time: 0,
    priority: 5,
    bare: false,
    state: "pending",
    path: `${id}.json`,
    batch: false,
    ...rest,
  };
}

function indexOf(entries: IndexEntry[], capacity?: number): ReadyIndex {
  const index = new ReadyIndex(capacity);
  for (const each of entries) index.add(each, NOW);
  return index;
}

function takeAll(index: ReadyIndex, now = NOW): string[] {
  const ids: string[] = [];
  for (let next = index.take(now); next; next = index.take(now)) ids.push(next.id);
  return ids;
}

/** The numbers from 0 to n - 1, shuffled in a way that is always the same. */
function shuffled(n: number): number[] {
  return Array.from({ length: n }, (_, at) => at).sort((a, b) =>
    (a * 7919 % n) - (b * 7919 % n) || a - b
  );
}

Deno.test("take() gives ready jobs by priority, then by time, then by ID", () => {
  const entries = [
    entry("low", { priority: 1 }),
    entry("b", { time: 20 }),
    entry("a", { time: 20 }),
    entry("early", { time: 10 }),
    entry("high", { priority: 9, time: 500 }),
  ];
  assertEquals(takeAll(indexOf(entries)), ["high", "early", "a", "b", "low"]);
  assertEquals(takeAll(indexOf(entries.toReversed())), ["high", "early", "a", "b", "low"]);
  assertEquals(entries.toSorted(byUrgency).map(({ id }) => id)[0], "high");
});

Deno.test("a batch comes before its equal, as it may hold a job that is earlier", () => {
  assertEquals(takeAll(indexOf([entry("a"), entry("z", { batch: true })])), ["z", "a"]);
});

Deno.test("what is not due is given only when it is, and then in its place", () => {
  const index = indexOf([
    entry("now", { priority: 3 }),
    entry("soon", { time: NOW + 10, priority: 9 }),
    entry("later", { time: NOW + 20 }),
  ]);
  assertEquals(index.nextTime(NOW), NOW + 10);
  assertEquals(index.take(NOW + 9)?.id, "now");
  assertEquals(index.take(NOW + 9), undefined);
  assertEquals([index.hasReady(NOW + 9), index.hasReady(NOW + 10)], [false, true]);
  assertEquals(index.nextTime(NOW + 10), NOW + 20, "what is due is not next any more");
  assertEquals(takeAll(index, NOW + 20), ["soon", "later"]);
  assertEquals(index.nextTime(NOW + 20), undefined);
});

Deno.test("byTime() puts the urgent one first where two become ready at once", () => {
  const [a, b] = [entry("a", { time: 1, priority: 1 }), entry("b", { time: 1, priority: 9 })];
  assertEquals([a, b].sort(byTime).map(({ id }) => id), ["b", "a"]);
});

Deno.test("an entry that is known already is not added twice; one that was taken can come again", () => {
  const index = indexOf([entry("a"), entry("a"), entry("a", { state: "failed" })]);
  assertEquals(takeAll(index), ["a", "a"], "pending/ and failed/ are two places");
  index.add(entry("a"), NOW);
  assertEquals(takeAll(index), ["a"]);
});

Deno.test("of more than it has room for the index keeps the most urgent", () => {
  const entries = shuffled(1000).map((n) => entry(`${n}`, { time: n }));
  const index = indexOf(entries, 100);
  assertEquals(index.spilled, true);
  const ids = takeAll(index).map(Number);
  assertEquals(ids, Array.from({ length: ids.length }, (_, n) => n));
  assertEquals(ids.length >= 100 && ids.length < 200, true, `${ids.length}`);
});

Deno.test("what had no room is taken in when the disk is read again, and nothing twice", () => {
  const entries = shuffled(1000).map((n) => entry(`${n}`, { time: n }));
  const index = indexOf(entries, 100);
  const taken = new Set<string>();
  for (let rounds = 0; taken.size < 1000; rounds++) {
    const ids = takeAll(index);
    assertEquals(index.low, index.spilled, "used up, so the disk is to be read");
    for (const id of ids) {
      assertEquals(taken.has(id), false);
      taken.add(id);
    }
    index.readmit();
    for (const each of entries) if (!taken.has(each.id)) index.add(each, NOW);
    assertEquals(rounds < 20, true);
  }
  assertEquals([index.spilled, index.low], [false, false]);
});

Deno.test("reading the disk again while some are left adds nothing twice", () => {
  const entries = shuffled(1000).map((n) => entry(`${n}`, { time: n }));
  const index = indexOf(entries, 100);
  const first = index.take(NOW)!.id;
  index.readmit();
  for (const each of entries) if (each.id !== first) index.add(each, NOW);
  const ids = takeAll(index);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("a more urgent entry has room even when others had not", () => {
  const index = indexOf(shuffled(1000).map((n) => entry(`${n}`, { time: n })), 100);
  index.add(entry("urgent", { priority: 9, time: 5000 }), NOW);
  assertEquals(index.take(NOW)?.id, "urgent");
});

Deno.test("many entries that are not due leave nothing to read the disk for", () => {
  const entries = shuffled(1000).map((n) => entry(`${n}`, { time: NOW + 1 + n }));
  const index = indexOf(entries, 100);
  assertEquals([index.spilled, index.low], [true, false]);
  assertEquals(index.take(NOW), undefined);
  assertEquals(index.nextTime(NOW), NOW + 1);
  assertEquals(index.low, false, "or a worker with many delayed jobs would never rest");
  takeAll(index, NOW + 500);
  assertEquals(index.low, true);
});

Deno.test("an entry that becomes ready where there is no room for it is not lost to a later reading", () => {
  const ready = shuffled(1000).map((n) => entry(`${n}`, { time: n }));
  const late = entry("late", { time: NOW + 1, priority: 0 });
  const index = indexOf([...ready, late], 100);
  takeAll(index, NOW + 1);
  assertEquals(index.low, true);
  index.readmit();
  index.add(late, NOW + 1);
  assertEquals(takeAll(index, NOW + 1), ["late"]);
});

Deno.test("the disk is to be read again before nothing is left to give out", () => {
  const index = indexOf(shuffled(1000).map((n) => entry(`${n}`, { time: n })), 100);
  let taken = 0;
  for (; !index.low; taken++) index.take(NOW);
  assertEquals(taken >= 75, true, `${taken}`);
  assertEquals(takeAll(index).length, 25);
});
