import { assertEquals } from "@std/assert";
import { isTakenNow } from "../../src/fs/taken_now.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

Deno.test("isTakenNow() tells a file, a directory and a broken link from a free name, and leaves nothing", async () => {
  await using dir = await temporaryDirectory();
  Deno.writeTextFileSync(`${dir.path}/file`, "");
  Deno.mkdirSync(`${dir.path}/directory`);
  Deno.symlinkSync(`${dir.path}/missing`, `${dir.path}/link`);
  const before = Deno.statSync(dir.path);
  for (const name of ["file", "directory", "link"]) {
    assertEquals(isTakenNow(`${dir.path}/${name}`), true, name);
  }
  assertEquals(isTakenNow(`${dir.path}/free`), false);
  assertEquals(isTakenNow(`${dir.path}/missing/free`), false);
  const after = Deno.statSync(dir.path);
  assertEquals([after.mtime, after.nlink], [before.mtime, before.nlink]);
  assertEquals([...Deno.readDirSync(dir.path)].length, 3);
});
