import { assertEquals } from "@std/assert";
import { putBackAbandoned } from "../../src/control/abandoned_edits.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { drop, eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("a job whose edit was killed can be read also where the disk lets nobody put it back", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const name = "20200101T000000.000Z-5-a@host-1-ab-edit.json";
  drop(dir, `processing/${name}`, '{"command":"true"}');
  const refuse = () => {
    throw new Error("Read-only file system (os error 30)");
  };
  const files = { ...nativeFiles, rename: refuse, renameNew: refuse };
  await putBackAbandoned(await Queue.open(dir, { files }));
  assertEquals(namesIn(dir, "processing"), [name]);
  await eventually("the job to be back", async () => {
    // A process that another test starts holds copies of this one's locks for a moment.
    await putBackAbandoned(queue);
    return namesIn(dir, "pending").length === 1;
  });
  assertEquals(namesIn(dir, "processing"), []);
});
