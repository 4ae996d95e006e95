import { assert, assertEquals } from "@std/assert";
import { nativeFiles } from "../../../src/fs/native_files.ts";
import { Claimer } from "../../../src/worker/claimer.ts";
import { Finder } from "../../../src/worker/fetching/finder.ts";
import { drop, temporaryQueue } from "../../temporary_queue.ts";

const nothing = () => {};
const EVENTS = {
  changed: nothing,
  unrecovered: nothing,
  waits: nothing,
  malformed: nothing,
  refused: nothing,
  trouble: nothing,
};

/** Claims so many of so many jobs. The file of a cold one is not in memory unless it was fetched. */
async function claimSome(jobs: number, claims: number, isCold: (job: number) => boolean) {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  for (let n = 0; n < jobs; n++) {
    drop(dir, `pending/20200101T000000.000Z-5-j${10_000 + n}.json`, '{"command":"true"}');
  }
  const numberIn = (path: string) => Number(/-j(\d+)/.exec(path)![1]) - 10_000;
  const fetches: number[][] = [];
  const waits: number[] = [];
  const fetchers = { started: 0, ended: 0 };
  const files = {
    ...nativeFiles,
    readReady(path: string) {
      const job = numberIn(path);
      if (!isCold(job) || fetches.flat().includes(job)) return nativeFiles.read(path);
      waits.push(job);
      return Promise.resolve(nativeFiles.read(path));
    },
    startFetcher() {
      fetchers.started++;
      return {
        fetch: (paths: readonly string[]) => void fetches.push(paths.map(numberIn)),
        [Symbol.dispose]: () => void fetchers.ended++,
      };
    },
  };
  const store = { ...queue.store, files };
  const finder = new Finder(store, undefined, nothing, nothing);
  await finder.refill();
  const claimer = new Claimer(store, "host-1-ab", finder, EVENTS);
  for (let n = 0; n < claims; n++) await claimer.take(claimer.next(1)!);
  finder.close();
  claimer.close(false);
  return { fetches, waits, fetchers };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

Deno.test("once a job had to be waited for, those from the 17th after it on are fetched ahead, each once", async () => {
  const { fetches, waits, fetchers } = await claimSome(600, 400, () => true);
  assertEquals(waits, upTo(0, 17));
  assertEquals(fetches.flat(), upTo(17, 17 + fetches.flat().length));
  assert(fetches.length < 10, "many at once");
  assertEquals(fetchers, { started: 1, ended: 1 });
});

Deno.test("nothing is fetched ahead while all is in memory", async () => {
  const { fetches, fetchers } = await claimSome(300, 200, () => false);
  assertEquals([fetches, fetchers], [[], { started: 0, ended: 0 }]);
});

Deno.test("few jobs are not worth a thread that fetches them", async () => {
  const { waits, fetchers } = await claimSome(50, 50, () => true);
  assertEquals([waits, fetchers], [upTo(0, 50), { started: 0, ended: 0 }]);
});

Deno.test("what came lately is not fetched for ever because one job before it had to be", async () => {
  const { fetches } = await claimSome(2000, 1600, (job) => job === 0);
  assertEquals(fetches.flat(), upTo(17, fetches.flat().length + 17));
  assert(fetches.flat().length < 1200, "the rest was not");
});
