/** The stream of events: one watcher, any number of clients, none that holds up another. */

import { assert, assertEquals } from "@std/assert";
import type { Events, JobDetail, Status } from "../../src/dashboard/api.ts";
import { EventStream } from "../../src/dashboard/server/event_stream.ts";
import { type Scanner, startScanner } from "../../src/dashboard/scan/scanner.ts";
import { startDashboard } from "../../src/dashboard/server/server.ts";
import { eventually, temporaryQueue } from "../temporary_queue.ts";
import { EventReader, TestServer } from "./test_server.ts";

Deno.test("the status comes first, and two clients see each other's changes", async () => {
  await using server = await TestServer.start();
  using one = await EventReader.open(server);
  using other = await EventReader.open(server);
  for (const reader of [one, other]) {
    const first = await reader.next();
    assertEquals([first?.event, (first?.data as unknown as Status).jobs.pending], ["status", 0]);
  }
  await server.post("/api/jobs", { command: "true", delay: 3600 });
  for (const reader of [one, other]) {
    await reader.until("jobs moved", ({ event }) => event === "jobs");
  }
  using late = await EventReader.open(server);
  assertEquals((await late.next())?.event, "status");
});

Deno.test("a change on disk by another program is sent soon", async () => {
  await using server = await TestServer.start();
  using reader = await EventReader.open(server);
  await reader.next();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const begun = performance.now();
  await server.queue.enqueue({ command: "true" });
  await reader.until("jobs moved", ({ event }) => event === "jobs");
  assert(performance.now() - begun < 5_000);
});

Deno.test("the growth of a log is sent, and where its job is", async () => {
  await using server = await TestServer.start();
  const { queue, dir } = server;
  await queue.enqueue({ id: "a", command: "true" });
  Deno.writeTextFileSync(`${dir}/processing/a.log`, "one\n");
  using reader = await EventReader.open(server, "?log=a");
  const log = (holds: (log: Events["log"]) => boolean) =>
    reader.until(
      "the log changed",
      ({ event, data }) => event === "log" && holds(data as unknown as Events["log"]),
    );
  await log(({ id, size, state }) => id === "a" && size === 4 && state === "pending");
  Deno.writeTextFileSync(`${dir}/processing/a.log`, "two\n", { append: true });
  await log(({ size }) => size === 8);
  Deno.renameSync(`${dir}/processing/a.log`, `${dir}/done/a.log`);
  Deno.writeTextFileSync(`${dir}/done/a.log`, "three\n", { append: true });
  await log(({ size }) => size === 14);
});

/** A scanner whose status a test sets, and that counts its watchers. */
function standIn(scanner: Scanner) {
  const listeners = new Set<(status: Status, jobs: Events["jobs"]) => void>();
  let watches = 0;
  const status = (pending: number) => ({ jobs: { pending } }) as unknown as Status;
  return {
    tell(pending: number, jobs: Events["jobs"]) {
      for (const listener of listeners) listener(status(pending), jobs);
    },
    get watching() {
      return listeners.size;
    },
    get watches() {
      return watches;
    },
    scanner: {
      jobs: (query) => scanner.jobs(query),
      matching: (...asked) => scanner.matching(...asked),
      job: (id) => scanner.job(id),
      dead: () => scanner.dead(),
      stats: (span, parts) => scanner.stats(span, parts),
      schedules: () => scanner.schedules(),
      doctor: () => scanner.doctor(),
      metrics: () => scanner.metrics(),
      watch(changed) {
        watches++;
        listeners.add(changed);
        changed(status(0), {});
        return () => listeners.delete(changed);
      },
      [Symbol.asyncDispose]: () => scanner[Symbol.asyncDispose](),
    } satisfies Scanner,
  };
}

Deno.test("twenty clients have one watcher, and when all are gone nothing watches", async () => {
  await using temporary = await temporaryQueue();
  const fake = standIn(startScanner(temporary.queue));
  await using server = await startDashboard(temporary.queue, { port: 0, scanner: fake.scanner });
  const at = { origin: `http://127.0.0.1:${server.port}`, token: server.token };
  assertEquals(fake.watching, 0);
  const readers = await Promise.all(Array.from({ length: 20 }, () => EventReader.open(at)));
  for (const reader of readers) await reader.next();
  fake.tell(1, { ids: ["a"] });
  for (const reader of readers) {
    const { data } = await reader.until("jobs moved", ({ event }) => event === "jobs");
    assertEquals(data, { ids: ["a"] });
  }
  assertEquals([fake.watching, fake.watches], [1, 1]);
  for (const reader of readers) reader.close();
  await eventually("nothing watches", () => fake.watching === 0);
});

Deno.test("a client that reads nothing gets the latest of each event, and costs no memory", async () => {
  let isGone = false;
  const stream = new EventStream(() => isGone = true);
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  for (let at = 0; at < 10_000; at++) {
    stream.status(new TextEncoder().encode(`event: status\ndata: ${at}\n\n`));
    stream.jobs({ ids: [`j${at % 3}`] });
  }
  stream.ping();
  assertEquals(stream.ping(), false);
  let text = "";
  while (!text.includes(":\n\n")) text += (await reader.read()).value;
  assertEquals(
    text.replaceAll(/^event: status\ndata: (?!9999).*\n\n/g, ""),
    'event: status\ndata: 9999\n\nevent: jobs\ndata: {"ids":["j0","j1","j2"]}\n\n:\n\n',
  );
  for (let at = 0; at < 200; at++) stream.jobs({ ids: [`j${at}`] });
  assertEquals((await reader.read()).value, "event: jobs\ndata: {}\n\n");
  await reader.cancel();
  assertEquals(isGone, true);
});

Deno.test("a server that stops says so, and who has its token connects to the next one", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const token = "t".repeat(40);
  const first = await startDashboard(queue, { port: 0, token });
  const at = { origin: `http://127.0.0.1:${first.port}`, token };
  using before = await EventReader.open(at);
  await before.next();
  await first[Symbol.asyncDispose]();
  await before.until("the server stops", ({ event }) => event === "bye");
  await queue.enqueue({ id: "a", command: "true" });
  await using _second = await startDashboard(queue, { port: first.port, token });
  using after = await EventReader.open(at);
  const counts = { ...queue.counts(), held: 0, waiting: 0 };
  assertEquals((await after.next())?.data.jobs, counts);
  const { job } = await (await fetch(`${at.origin}/api/jobs/a`, {
    headers: { authorization: `Bearer ${token}` },
  })).json() as JobDetail;
  assertEquals(job.id, "a");
});
