import { assert, assertEquals, assertThrows } from "@std/assert";
import { QueueError } from "../../src/text/errors.ts";
import { matchingEntries, newestEntries } from "../../src/contents/listing.ts";
import { AmbiguousIdError } from "../../src/inspect/find_job.ts";
import { drop, temporaryQueue } from "../temporary_queue.ts";

Deno.test("countJobs() counts each state by its names, delayed and ready ones apart", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true" });
  await queue.enqueue({ command: "true", run_at: "2999-01-01T00:00:00Z" });
  await queue.enqueueMany([{ command: "true" }, { command: "true", run_at: "2999-01-01" }]);
  drop(dir, "pending/bare.json", '{"command":"true"}');
  drop(dir, "pending/.hidden.json", '{"command":"true"}');
  drop(dir, "processing/20200101T000000.000Z-5-p@host-1-ab.json", '{"command":"true"}');
  drop(dir, "tmp/20200101T000000.000Z-5-s@host-1-ab.json", '{"command":"true"}');
  drop(dir, "failed/29990101T000000.000Z-5-f.json", '{"command":"true"}');
  drop(dir, "failed/f.log", "");
  for (const state of ["done", "dead"]) {
    drop(dir, `${state}/${state}.json`, '{"command":"true"}');
    drop(dir, `${state}/${state}.log`, "");
  }
  drop(dir, "dead/other.json", "not a job");
  assertEquals(queue.counts(), {
    pending: 3,
    delayed: 2,
    processing: 2,
    done: 1,
    failed: 1,
    dead: 2,
  });
});

Deno.test("list() gives a job once that moves while it looks", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const name = "20200101T000000.000Z-5-a@host-1-ab.json";
  const job = '{"command":"true","created_at":"2020-01-01T00:00:00Z"}';
  // As two looks see it, one before and one after it is taken to be settled.
  for (const part of ["processing", "tmp"]) drop(dir, `${part}/${name}`, job);
  assertEquals(queue.list().map(({ id }) => id), ["a"]);
  // Another job of this ID is one of its own.
  drop(dir, "done/a.json", '{"command":"true","created_at":"2021-01-01T00:00:00Z"}');
  assertEquals(queue.list().map(({ id }) => id), ["a", "a"]);
});

Deno.test("list() gives jobs in the order they were made, with the state that their directory says", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const ids: string[] = [];
  for (const priority of [1, 9, 5]) {
    ids.push((await queue.enqueue({ command: "true", priority })).id);
  }
  drop(dir, `done/${ids[0]}.json`, '{"command":"true","state":"pending"}');
  const [first] = Array.from(Deno.readDirSync(`${dir}/pending`)).filter(({ name }) =>
    name.includes(ids[0]!)
  );
  Deno.removeSync(`${dir}/pending/${first!.name}`);
  assertEquals(queue.list().map((job) => [job.id, job.state]), [
    [ids[0], "done"],
    [ids[1], "pending"],
    [ids[2], "pending"],
  ]);
  assertEquals(queue.list({ states: ["pending"], limit: 1 }).map((job) => job.id), [ids[2]]);
  assertEquals(queue.list({ limit: 0 }), []);
});

Deno.test("newestEntries() keeps the newest of more than it may hold", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const inputs = Array.from({ length: 1500 }, (_, n) => ({ command: `echo ${n}` }));
  const made: string[] = [];
  await queue.enqueueMany(inputs, (jobs) => made.push(...jobs.map((job) => job.id)));
  const newest = newestEntries(queue.store, ["pending"], 5);
  assertEquals(newest.map((entry) => entry.id), made.slice(-5));
});

Deno.test("a job is found by its ID, a beginning of it, or an end of 4 characters or more", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  for (const id of ["alpha-one", "alpha-two", "alpha", "beta"]) {
    await queue.enqueue({ command: "true", id });
  }
  const found = (text: string) => queue.find(text).id;
  assertEquals(found("alpha"), "alpha", "an exact match stands alone");
  assertEquals(found("alpha-o"), "alpha-one");
  assertEquals(found("b"), "beta");
  assertEquals(found("-two"), "alpha-two");
  for (const text of ["two", "eta", "gamma", "", "ALPHA"]) {
    assertThrows(
      () => queue.find(text),
      QueueError,
      `no job matches "${text}" (see: queuectl list)`,
    );
  }
});

Deno.test("a job in a batch, and one that has ended, is found like any other", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "true", id: "in-a-batch" }]);
  drop(dir, "done/finished.json", '{"command":"true"}');
  assertEquals(queue.find("in-a").id, "in-a-batch");
  assertEquals(queue.get("in-a-batch")?.state, "pending");
  assertEquals(queue.find("shed").state, "done");
  assertEquals(queue.get("finish"), undefined, "get() takes whole IDs only");
});

Deno.test("a text that could mean several jobs lists them with their states", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "alpha-one" });
  drop(dir, "dead/alpha-two.json", '{"command":"true"}');
  const error = assertThrows(
    () => queue.find("alph"),
    AmbiguousIdError,
    '"alph" could mean alpha-one (pending), alpha-two (dead); give more of the ID',
  );
  assertEquals(error.matches, [
    { id: "alpha-one", state: "pending" },
    { id: "alpha-two", state: "dead" },
  ]);
  for (let n = 0; n < 20; n++) await queue.enqueue({ command: "true", id: `many-${n}` });
  assertThrows(() => queue.find("many"), AmbiguousIdError, "and 12 more");
});

Deno.test("a text that can be no file name is simply not found", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  for (const text of ["../dead", "../../etc/passwd", "x".repeat(5000), "a\0b", "/", "."]) {
    assertEquals(matchingEntries(queue.store, text), [], text);
  }
});

Deno.test("what is no job in dead/ is listed with the reason", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "dead/text.json", "make");
  Deno.symlinkSync("/etc/passwd", `${dir}/dead/link.json`);
  Deno.mkdirSync(`${dir}/dead/folder.json`);
  const reasons = Object.fromEntries(queue.list().map((job) => [job.id, job.malformed]));
  assertEquals(reasons, {
    text: "it is not JSON in UTF-8",
    link: "it is not a regular file",
    folder: "it is not a regular file",
  });
});

Deno.test("listing does not read a file that is too large to be a job", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using file = Deno.openSync(`${dir}/dead/huge.json`, { write: true, create: true });
  file.truncateSync(8 * 2 ** 30);
  const [job] = queue.list();
  assert(String(job?.malformed).startsWith("it is larger than"));
});
