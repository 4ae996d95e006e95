import { assert, assertEquals, assertRejects } from "@std/assert";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import type { HeldPlace } from "../../src/constraints/limits.ts";
import { limitOn, needsOf, needsText } from "../../src/constraints/needs.ts";
import { openStore } from "../../src/store/open_store.ts";
import { arrive } from "../../src/contents/presence.ts";
import type { Store } from "../../src/store/store.ts";
import { isAnothersTurn, takeNeeds, Turns } from "../../src/constraints/turns.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

const BOTH = needsOf({ resources: { gpu: 2, db: 1 } });

const take = (store: Store, needs = BOTH, self = "w", turns?: Turns) =>
  takeNeeds(store, needs, { self, first: 0, most: 32, turns });

function taken(answer: ReturnType<typeof take>): HeldPlace[] {
  assert(Array.isArray(answer), JSON.stringify(answer));
  return answer;
}

Deno.test("needsOf() reads the string of old job files, and the numbers of places, in the order of names", () => {
  assertEquals(needsOf({}), []);
  assertEquals(needsOf({ resource: "gpu" }), [{ resource: "gpu", places: 1 }]);
  assertEquals(needsText(BOTH), "db,gpu=2");
  assertEquals(needsText(needsOf({ resource: "gpu", resources: { gpu: 3, b: 1 } })), "b,gpu=3");
  assertEquals(needsText(needsOf({ resource: "a", resources: { b: 2 } })), "a,b=2");
});

Deno.test("a job gets all the places that it needs or none, and leaves nothing behind if it gets none", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 3, "resources.db": 1 });
  const { queue: { store }, dir } = temporary;
  const first = taken(take(store));
  assertEquals(first.length, 3);
  // One gpu is free, and no db.
  assertEquals(take(store), { short: { resource: "db", places: 1 }, unrecovered: false });
  const two = needsOf({ resources: { gpu: 2 } });
  assertEquals(take(store, two), { short: { resource: "gpu", places: 2 }, unrecovered: false });
  const one = taken(take(store, needsOf({ resource: "gpu" })));
  for (const place of [...first, ...one]) place.release();
  assertEquals(namesIn(dir, "limits"), ["db.0", "gpu.0", "gpu.1", "gpu.2"]);
  taken(take(store));
});

Deno.test("while a worker keeps the turn of a resource nobody else takes a place of it", async () => {
  const disk = new SimulatedDisk();
  const open = async (name: string) => {
    const store = await openStore("/q", { files: disk.process(name) });
    Object.assign(store.config, { "resources.gpu": 2, "resources.db": 1 });
    arrive(store, { name, host: "h", pid: 1, slots: 1, started_at: "", version: "" });
    return store;
  };
  const [patient, other] = [await open("w-1-a"), await open("w-2-b")];
  const [running] = taken(take(other, needsOf({ resource: "gpu" }), "w-2-b"));
  const turns = new Turns(patient);
  assertEquals(turns.take(BOTH), undefined);
  assertEquals(
    take(patient, BOTH, "w-1-a", turns),
    { short: { resource: "gpu", places: 2 }, unrecovered: false },
  );
  for (const needs of [BOTH, needsOf({ resource: "gpu" }), needsOf({ resource: "db" })]) {
    assert(!Array.isArray(take(other, needs, "w-2-b")), needsText(needs));
  }
  running!.release();
  for (const place of taken(take(patient, BOTH, "w-1-a", turns))) place.release();

  // Its lock falls free when it dies; the file that it leaves holds nobody up, and does not stay.
  disk.crashProcess("w-1-a");
  assertEquals(disk.exists("/q/limits/gpu.turn"), true);
  assertEquals(isAnothersTurn(other, "gpu"), false);
  assertEquals(disk.exists("/q/limits/gpu.turn"), false);
  taken(take(other, needsOf({ resource: "gpu" }), "w-2-b"));
});

Deno.test("a job that needs more places than there are is refused, with what to type", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 1 });
  const { queue } = temporary;
  const job = { command: "x", resources: { gpu: 2 } };
  const said =
    'needs 2 places of the resource "gpu", and there is 1 (queuectl config set resources.gpu 2';
  await assertRejects(() => queue.enqueue(job), QueueError, said);
  await assertRejects(() => queue.enqueueMany([job]), QueueError, said);
  await queue.configure({ "resources.gpu": 2 });
  const added = await queue.enqueue(job);
  assertEquals([queue.get(added.id)!.resources, limitOn(queue.store, added)], [
    { gpu: 2 },
    undefined,
  ]);
  await queue.configure({ "resources.gpu": 1 });
  assertEquals(queue.get(added.id)!.limited_by, "gpu");
  for (const resources of [{ gpu: 0 }, { gpu: 1.5 }, { "a b": 1 }, { gpu: 1025 }, [], "gpu"]) {
    await assertRejects(
      () => queue.enqueue({ command: "x", resources } as unknown as typeof job),
      UsageError,
      "a job's resources ",
    );
  }
});
