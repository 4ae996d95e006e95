import { assert, assertEquals } from "@std/assert";
import { arrive, type Presence } from "../../src/contents/presence.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import { nextInRing, SignsOfLife } from "../../src/recovery/signs_of_life.ts";
import type { Store } from "../../src/store/store.ts";
import { drop, temporaryQueue } from "../temporary_queue.ts";

const FAR = "far-1-aa";

/** A worker here, which watches what workers of other machines do. */
class Watch {
  now = 0;
  readonly store: Store;
  readonly signs: SignsOfLife;
  readonly me: Presence;
  #signs = 0;

  constructor(readonly dir: string, store: Store, isLocal = false) {
    this.store = { ...store, files: { ...nativeFiles, isLocal: () => isLocal } };
    this.me = this.arrive("here-2-ee");
    this.signs = new SignsOfLife(this.store, this.me.name, () => this.now);
  }

  arrive(name: string): Presence {
    const info = { host: name, pid: 1, slots: 1, started_at: "", version: "" };
    return arrive(this.store, { ...info, name });
  }

  /** A presence file whose lock is free here, whether its worker is dead or not. */
  appear(name = FAR): void {
    drop(this.dir, `workers/${name}.json`, "{}");
    this.beat(name);
  }

  /** What a live worker does once a second. */
  beat(name = FAR): void {
    Deno.utimeSync(`${this.dir}/workers/${name}.json`, ++this.#signs, this.#signs);
  }

  /** Gives a sign each second for so long, in which nobody may be recovered. */
  givesSigns(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.beat();
      assertEquals(this.after(1000), []);
    }
  }

  /** Looks after some time; returns who may be recovered. */
  after(ms: number, workers = [FAR]): string[] {
    this.now += ms;
    return this.signs.look(workers);
  }
}

Deno.test("a worker of another machine is recovered once its signs have stood still for two of them", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  watch.appear();
  assertEquals(watch.after(0), []);
  assert(watch.signs.isUndecided);
  watch.beat();
  assertEquals(watch.after(1000), []);
  assertEquals(watch.after(2499), []);
  assert((watch.signs.nextLook ?? 0) <= 1);
  assertEquals(watch.after(1), [FAR]);
  assertEquals(watch.signs.isUndecided, false);
  const recoveries = await recoverDeadWorkers(
    watch.store,
    watch.me.name,
    () => Promise.resolve(),
    [],
    () => {},
    watch.signs,
  );
  assertEquals(recoveries, [{ worker: FAR, finished: [], lost: [] }]);
  watch.me.leave();
});

Deno.test("on a local disk, and of this machine, a dead worker is recovered at once", async () => {
  await using temporary = await temporaryQueue();
  const local = new Watch(temporary.dir, temporary.queue.store, true);
  local.appear();
  assertEquals(local.after(0), [FAR]);
  local.me.leave();
  const shared = new Watch(temporary.dir, temporary.queue.store);
  shared.appear("here-3-ff");
  assertEquals(shared.after(0, ["here-3-ff", FAR]), ["here-3-ff"]);
  shared.me.leave();
});

Deno.test("a worker whose signs go on though its lock is free is not recovered: locks do not reach it", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  watch.appear();
  const recovered = watch.after(0);
  for (let second = 1; second <= 3; second++) {
    assertEquals(watch.signs.apart, undefined);
    watch.beat();
    recovered.push(...watch.after(1000));
  }
  assertEquals([recovered, watch.signs.apart], [[], FAR]);
  assertEquals(watch.signs.isUndecided, false);
  watch.me.leave();
});

Deno.test("the worker that was there first leaves the other, which came later, time to go", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  watch.after(0, []);
  watch.appear();
  let seconds = 0;
  for (; watch.signs.apart === undefined; seconds++) {
    assert(seconds < 30);
    watch.beat();
    assertEquals(watch.after(1000), []);
  }
  assertEquals(seconds, 16);
  watch.me.leave();
});

Deno.test("a lock that falls for a moment, after it was seen to be held, proves nothing", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  const far = watch.arrive(FAR);
  watch.givesSigns(3);
  far.abandon();
  watch.givesSigns(30);
  assertEquals(watch.signs.apart, undefined);
  watch.me.leave();
});

Deno.test("a worker that fell silent before its lock fell is recovered as soon as that falls", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  const far = watch.arrive(FAR);
  watch.givesSigns(3);
  assertEquals(watch.signs.nextLook, undefined, "while it gives signs, polls are enough");
  assertEquals(watch.after(5000), []);
  assertEquals(watch.signs.nextLook, 300);
  assertEquals(watch.signs.hasFreed(), false);
  far.abandon();
  assertEquals(watch.signs.hasFreed(), true);
  assertEquals(watch.after(300), [FAR]);
  watch.me.leave();
});

