import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { claim } from "../../src/moves/claim.ts";
import { putBackUnrun } from "../../src/moves/put_back.ts";
import { configKey, parseConfigValue } from "../../src/format/settings.ts";
import { entries } from "../../src/contents/entries.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import {
  type HeldPlace,
  placesOf,
  surplusPlaces,
  takePlaces,
} from "../../src/constraints/limits.ts";
import { limitOn } from "../../src/constraints/needs.ts";
import { arrive } from "../../src/contents/presence.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import type { Store } from "../../src/store/store.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { openStore } from "../../src/store/open_store.ts";
import { eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";

/** Takes one place. */
const take = (store: Store, limit: string, self: string, first: number, most: number) =>
  takePlaces(store, limit, 1, self, first, most);

function held(answer: ReturnType<typeof take>): HeldPlace {
  assert(typeof answer === "object", `${answer}`);
  return answer[0]!;
}

const arriveAs = (store: Store, name: string) =>
  arrive(store, { name, host: "h", pid: 1, slots: 1, started_at: "", version: "" });

Deno.test("takePlaces() gives as many places as are set, and each again once it is released", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 2 });
  const { store } = temporary.queue;
  const [a] = [held(take(store, "gpu", "w", 0, 9)), held(take(store, "gpu", "w", 0, 9))];
  assertEquals(take(store, "gpu", "w", 0, 9), "full");
  assertEquals(
    limitOn(store, await temporary.queue.enqueue({ command: "x", resource: "gpu" })),
    "gpu",
  );
  a.release();
  a.release();
  // A process that another test starts has this one's files, and so its locks, until it execs.
  const again = await eventually("a place is free again", () => {
    const answer = take(store, "gpu", "w", 1, 9);
    return answer !== "full" && answer;
  });
  held(again).release();
  assertEquals(take(store, "tpu", "w", 0, 9), "full");
  assertEquals(placesOf(store.config, "concurrency"), Infinity);
});

Deno.test("takePlaces() tries no more places than it is told to", async () => {
  await using temporary = await temporaryQueue({ concurrency: 4 });
  const { store } = temporary.queue;
  const first = held(take(store, "concurrency", "w", 0, 1));
  assertEquals(take(store, "concurrency", "w", 0, 1), "full");
  held(take(store, "concurrency", "w", 1, 1)).release();
  first.release();
});

Deno.test("takePlaces() leaves the place of a dead worker alone until that has been recovered", async () => {
  const disk = new SimulatedDisk();
  const open = async (name: string) => await openStore("/q", { files: disk.process(name) });
  const dead = await open("w-1-a");
  dead.config["resources.gpu"] = 1;
  arriveAs(dead, "w-1-a");
  held(take(dead, "gpu", "w-1-a", 0, 9));
  disk.crashProcess("w-1-a");

  const heir = await open("w-2-b");
  heir.config["resources.gpu"] = 1;
  arriveAs(heir, "w-2-b");
  assertEquals(take(heir, "gpu", "w-2-b", 0, 9), "unrecovered");
  let killed = false;
  await recoverDeadWorkers(heir, "w-2-b", () => {
    killed = true;
    assertEquals(take(heir, "gpu", "w-2-b", 0, 9), "unrecovered");
    return Promise.resolve();
  });
  assert(killed);
  held(take(heir, "gpu", "w-2-b", 0, 9)).release();
});

Deno.test("surplusPlaces() names the places that are too many while they are held, then removes them", async () => {
  await using temporary = await temporaryQueue({ concurrency: 2, "resources.gpu": 1 });
  const { queue, dir } = temporary;
  const places = [0, 1].map((first) => held(take(queue.store, "concurrency", "w", first, 1)));
  held(take(queue.store, "gpu", "w", 0, 9)).release();
  await queue.configure({ concurrency: 1, "resources.gpu": 0 });
  assertEquals(surplusPlaces(queue.store), [`${dir}/limits/concurrency.1`]);
  for (const place of places) place.release();
  assertEquals(surplusPlaces(queue.store), []);
  assertEquals(namesIn(dir, "limits"), ["concurrency.0"]);
});

Deno.test("putBackUnrun() puts a job back as it was, log and all, into its batch if that is there", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "a", id: "a" }, { command: "b", id: "b" }]);
  const [first, second] = [...entries(queue.store, "pending")].map((entry) =>
    ({ ...entry, state: "pending" }) as const
  ) as [{ path: string } & Parameters<typeof claim>[1], Parameters<typeof claim>[1]];
  const content = Deno.readTextFileSync(`${dir}/pending/${first.path}`);
  const result = await claim(queue.store, first, "w-1-a");
  assert(result.kind === "claimed");
  assertEquals(putBackUnrun(queue.store, first, result.claim), first.path);
  assertEquals(Deno.readTextFileSync(`${dir}/pending/${first.path}`), content);

  const [again, other] = [
    await claim(queue.store, first, "w-1-a"),
    await claim(queue.store, second, "w-1-a"),
  ];
  assert(again.kind === "claimed" && other.kind === "claimed");
  Deno.removeSync(`${dir}/pending/${first.path.split("/")[0]}`);
  assertEquals(putBackUnrun(queue.store, first, again.claim), first.path.split("/")[1]);
  Deno.removeSync(`${dir}/processing/${other.claim.name}`);
  assertEquals(putBackUnrun(queue.store, second, other.claim), undefined);
});

Deno.test("a job that needs a resource that is not set is refused with a sentence that says how to set it", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const refused = "queuectl config set resources.gpu 1";
  await assertRejects(() => queue.enqueue({ command: "x", resource: "gpu" }), QueueError, refused);
  await assertRejects(
    () => queue.enqueueMany([{ command: "x", resource: "gpu" }]),
    QueueError,
    refused,
  );
  await assertRejects(() => queue.enqueue({ command: "x", resource: "concurrency" }), QueueError);
  await queue.configure({ "resources.gpu": 1 });
  await queue.enqueue({ command: "x", resource: "gpu" });
});

Deno.test("a resource's setting takes whole numbers, and any name but concurrency", () => {
  assertEquals(configKey("resources.my-gpu_2"), "resources.my-gpu_2");
  assertEquals(parseConfigValue("resources.gpu", "3"), 3);
  assertThrows(() => parseConfigValue("resources.gpu", "none"), UsageError, "from 0 to 1024");
  for (const word of ["resources.", "resources.a.b", "resources.concurrency"]) {
    assertThrows(() => configKey(word), UsageError, "cannot name a resource");
  }
  assertThrows(() => configKey("resources"), UsageError, "unknown setting");
});
