import { assertEquals } from "@std/assert";
import { denoFiles } from "../../src/queue/deno_files.ts";
import { Claimer } from "../../src/worker/claimer.ts";
import { Finder } from "../../src/worker/finder.ts";
import { drop, temporaryQueue } from "../queue/temporary_queue.ts";

const nothing = () => {};
const EVENTS = {
  changed: nothing,
  unrecovered: nothing,
  waits: nothing,
  malformed: nothing,
  refused: nothing,
  trouble: nothing,
};

for (const isCold of [true, false]) {
  const what = isCold ? "has" : "does not have";
  const when = isCold ? "while" : "unless";
  Deno.test(`a claimer ${what} the files of later jobs fetched ahead ${when} files come from the disk`, async () => {
    await using temporary = await temporaryQueue();
    const { dir, queue } = temporary;
    for (let n = 100; n < 140; n++) {
      drop(dir, `pending/20200101T000000.${n}Z-5-j${n}.json`, '{"command":"true"}');
    }
    const fetched: string[] = [];
    const files = {
      ...denoFiles,
      readReady: (path: string) =>
        isCold ? Promise.resolve(denoFiles.read(path)) : denoFiles.read(path),
      fetch: (path: string) => void fetched.push(path),
    };
    const store = { ...queue.store, files };
    const finder = new Finder(store, undefined, nothing, nothing);
    await finder.refill();
    const claimer = new Claimer(store, "host-1-ab", finder, EVENTS);
    for (let n = 0; n < 3; n++) await claimer.take(claimer.next()!);
    const expected = [117, 118, 119].map((n) =>
      `${dir}/pending/20200101T000000.${n}Z-5-j${n}.json`
    );
    assertEquals(fetched, isCold ? expected : []);
    finder.close();
    claimer.close(false);
  });
}
