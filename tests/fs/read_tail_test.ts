import { assertEquals, assertThrows } from "@std/assert";
import { readTail } from "../../src/fs/read_tail.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

Deno.test("readTail() gives the last bytes of a file, and all of a short one", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/file`;
  Deno.writeTextFileSync(path, "one\ntwo\n");
  const text = (most: number) => new TextDecoder().decode(readTail(path, most));
  assertEquals([text(4), text(100)], ["two\n", "one\ntwo\n"]);
});

Deno.test("readTail() follows no link and waits for no fifo", async () => {
  await using directory = await temporaryDirectory();
  const path = `${directory.path}/file`;
  Deno.symlinkSync("/etc/passwd", path);
  assertEquals(readTail(path, 10), undefined);
  Deno.removeSync(path);
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
  assertEquals(readTail(path, 10), undefined);
  Deno.removeSync(path);
  assertThrows(() => readTail(path, 10), Deno.errors.NotFound);
});
