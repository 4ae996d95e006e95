import { assertEquals } from "@std/assert";
import { boundWorkerLog, MOST_LOG } from "../../src/contents/bounded_logs.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("the full log of a worker begins anew, and its last part stays", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const [name, log] = ["host-1-ab", `${dir}/workers/host-1-ab.log`];
  using open = Deno.openSync(log, { append: true, create: true, mode: 0o600 });
  const write = (text: string) => open.writeSync(new TextEncoder().encode(text));
  write("x".repeat(MOST_LOG));
  boundWorkerLog(queue.store, name);
  assertEquals(namesIn(dir, "workers"), ["host-1-ab.log"]);
  write("the last line\n");
  boundWorkerLog(queue.store, name);
  const kept = Deno.readTextFileSync(`${log}.prev`);
  assertEquals(kept.length, MOST_LOG);
  assertEquals(kept.endsWith("xthe last line\n"), true);
  write("goes on\n");
  assertEquals(Deno.readTextFileSync(log), "goes on\n");
  write("y".repeat(MOST_LOG));
  boundWorkerLog(queue.store, name);
  assertEquals(Deno.readTextFileSync(`${log}.prev`), "y".repeat(MOST_LOG));
  assertEquals(Deno.lstatSync(`${log}.prev`).mode! & 0o777, 0o600);
});

Deno.test("the log of a worker in the foreground is no file of the queue, and is left alone", async () => {
  await using temporary = await temporaryQueue();
  boundWorkerLog(temporary.queue.store, "host-1-ab");
  assertEquals(namesIn(temporary.dir, "workers"), []);
});
