import { assertEquals } from "@std/assert";
import {
  makeProgress,
  progressPath,
  readProgress,
  strayProgress,
} from "../../src/contents/job_output_files.ts";
import { parseProgress } from "../../src/format/progress.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("parseProgress() takes a share of a hundred, of a number, and words after it", () => {
  const cases: [string, number | null][] = [
    ["42", 0.42],
    ["42%", 0.42],
    ["42 % text", 0.42],
    ["3/4", 0.75],
    ["1.5 / 3 files", 0.5],
    ["7/5", 1],
    ["1/0", null],
    ["compiling", null],
    ["42nd try", null],
  ];
  for (const [text, fraction] of cases) assertEquals(parseProgress(text), { text, fraction });
});

Deno.test("parseProgress() goes by the last line, and keeps it short", () => {
  assertEquals(parseProgress("1/3\n2/3 two\n\n"), { text: "2/3 two", fraction: 2 / 3 });
  assertEquals(parseProgress(" \n"), undefined);
  assertEquals(parseProgress("x".repeat(5000))!.text.length, 200);
});

Deno.test("readProgress() takes no notice of what is no regular file, and of a long one of the end", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  makeProgress(store, "w-1-a");
  makeProgress(store, "w-1-a");
  const path = progressPath(store, "w-1-a", "build");
  assertEquals(readProgress(store, "w-1-a", "build"), undefined);
  Deno.writeTextFileSync(path, "1/2");
  assertEquals(readProgress(store, "w-1-a", "build")!.fraction, 0.5);
  Deno.writeTextFileSync(path, "1/2\n".repeat(100_000) + "\r2/2\n");
  assertEquals(readProgress(store, "w-1-a", "build")!.text, "2/2");
  Deno.removeSync(path);
  Deno.symlinkSync("/etc/passwd", path);
  assertEquals(readProgress(store, "w-1-a", "build"), undefined);
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assertEquals(readProgress(store, "w-1-a", "build"), undefined);
});

Deno.test("strayProgress() names the folders of workers that are no more", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  assertEquals(strayProgress(queue.store), []);
  makeProgress(queue.store, "w-1-a");
  makeProgress(queue.store, "w-2-b");
  Deno.writeTextFileSync(`${dir}/workers/w-2-b.json`, "{}");
  assertEquals(strayProgress(queue.store), ["w-1-a"]);
  assertEquals(namesIn(dir, "progress"), ["w-1-a", "w-2-b"]);
});
