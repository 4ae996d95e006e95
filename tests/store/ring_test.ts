import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { KEPT_RINGS, ring, RingListener } from "../../src/store/ring.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { openStore } from "../../src/store/open_store.ts";
import { temporaryQueue } from "../temporary_queue.ts";

/** A queue on a disk that other machines may see. */
async function sharedQueue() {
  const temporary = await temporaryQueue();
  const store = await openStore(temporary.dir, { files: { ...nativeFiles, isLocal: () => false } });
  Deno.mkdirSync(`${store.dir}/ring`, { mode: 0o700 });
  const names = () => [...Deno.readDirSync(`${store.dir}/ring`)].map(({ name }) => Number(name));
  return {
    store,
    names,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

Deno.test("a ring is heard once by each who listens, and not by who listens later", async () => {
  await using shared = await sharedQueue();
  const listeners = [new RingListener(shared.store), new RingListener(shared.store)];
  assertEquals(listeners.map((one) => one.hasRung()), [false, false]);
  ring(shared.store);
  const late = new RingListener(shared.store);
  assertEquals([...listeners, late].map((one) => one.hasRung()), [true, true, false]);
  assertEquals([...listeners, late].map((one) => one.hasRung()), [false, false, false]);
  ring(shared.store);
  ring(shared.store);
  assertEquals([...listeners, late].map((one) => one.hasRung()), [true, true, true]);
  assertEquals([...listeners, late].map((one) => one.hasRung()), [false, false, false]);
});

Deno.test("a few rings are kept, and who heard none of them hears of them at a better look", async () => {
  await using shared = await sharedQueue();
  const listener = new RingListener(shared.store);
  for (let n = 0; n < KEPT_RINGS + 6; n++) ring(shared.store);
  assertEquals(shared.names().length, KEPT_RINGS);
  assertEquals(Math.min(...shared.names()), 7);
  assertEquals([listener.hasRung(), listener.hasRungEver(), listener.hasRungEver()], [
    false,
    true,
    false,
  ]);
  ring(shared.store);
  assertEquals(listener.hasRung(), true);
});

Deno.test("what lies in ring/ and is no ring counts for nothing", async () => {
  await using shared = await sharedQueue();
  ring(shared.store);
  for (const name of ["x", "007", "12345678901234567", ".9"]) {
    Deno.writeTextFileSync(`${shared.store.dir}/ring/${name}`, "");
  }
  Deno.mkdirSync(`${shared.store.dir}/ring/70`);
  const listener = new RingListener(shared.store);
  ring(shared.store);
  assertEquals(listener.hasRung(), true);
  assertEquals(nativeFiles.exists(`${shared.store.dir}/ring/2`), true);
});

Deno.test("two who ring at once are both heard, whichever of them makes the number", async () => {
  await using shared = await sharedQueue();
  ring(shared.store);
  const listener = new RingListener(shared.store);
  const { files } = shared.store;
  // Between its look and its own number another rings, and once more.
  const slow = {
    ...files,
    create(path: string, content: Uint8Array) {
      if (path.endsWith("/2")) ring(shared.store);
      files.create(path, content);
    },
  };
  ring({ ...shared.store, files: slow });
  assertEquals(shared.names().sort(), [1, 2, 3]);
  assertEquals(listener.hasRung(), true);
});

Deno.test("on a local disk nobody rings", async () => {
  await using temporary = await temporaryQueue();
  const store = await openStore(temporary.dir, { files: { ...nativeFiles, isLocal: () => true } });
  ring(store);
  assertEquals(nativeFiles.exists(`${store.dir}/ring`), false);
});

Deno.test("a disk that takes no ring stops nothing", async () => {
  await using shared = await sharedQueue();
  const refuse = () => {
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  };
  const files = { ...shared.store.files, makeDirectory: refuse, create: refuse };
  ring({ ...shared.store, files });
  Deno.removeSync(`${shared.store.dir}/ring`, { recursive: true });
  Deno.writeTextFileSync(`${shared.store.dir}/ring`, "in the way");
  ring(shared.store);
  assertEquals(new RingListener(shared.store).hasRung(), false);
});

Deno.test("nobody rings where no worker has listened yet: so enqueue makes no file more on a local disk", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const store = await openStore(dir);
  await enqueue(store, { command: "true" });
  assertEquals(nativeFiles.exists(`${dir}/ring`), false);
  const listener = new RingListener(store);
  await enqueue(store, { command: "true" });
  assertEquals(listener.hasRung(), true);
});
