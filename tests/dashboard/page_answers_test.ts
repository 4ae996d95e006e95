import { assertEquals } from "@std/assert";
import type { Added, ScheduleRow } from "../../src/dashboard/api.ts";
import { TestServer } from "./test_server.ts";

Deno.test("a job can be given its standard input as text", async () => {
  await using server = await TestServer.start();
  const text = "één\ntwee\n";
  const [status, added] = await server.post("/api/jobs", { command: "cat", stdin: text });
  assertEquals(status, 201);
  const { id } = added as unknown as Added;
  assertEquals(server.queue.get(id)?.stdin, true);
  assertEquals(await Deno.readTextFile(`${server.dir}/input/${id}.in`), text);
});

Deno.test("a log that moves while it is asked for is found where it is then", async () => {
  await using server = await TestServer.start();
  const { id } = await server.queue.enqueue({ command: "true" });
  const path = `${server.dir}/log`;
  await Deno.writeTextFile(path, "text\n");
  const places = [`${server.dir}/gone`, path];
  server.queue.logPath = () => places.shift();
  const answer = await server.get(`/api/jobs/${id}/log`);
  assertEquals([answer.status, await answer.text()], [200, "text\n"]);
});

Deno.test("schedules come with their times in words and their last job", async () => {
  await using server = await TestServer.start();
  const job = { command: "true" };
  await server.post("/api/schedules", { name: "nightly", when: "30 2 * * *", tz: "UTC", job });
  const [schedule] = await server.json<ScheduleRow[]>("/api/schedules");
  assertEquals(schedule!.words, "every day, at 02:30");
  assertEquals(schedule!.last_job, undefined);
});
