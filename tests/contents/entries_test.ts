import { assertEquals } from "@std/assert";
import { batchEntries, entries, readEntry } from "../../src/contents/entries.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

const JOB = '{"command":"true"}';
const NAME = "20200101T000000.000Z-5-x.json";

Deno.test("entries() yields the jobs of batches with the path to each", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "true", id: "a" }, { command: "true", id: "b" }]);
  drop(dir, `pending/${NAME}`, JOB);
  const [batch] = namesIn(dir, "pending").filter((name) => !name.endsWith(".json"));
  const found = [...entries(queue.store, "pending")].map(({ id, path }) => [id, path]).sort();
  const inBatch = namesIn(dir, `pending/${batch}`).map((name) => `${batch}/${name}`);
  assertEquals(found, [["a", inBatch[0]], ["b", inBatch[1]], ["x", NAME]]);
});

Deno.test("a file or a link that is named like a batch is no batch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/elsewhere`);
  Deno.writeTextFileSync(`${dir}/elsewhere/${NAME}`, JOB);
  const [file, link, missing] = ["a", "b", "c"].map((id) => `20200101T000000.000Z-5-${id}`);
  Deno.writeTextFileSync(`${dir}/pending/${file}`, "");
  Deno.symlinkSync("../elsewhere", `${dir}/pending/${link}`);
  for (const name of [file, link, missing]) {
    assertEquals([...batchEntries(queue.store, name!)], []);
  }
  assertEquals([...entries(queue.store, "pending")], []);
});

Deno.test("entries() yields a job that is being settled as one that runs", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "tmp/20200101T000000.000Z-5-x@host-1-ab.json", JOB);
  drop(dir, "tmp/x.json@host-1-ab.done", JOB);
  drop(dir, "tmp/new.json", JOB);
  const [entry, ...others] = [...entries(queue.store, "processing")];
  assertEquals([entry?.id, entry?.state, entry?.worker], ["x", "processing", "host-1-ab"]);
  assertEquals(readEntry(queue.store, entry!)?.command, "true");
  assertEquals(others, []);
});

Deno.test("readEntry() gives nothing for a job that has moved on", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, `pending/${NAME}`, JOB);
  const [entry] = [...entries(queue.store, "pending")];
  assertEquals(readEntry(queue.store, entry!)?.state, "pending");
  Deno.removeSync(`${dir}/pending/${NAME}`);
  assertEquals(readEntry(queue.store, entry!), undefined);
});
