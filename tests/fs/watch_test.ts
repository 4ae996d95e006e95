import { assertEquals } from "@std/assert";
import { watchByInotify } from "../../src/fs/inotify.ts";
import type { Libc } from "../../src/fs/libc.ts";
import { type Change, watchQueue } from "../../src/fs/watch.ts";
import { drop, eventually, temporaryQueue } from "../temporary_queue.ts";

Deno.test("watchQueue() tells of what appears and what goes, and in which directory", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const changes: Change[] = [];
  const unwatch = watchQueue(dir, ["", "pending"], (change) => changes.push(change));
  const heard = (directory: string, name: string, removed: boolean) =>
    eventually(
      `${directory}/${name}`,
      () =>
        changes.find((change) =>
          change.directory === directory && change.name === name && change.removed === removed
        ),
    );
  drop(dir, "pending/a.json", "{}");
  await heard("pending", "a.json", false);
  await queue.setPaused(true);
  await heard("", "paused", false);
  Deno.renameSync(`${dir}/pending/a.json`, `${dir}/processing/a.json`);
  await heard("pending", "a.json", true);
  await queue.setPaused(false);
  await heard("", "paused", true);
  assertEquals(changes.filter(({ directory }) => directory !== "" && directory !== "pending"), []);
  unwatch();
  unwatch();
});

Deno.test("watchQueue() is silent once it was ended", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const ended: Change[] = [];
  const going: Change[] = [];
  const unwatch = watchQueue(dir, ["pending"], (change) => ended.push(change));
  const other = watchQueue(dir, ["pending"], (change) => going.push(change));
  unwatch();
  drop(dir, "pending/a.json", "{}");
  await eventually("the other still hears", () => going.length > 0);
  assertEquals(ended, []);
  other();
});

Deno.test("watchQueue() of what cannot be watched does without events", () => {
  watchQueue("/nowhere", ["pending"], () => {})();
});

Deno.test("watchQueue() with a pause tells of each of thousands of changes, and of one at once", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const names = new Set<string>();
  const unwatch = watchQueue(dir, ["done"], ({ name }) => names.add(name), {}, 25);
  drop(dir, "done/first.json", "{}");
  await eventually("the first", () => names.size === 1);
  for (let file = 0; file < 3000; file++) {
    Deno.linkSync(`${dir}/done/first.json`, `${dir}/done/${file}.json`);
    if (file % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await eventually("all of them", () => names.size === 3001);
  unwatch();
});

Deno.test("events that make no sense are dropped, and the watching goes on", async () => {
  const closed = Promise.withResolvers<void>();
  const reads = [
    // An event that ends behind the others, half of one, and one as it should be.
    new Uint8Array(64).fill(0xff),
    new Uint8Array(7),
    new Uint8Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 97, 0]),
  ];
  const c = {
    inotify_init1: () => 5,
    inotify_add_watch: () => 1,
    close: () => closed.resolve(),
    readOnThread(_: number, buffer: Uint8Array) {
      const bytes = reads.shift() ?? new Uint8Array();
      buffer.set(bytes);
      return Promise.resolve(BigInt(bytes.length));
    },
  };
  const heard: string[] = [];
  const strange: Libc = Object.create(c);
  watchByInotify(strange, [{ path: "/", interest: "names" }], (_, name) => heard.push(name));
  await closed.promise;
  assertEquals(heard, ["a"]);
});
