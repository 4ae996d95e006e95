/** The routes of the queue itself: status, settings, schedules, statistics, metrics. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  DeadGroup,
  SchedulePreview,
  ScheduleRow,
  SettingRow,
  StatsAnswer,
  Status,
} from "../../src/dashboard/api.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { eventually } from "../temporary_queue.ts";
import { TestServer } from "./test_server.ts";

Deno.test("the status, the dead letters, the statistics, the doctor and the metrics are answered", async () => {
  await using server = await TestServer.start();
  const { queue, dir } = server;
  await queue.enqueue({ id: "a", command: "true" });
  await cancelJob(queue, "a");
  const status = await server.json<Status>("/api/status");
  assertEquals([status.dir, status.jobs.dead, status.read_only], [dir, 1, false]);
  const dead = await server.json<DeadGroup[]>("/api/dead");
  assertEquals(dead.map(({ ids, outcome }) => [ids, outcome]), [[["a"], "cancelled"]]);
  for (const span of ["5m", "1h", "24h", "7d"]) {
    const { series } = await server.json<StatsAnswer>(`/api/stats?span=${span}`);
    assertEquals(series.at.length, series.done.length);
  }
  assertEquals((await server.get("/api/stats?span=1y")).status, 400);
  assertEquals((await server.get("/api/stats?since=1h")).status, 400);
  assert(Array.isArray(await server.json("/api/doctor")));
  const metrics = await server.get("/metrics");
  assertStringIncludes(metrics.headers.get("content-type")!, "text/plain; version=0.0.4");
  assertStringIncludes(await metrics.text(), 'queuectl_jobs{state="dead"} 1');
});

Deno.test("the queue is paused and resumed", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.post("/api/queue/pause"), [200, { paused: true }]);
  assertEquals(server.queue.paused, true);
  assertEquals(await server.post("/api/queue/resume"), [200, { paused: false }]);
});

Deno.test("settings are shown with what they mean, set, and reset", async () => {
  await using server = await TestServer.start();
  const row = (rows: SettingRow[], key: string) => rows.find((row) => row.key === key)!;
  const change = async (body: unknown) => {
    const [status, answer] = await server.post("/api/settings", body);
    return { status, rows: answer as unknown as SettingRow[] };
  };
  const first = row(await server.json("/api/settings"), "max_retries");
  assertEquals([first.value, first.usual, first.is_set], [3, "3", false]);
  assert(first.help.length > 5);
  const { status, rows } = await change({
    set: { max_retries: 5, backoff_max: "10m", "resources.gpu": "2", on_done: null },
  });
  assertEquals(status, 200);
  assertEquals(
    ["max_retries", "backoff_max", "resources.gpu"].map((key) => row(rows, key).value),
    [5, 600, 2],
  );
  assertEquals(row(rows, "max_retries").is_set, true);
  const reset = await change({ reset: ["max_retries"] });
  assertEquals(row(reset.rows, "max_retries").value, 3);
  for (
    const body of [
      {},
      { set: { max_retries: -1 } },
      { set: { nonsense: 1 } },
      { set: { max_retries: [] } },
      { set: { max_retries: 4 }, reset: ["nonsense"] },
      { set: { max_retries: 4 }, reset: ["max_retries"] },
    ]
  ) assertEquals((await change(body)).status, 400, JSON.stringify(body));
  assertEquals(server.queue.config().max_retries, 3);
});

Deno.test("a schedule is previewed, added, edited, paused, resumed, run and removed", async () => {
  await using server = await TestServer.start();
  const job = { command: ["echo", "a b"] };
  const [, preview] = await server.post("/api/schedules/preview", { when: "@hourly", tz: "UTC" });
  const { words, next } = preview as unknown as SchedulePreview;
  assertEquals([words, next.length], ["every hour, at minute 0", 5]);
  const added = await server.post("/api/schedules", { name: "n", when: "@hourly", tz: "UTC", job });
  assertEquals([added[0], added[1].name], [201, "n"]);
  assertEquals(
    (await server.post("/api/schedules", { name: "n", when: "@hourly", job }))[0],
    409,
  );
  assertEquals(await server.post("/api/schedules", { name: "m", when: "@hourly" }), [
    400,
    { error: "job must be a JSON object" },
  ]);
  const act = async (verb: string, body?: unknown) => {
    const [status, answer] = await server.post(`/api/schedules/n/${verb}`, body);
    assert(status < 300, `${verb}: ${JSON.stringify(answer)}`);
    return answer as unknown as ScheduleRow;
  };
  const edited = await act("edit", { when: "30 2 * * *", tz: "UTC", job: { command: "b" } });
  assertEquals([edited.words, edited.job.command], ["every day, at 02:30", "b"]);
  assertEquals((await act("pause")).paused, true);
  assertEquals((await act("resume")).paused, false);
  const { id } = await act("run") as unknown as { id: string };
  assertEquals(server.queue.get(id)?.command, "b");
  assertEquals((await server.json<ScheduleRow>("/api/schedules/n")).name, "n");
  assertEquals((await server.json<ScheduleRow[]>("/api/schedules")).length, 1);
  await act("remove");
  assertEquals((await server.get("/api/schedules/n")).status, 404);
  for (
    const body of [
      { name: "../n", when: "@hourly", job },
      { name: "n", when: "61 * * * *", job },
      { name: "n", when: "@hourly", overlap: "often", job },
      { name: "n", when: "@hourly", job: { command: "true", id: "x" } },
      { name: "n", when: "@hourly" },
      { when: "@hourly", job },
      { name: "n", job },
    ]
  ) assertEquals((await server.post("/api/schedules", body))[0], 400, JSON.stringify(body));
});

Deno.test("an unknown route is 404 in JSON, and HEAD has the headers of GET alone", async () => {
  await using server = await TestServer.start();
  for (const path of ["/api", "/api/", "/api/nothing", "/api/jobs/a/b/c"]) {
    const answer = await server.get(path);
    assertEquals([answer.status, Object.keys(await answer.json())], [404, ["error"]], path);
  }
  for (const path of ["/api/status", "/api/settings", "/api/events", "/metrics"]) {
    const { status, text, headers } = await server.raw(`HEAD ${path}`);
    assertEquals([status, text], [200, ""], path);
    assert(headers.get("content-type"));
  }
});

Deno.test("JSON is compressed for who takes that, and for nobody else", async () => {
  await using server = await TestServer.start();
  const encoding = async (accept: string | undefined) =>
    (await server.raw("GET /api/settings", { "accept-encoding": accept })).headers
      .get("content-encoding");
  assertEquals(await encoding("gzip, br"), "gzip");
  assertEquals(await encoding(undefined), null);
  assertEquals(await encoding("gzip;q=0"), null);
  const rows = await (await server.get("/api/settings", { "accept-encoding": "gzip" })).json();
  assert(rows.length > 10);
});

Deno.test("once the queue is gone each answer says so, until there is one again", async () => {
  await using server = await TestServer.start();
  const { dir } = server;
  const gone = `the queue ${dir} is gone: it was removed, or its disk is not mounted`;
  await server.json("/api/status");
  Deno.renameSync(dir, `${dir}-away`);
  try {
    await eventually("the status says so", async () => {
      const answer = await server.get("/api/status");
      return (await answer.json()).error === gone && answer.status === 500;
    });
    for (const path of ["/api/workers", "/api/dead", "/metrics", "/api/jobs"]) {
      const answer = await server.get(path);
      assertEquals([answer.status, await answer.json()], [500, { error: gone }], path);
    }
    assertEquals(await server.post("/api/jobs", { command: "true" }), [500, { error: gone }]);
    const page = await server.get("/", { accept: "text/html" });
    assertEquals([page.status, await page.text()], [500, `${gone}\n`]);
  } finally {
    Deno.renameSync(`${dir}-away`, dir);
  }
  await eventually("the status is there again", async () => {
    const answer = await server.get("/api/status");
    await answer.body?.cancel();
    return answer.status === 200;
  });
});
