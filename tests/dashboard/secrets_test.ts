import { assertEquals } from "@std/assert";
import type { JobDetail, SchedulesAnswer } from "../../src/dashboard/api.ts";
import { TestServer } from "./test_server.ts";

const ENV = { API_TOKEN: "hidden", PLAIN: "seen" };

Deno.test("the API hides secrets of a job, and an edit that sends them back as they came keeps them", async () => {
  await using server = await TestServer.start();
  await server.post("/api/jobs", { id: "a", command: "true", hold: true, env: ENV });
  const { job } = await server.json<JobDetail>("/api/jobs/a");
  assertEquals(job.env, { API_TOKEN: "…", PLAIN: "seen" });
  await server.post("/api/jobs/a/edit", { command: "false", env: { ...job.env, MORE: "1" } });
  assertEquals(server.queue.get("a")?.env, { ...ENV, MORE: "1" });
  await server.post("/api/jobs/a/edit", { command: "false", env: { API_TOKEN: "new" } });
  assertEquals(server.queue.get("a")?.env, { API_TOKEN: "new" });
});

Deno.test("the API hides secrets of a schedule likewise", async () => {
  await using server = await TestServer.start();
  const job = { command: "true", env: ENV };
  await server.post("/api/schedules", { name: "daily", when: "@daily", job });
  const [schedule] = await server.json<SchedulesAnswer>("/api/schedules");
  assertEquals(schedule!.job.env, { API_TOKEN: "…", PLAIN: "seen" });
  const [, edited] = await server.post("/api/schedules/daily/edit", {
    when: "@hourly",
    job: schedule!.job,
  });
  assertEquals((edited as unknown as typeof schedule)!.job.env?.API_TOKEN, "…");
  const [name] = [...Deno.readDirSync(`${server.queue.dir}/schedules`)];
  const kept = JSON.parse(Deno.readTextFileSync(`${server.queue.dir}/schedules/${name!.name}`));
  assertEquals(kept.job.env, ENV);
});
