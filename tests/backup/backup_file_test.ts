import { assertEquals, assertRejects } from "@std/assert";
import { writeBackup } from "../../src/backup/backup_file.ts";
import { portableFiles } from "../../src/fs/portable_files.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { namesIn, temporaryDirectory, temporaryQueue } from "../temporary_queue.ts";

Deno.test("a backup removes what one to the same file that died has left, and no live one's", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const at = (name: string) => `${folder.path}/${name}`;
  for (const name of [".b.tar.writing-dead", ".b.tar.writing-live", ".c.tar.writing-dead"]) {
    Deno.writeTextFileSync(at(name), "part");
  }
  const live = portableFiles.tryLock(at(".b.tar.writing-live"))!;
  const { jobs, bytes } = await writeBackup(temporary.queue, at("b.tar"));
  live.release();
  assertEquals([jobs, bytes], [0, Deno.statSync(at("b.tar")).size]);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort();
  assertEquals(names, [".b.tar.writing-live", ".c.tar.writing-dead", "b.tar"]);
});

Deno.test("a backup that is given up leaves the file as it was, and nothing beside it", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const path = `${folder.path}/b.tar`;
  Deno.writeTextFileSync(path, "before");
  const signal = AbortSignal.abort(new QueueError("given up"));
  await assertRejects(() => writeBackup(temporary.queue, path, signal), QueueError, "given up");
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["b.tar"]);
  assertEquals(Deno.readTextFileSync(path), "before");
});

Deno.test("a backup follows links to a file, and refuses what is no file", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const { queue, dir } = temporary;
  const at = (name: string) => `${folder.path}/${name}`;
  Deno.mkdirSync(at("more"));
  Deno.symlinkSync("more/b.tar", at("link"));
  Deno.symlinkSync("link", at("other"));
  await writeBackup(queue, at("other"));
  await writeBackup(queue, at("link"));
  assertEquals(namesIn(folder.path, "more"), ["b.tar"]);
  assertEquals(Deno.readLinkSync(at("link")), "more/b.tar");
  Deno.symlinkSync("circle", at("circle"));
  await new Deno.Command("mkfifo", { args: [at("fifo")] }).output();
  for (
    const [name, said] of [
      ["more", `is a directory; name a file in it: queuectl backup '${at("more")}/queue.tar'`],
      ["fifo", `is no regular file; use: queuectl backup - >'${at("fifo")}'`],
      ["circle", "is a link that leads in a circle; name the file itself"],
    ] as const
  ) {
    await assertRejects(() => writeBackup(queue, at(name)), QueueError, said);
  }
  Deno.symlinkSync(dir, at("queue"));
  await assertRejects(() => writeBackup(queue, at("queue/b")), UsageError, "lies in the queue");
  if (Deno.uid() !== 0) return;
  await new Deno.Command("chown", { args: ["-h", "1", at("link")] }).output();
  await assertRejects(() => writeBackup(queue, at("link")), QueueError, "is of user 1; name the");
});