Deno.test("a live worker of a dead one's machine has two seconds to recover it first", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  const workers = [FAR, "far-2-bb"];
  const [far, mate] = workers.map((name) => watch.arrive(name));
  watch.after(0, workers);
  watch.after(3000, workers);
  far!.abandon();
  assertEquals(watch.after(1000, workers), []);
  assertEquals(watch.after(1999, workers), []);
  assertEquals(watch.after(1, workers), [FAR]);
  // One that dies too has no chance to.
  watch.appear("far-3-cc");
  watch.after(0, ["far-3-cc", "far-2-bb"]);
  mate!.abandon();
  assertEquals(watch.after(2500, ["far-3-cc", "far-2-bb"]), ["far-3-cc", "far-2-bb"]);
  watch.me.leave();
});

Deno.test("a sign that comes while the lock is taken stops the recovery", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  watch.appear();
  watch.after(0);
  watch.now += 2500;
  const { store } = watch;
  const files = {
    ...store.files,
    tryLock(path: string) {
      const lock = nativeFiles.tryLock(path);
      // The first to take it is the look, the second the recovery.
      if (path.includes(FAR) && ++taken === 2) watch.beat();
      return lock;
    },
  };
  let taken = 0;
  const recover = async () =>
    (await recoverDeadWorkers(
      { ...store, files },
      watch.me.name,
      () => Promise.resolve(),
      [],
      () => {},
      watch.signs,
    )).length;
  Object.assign(store.files, { tryLock: files.tryLock });
  assertEquals([await recover(), taken], [0, 2]);
  watch.now += 2500;
  assertEquals(await recover(), 1);
  watch.me.leave();
});

Deno.test("a worker watches the three that follow it by name, and then begins with the first", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  // Of those with other names here-2-ee is the third.
  const all = ["a", "b", "x", "y"].map((letter) => `${letter}-1-aa`);
  const beats = (letters: string) => [...letters].forEach((letter) => watch.beat(`${letter}-1-aa`));
  const presences = all.map((worker) => watch.arrive(worker));
  watch.after(0, all);
  assertEquals(watch.signs.neighboursMove(), false, "none has moved yet");
  beats("abxy");
  watch.after(1000, all);
  assertEquals(watch.signs.neighboursMove(), true);
  watch.now += 1000;
  beats("axy");
  assertEquals(watch.signs.neighboursMove(), true);
  watch.now += 1000;
  beats("axy");
  assertEquals(watch.signs.neighboursMove(), true, "b is another one's neighbour");
  watch.now += 1600;
  beats("xy");
  assertEquals(watch.signs.neighboursMove(), false, "a gives no signs");
  for (const presence of presences) presence.leave();
});

Deno.test("of hundreds of workers each watches eight, and each is watched by eight", () => {
  const names = Array.from({ length: 500 }, (_, n) => {
    const random = ((n * 2654435761) % 2 ** 32).toString(16).padStart(8, "0");
    return `rack${n >> 5}-${n}-${random}`;
  });
  const watchers = new Map<string, number>();
  for (const self of names) {
    const watched = nextInRing(self, names.filter((name) => name !== self), 8);
    assertEquals(new Set(watched).size, 8);
    for (const name of watched) watchers.set(name, (watchers.get(name) ?? 0) + 1);
  }
  assertEquals([watchers.size, new Set(watchers.values())], [500, new Set([8])]);
  assertEquals(nextInRing("a-1-00", ["b-1-11", "c-1-22"], 8), ["b-1-11", "c-1-22"]);
});

Deno.test("a worker that watches few finds all that are dead, one after the other", async () => {
  await using temporary = await temporaryQueue();
  const watch = new Watch(temporary.dir, temporary.queue.store);
  const signs = new SignsOfLife(watch.store, watch.me.name, () => watch.now, 2);
  let left = ["far-1-aa", "far-1-bb", "far-1-cc", "far-1-dd", "far-1-ff"];
  for (const name of left) watch.appear(name);
  const found: string[] = [];
  for (let look = 0; look < 20 && left.length > 0; look++) {
    const dead = signs.look(left);
    found.push(...dead);
    left = left.filter((name) => !dead.includes(name));
    watch.now += 2500;
  }
  assertEquals(found.length, 5);
});
