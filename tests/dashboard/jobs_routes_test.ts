/** The routes of jobs: each against a real queue, cancel and stop with a real worker. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Added, BulkAnswer, JobDetail, JobsPage } from "../../src/dashboard/api.ts";
import { holdJob } from "../../mod.ts";
import { Worker } from "../../src/worker/worker.ts";
import { drop, eventually } from "../temporary_queue.ts";
import { TestServer } from "./test_server.ts";

Deno.test("a job is added as the command line would, and shown", async () => {
  await using server = await TestServer.start();
  const [status, { id }] = await server.post("/api/jobs", {
    command: ["echo", "a b"],
    delay: "1h",
    timeout: "5m",
    priority: 9,
    "max-retries": 0,
  });
  assertEquals(status, 201);
  const { job, path, log } = await server.json<JobDetail>(`/api/jobs/${id}`);
  assertEquals([job.command, job.timeout, job.priority], ["echo 'a b'", 300, 9]);
  assertEquals([job.max_retries, job["max-retries"]], [0, undefined]);
  assert(Math.abs(Date.parse(job.run_at) - Date.now() - 3_600_000) < 60_000, job.run_at);
  assertEquals([Deno.statSync(path).isFile, log], [true, null]);
  const page = await server.json<JobsPage>("/api/jobs?states=pending&limit=1");
  assertEquals([page.jobs.map((row) => row.id), page.total], [[id], 1]);
});

Deno.test("a running job is suspended, resumed and sent a signal", async () => {
  await using server = await TestServer.start();
  await server.post("/api/jobs", { id: "a", command: "exec sleep 100", max_retries: 0 });
  const worker = new Worker(server.queue);
  await worker.start();
  await eventually("it runs", () => server.queue.get("a")?.state === "processing");
  const after = async (verb: string, body: object = {}) => {
    const [status, { job, error }] = await server.post(`/api/jobs/a/${verb}`, body);
    return [status, (job as { suspended?: boolean } | undefined)?.suspended ?? error];
  };
  assertEquals(await after("suspend"), [200, true]);
  const [row] = (await server.json<JobsPage>("/api/jobs")).jobs;
  assertEquals([row?.state, row?.waits], ["processing", "suspended"]);
  assertEquals(await after("resume"), [200, undefined]);
  assertEquals((await after("signal", { signal: "NOPE" }))[0], 400);
  assertEquals((await after("signal", { signal: "KILL" }))[0], 200);
  await eventually("it is dead", () => server.queue.get("a")?.state === "dead");
  assertEquals((await after("suspend"))[0], 409);
  worker.stop();
  await worker.finished;
});

Deno.test("a job whose key is taken is not added again, and the answer names the other", async () => {
  await using server = await TestServer.start();
  const job = { command: "true", unique: "k" };
  const [, { id }] = await server.post("/api/jobs", job);
  assertEquals(await server.post("/api/jobs", job), [200, { id, existed: true }]);
});

Deno.test("names that nobody knows are listed in the answer, for one job and for many", async () => {
  await using server = await TestServer.start();
  const job = { command: "true", prority: 3, priority: 7, cwd: "/" };
  const [, one] = await server.post("/api/jobs", job);
  assertEquals(one.unknown_fields, ["prority"]);
  const [, many] = await server.post("/api/jobs", [{ command: "true" }, job]);
  const unknown = (many as unknown as Added[]).map((added) => added.unknown_fields);
  assertEquals(unknown, [undefined, ["prority"]]);
});

Deno.test("many jobs are added at once, or none if one of them is no job", async () => {
  await using server = await TestServer.start();
  const send = (jobs: unknown[]) =>
    fetch(`${server.origin}/api/jobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
      body: JSON.stringify(jobs),
    });
  const bad = await send([{ command: "true" }, { command: "true", priority: 10 }]);
  assertEquals([bad.status, server.queue.counts().pending], [400, 0]);
  assertStringIncludes((await bad.json()).error, "priority must be");
  const good = await send([{ command: "a", id: "a" }, { command: "b", id: "b", after: ["a"] }]);
  assertEquals([good.status, await good.json()], [201, [{ id: "a" }, { id: "b" }]]);
});

Deno.test("what is no job is refused with one sentence that names the field", async () => {
  await using server = await TestServer.start();
  const bodies: [unknown, RegExp][] = [
    [{}, /command is missing/],
    [{ command: "" }, /command must not be empty/],
    [{ command: ["a", 1] }, /command must be/],
    [{ command: "true", timeout: "soon" }, /timeout must be a span/],
    [{ command: "true", delay: -1 }, /delay must be/],
    [{ command: "true", delay: 1, run_at: "now" }, /not both/],
    [{ command: "true", id: "../x" }, /id must be/],
    [{ command: "true", stdin: true }, /stdin/],
    [{ command: "true", at: "tomorrow" }, /"at" is an option .*; give "run_at" instead/],
    [{ command: "true", cwd: "here" }, /cwd must be an absolute path, not "here"/],
    ["text", /must be a JSON object/],
    [null, /must be a JSON object/],
    [[[]], /must be a JSON object/],
  ];
  for (const [body, sentence] of bodies) {
    const [status, answer] = await server.post("/api/jobs", body);
    assertEquals([status, Object.keys(answer)], [400, ["error"]], JSON.stringify(body));
    assert(sentence.test(String(answer.error)), String(answer.error));
  }
  const after = await server.post("/api/jobs", { command: "true", after: ["none"] });
  assertEquals(after[0], 409);
});

Deno.test("a waiting job is held, released, moved, edited, cancelled, retried and removed", async () => {
  await using server = await TestServer.start();
  const { queue } = server;
  await queue.enqueue({ id: "a", command: "true", env: { A: "1" } });
  const act = async (verb: string, body?: unknown) => {
    const [status, answer] = await server.post(`/api/jobs/a/${verb}`, body);
    assertEquals(status, 200, `${verb}: ${JSON.stringify(answer)}`);
    return (answer as unknown as JobDetail).job;
  };
  assertEquals((await act("hold")).held, true);
  assertEquals((await act("release")).held, undefined);
  assertEquals((await act("priority", { priority: 7 })).priority, 7);
  const moved = await act("move", { run_at: "2030-01-01T00:00:00Z", priority: 3 });
  assertEquals([moved.run_at, moved.priority], ["2030-01-01T00:00:00.000Z", 3]);
  const { job } = await server.json<JobDetail>("/api/jobs/a");
  const edited = await act("edit", { ...job, command: ["echo", "x y"], env: { B: "2" } });
  assertEquals([edited.command, edited.env], ["echo 'x y'", { B: "2" }]);
  assertEquals(edited.created_at, job.created_at);
  assertEquals((await act("cancel")).state, "dead");
  assertEquals((await act("retry")).state, "pending");
  assertEquals(await server.post("/api/jobs/a/remove"), [200, {}]);
  assertEquals(queue.get("a"), undefined);
});

Deno.test("a change that does not fit the job is 409, a job that is gone 404, a bad value 400", async () => {
  await using server = await TestServer.start();
  await server.queue.enqueue({ id: "a", command: "true" });
  const tries: [string, unknown, number][] = [
    ["/api/jobs/a/release", {}, 409],
    ["/api/jobs/a/retry", {}, 409],
    ["/api/jobs/gone/retry", {}, 404],
    ["/api/jobs/gone/cancel", {}, 404],
    ["/api/jobs/gone/remove", {}, 404],
    ["/api/jobs/a/priority", { priority: 10 }, 400],
    ["/api/jobs/a/priority", {}, 400],
    ["/api/jobs/a/move", {}, 400],
    ["/api/jobs/a/move", { run_at: "soon" }, 400],
    ["/api/jobs/a/edit", { command: "" }, 400],
    ["/api/jobs/a/edit", [], 400],
    ["/api/workers/host-1-ab/stop", {}, 404],
    ["/api/workers/host-1-ab/scale", { slots: 2 }, 404],
    ["/api/schedules/gone/run", {}, 404],
    ["/api/schedules/gone/edit", { when: "@daily", job: { command: "true" } }, 404],
  ];
  for (const [path, body, wanted] of tries) {
    const [status, answer] = await server.post(path, body);
    assertEquals([status, Object.keys(answer)], [wanted, ["error"]], path);
    assert(!String(answer.error).includes("\n"), String(answer.error));
  }
  assertEquals((await server.get("/api/jobs/gone")).status, 404);
  for (
    const query of [
      "states=x",
      "limit=0",
      "limit=201",
      "limit=x",
      "sort=x",
      "order=x",
      "cursor=x",
      "state=dead",
    ]
  ) {
    assertEquals((await server.get(`/api/jobs?${query}`)).status, 400, query);
  }
});

Deno.test("a running job is cancelled by its worker, and a worker is scaled and asked to stop", async () => {
  await using server = await TestServer.start();
  const { queue } = server;
  await queue.enqueue({ id: "a", command: "echo begun; exec sleep 1000" });
  await queue.enqueue({ id: "b", command: "exec sleep 1000" });
  const worker = new Worker(queue, { count: 2 });
  await worker.start();
  try {
    await eventually("both run", () => queue.counts().processing === 2);
    const [status, answer] = await server.post("/api/jobs/a/cancel");
    const { job } = answer as unknown as JobDetail;
    assertEquals([status, job.state, job.history.at(-1)?.outcome], [200, "dead", "cancelled"]);
    assertEquals((await server.post("/api/jobs/b/remove"))[0], 409);
    const workers = await server.json<{ name: string }[]>("/api/workers");
    assertEquals(workers.map(({ name }) => name), [worker.name]);
    const scale = `/api/workers/${worker.name}/scale`;
    for (const slots of [0, 1025, "3", undefined]) {
      assertEquals((await server.post(scale, { slots }))[0], 400, `${slots}`);
    }
    assertEquals(await server.post(scale, { slots: 3 }), [200, { name: worker.name, slots: 3 }]);
    await eventually(
      "the workers page has it",
      async () => (await server.json<{ slots: number }[]>("/api/workers"))[0]?.slots === 3,
    );
    assertEquals((await server.post(`/api/workers/${worker.name}/stop`, { now: 1 }))[0], 400);
    assertEquals((await server.post(`/api/workers/${worker.name}/stop`, { now: true }))[0], 202);
    assertEquals(await worker.finished, "stopped");
    assertEquals(queue.get("b")?.state, "pending");
  } finally {
    worker.stop({ now: true });
    await worker.finished;
  }
});

Deno.test("many jobs are changed at once, children before their parents, and failures are named", async () => {
  await using server = await TestServer.start();
  const { queue } = server;
  await queue.enqueueMany([
    { id: "parent", command: "true" },
    { id: "child", command: "true", after: ["parent"] },
    { id: "other", command: "true" },
  ]);
  const bulk = async (body: unknown) => {
    const [status, answer] = await server.post("/api/jobs/bulk", body);
    return { status, ...answer as unknown as BulkAnswer };
  };
  const held = await bulk({ action: "hold", ids: ["other", "gone", "other"] });
  assertEquals([held.status, held.changed, held.failed.map(({ id }) => id)], [200, 1, ["gone"]]);
  const moved = await bulk({ action: "priority", ids: ["other", "parent"], priority: 8 });
  assertEquals([moved.changed, queue.get("parent")?.priority], [2, 8]);
  const removed = await bulk({ action: "remove", ids: ["parent", "child"] });
  assertEquals([removed.changed, removed.failed], [2, []]);
  for (
    const body of [
      { action: "explode", ids: ["a"] },
      { action: "hold", ids: [] },
      { action: "hold", ids: ["../a"] },
      { action: "hold", ids: "a" },
      { action: "priority", ids: ["other"], priority: 11 },
      { action: "hold" },
      { action: "hold", ids: ["other"], filter: { text: "a" } },
      { action: "hold", ids: ["other"], dry_run: true },
      { action: "hold", filter: {} },
      { action: "hold", filter: { states: [] } },
      { action: "hold", filter: { state: ["dead"] } },
      { action: "hold", filter: { states: ["undead"] } },
      { action: "hold", filter: { text: "a" }, dry_run: "no" },
    ]
  ) assertEquals((await bulk(body)).status, 400, JSON.stringify(body));
});

Deno.test("jobs are listed and changed by their tags and their group", async () => {
  await using server = await TestServer.start();
  await server.queue.enqueueMany([
    { id: "a", command: "true", label: "First", tags: ["photos", "eu"], group: "night" },
    { id: "b", command: "true", tags: ["photos"] },
    { id: "c", command: "true" },
  ]);
  const listed = async (query: string) =>
    (await server.json<JobsPage>(`/api/jobs${query}`)).jobs.map(({ id }) => id).sort();
  assertEquals(await listed("?tags=photos"), ["a", "b"]);
  assertEquals(await listed("?tags=photos,eu"), ["a"]);
  assertEquals(await listed("?group=night&states=pending&sort=priority"), ["a"]);
  assertEquals(await listed("?group=day"), []);
  const [row] = (await server.json<JobsPage>("/api/jobs?group=night")).jobs;
  assertEquals([row?.label, row?.tags, row?.group], ["First", ["photos", "eu"], "night"]);
  const [, held] = await server.post("/api/jobs/bulk", {
    action: "hold",
    filter: { tags: ["photos"] },
  });
  assertEquals(held as unknown, { changed: 2, failed: [] });
  for (const query of ["?tags=a%20b", "?group=a%20b"]) {
    assertEquals((await server.get(`/api/jobs${query}`)).status, 400, query);
  }
});

Deno.test("a filter means all jobs that match it and that the action is for, however many", async () => {
  await using server = await TestServer.start();
  const { queue, dir } = server;
  const imports = Array.from({ length: 230 }, (_, at) => ({ id: `i${at}`, command: "import" }));
  await queue.enqueueMany([...imports, { id: "mail", command: "mail" }]);
  await holdJob(queue, "i7");
  drop(dir, "dead/over.json", '{"command":"import","id":"over"}');
  drop(dir, "done/fine.json", '{"command":"import","id":"fine"}');
  const bulk = async (body: unknown) => {
    const [status, answer] = await server.post("/api/jobs/bulk", body);
    assertEquals(status, 200);
    return answer as unknown as BulkAnswer;
  };
  const filter = { text: "import" };
  const dry = await bulk({ action: "hold", filter, dry_run: true });
  assertEquals([dry.changed, dry.matched?.length, dry.more], [0, 229, undefined]);
  assertEquals(queue.counts().delayed, 1);
  assertEquals(await bulk({ action: "hold", filter }), { changed: 229, failed: [] });
  assertEquals(queue.counts().delayed, 230);
  const states = ["held"];
  assertEquals((await bulk({ action: "release", filter: { states } })).changed, 230);
  const failed = { states: ["dead", "pending"] };
  assertEquals((await bulk({ action: "retry", filter: failed, dry_run: true })).matched, ["over"]);
  assertEquals((await bulk({ action: "retry", filter, dry_run: true })).matched?.sort(), [
    "fine",
    "over",
  ]);
  assertEquals((await bulk({ action: "cancel", filter: { text: "mail" } })).changed, 1);
  assertEquals(queue.get("mail")?.state, "dead");
});

Deno.test("a log is answered in pieces, from either end, and whole as a download", async () => {
  await using server = await TestServer.start();
  await server.queue.enqueue({ id: "a", command: "true" });
  assertEquals((await server.get("/api/jobs/a/log")).status, 404);
  drop(server.dir, "done/a.json", '{"command":"true","id":"a"}');
  const text = "0123456789\x1b[31m<script>alert(1)</script>\xff";
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  drop(server.dir, "done/a.log", bytes);
  const ask = async (query: string) => {
    const answer = await server.get(`/api/jobs/a/log${query}`);
    return { answer, bytes: await answer.bytes() };
  };
  const whole = await ask("");
  assertEquals(whole.bytes, bytes);
  assertEquals(whole.answer.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(whole.answer.headers.get("x-content-type-options"), "nosniff");
  const size = bytes.length;
  for (
    const [query, from, to] of [
      ["?from=2&to=5", 2, 5],
      ["?from=-5", size - 5, size],
      ["?from=-1000&to=-1", 0, size - 1],
      ["?from=1000", size, size],
      ["?to=3", 0, 3],
      ["?download=1&from=4", 4, size],
    ] as const
  ) {
    const { answer, bytes: got } = await ask(query);
    assertEquals(got, bytes.slice(from, to), query);
    assertEquals(answer.headers.get("log-size"), String(size));
    assertEquals(answer.headers.get("log-range"), `${from}-${to}`);
  }
  const download = await ask("?download=1");
  assertEquals(
    download.answer.headers.get("content-disposition"),
    'attachment; filename="a.log"',
  );
  for (const query of ["?from=x", "?from=5&to=2", "?to=1e3"]) {
    assertEquals((await ask(query)).answer.status, 400, query);
  }
  const head = await server.raw("HEAD /api/jobs/a/log");
  assertEquals([head.status, head.text, head.headers.get("log-size")], [200, "", String(size)]);
});

Deno.test("a log of 256 MB costs no memory, and one answer has at most 1 MiB of it", async () => {
  await using server = await TestServer.start();
  drop(server.dir, "done/a.json", '{"command":"true","id":"a"}');
  const size = 2 ** 28;
  Deno.writeTextFileSync(`${server.dir}/done/a.log`, "");
  Deno.truncateSync(`${server.dir}/done/a.log`, size);
  const tail = await server.get("/api/jobs/a/log");
  assertEquals((await tail.bytes()).length, 1024 * 1024);
  assertEquals(tail.headers.get("log-range"), `${size - 1024 * 1024}-${size}`);
  // Of this thread alone: the process is that of other tests too.
  const memory = () => Deno.memoryUsage().heapTotal + Deno.memoryUsage().external;
  const before = memory();
  let most = 0;
  let read = 0;
  const download = await server.get("/api/jobs/a/log?download=1");
  for await (const piece of download.body!) {
    read += piece.length;
    most = Math.max(most, memory());
  }
  assertEquals(read, size);
  assert(most - before < 100e6, `${most - before} bytes more`);
});

Deno.test("a log that is no file is not opened", async () => {
  await using server = await TestServer.start();
  drop(server.dir, "done/a.json", '{"command":"true","id":"a"}');
  await new Deno.Command("mkfifo", { args: [`${server.dir}/done/a.log`] }).output();
  assertEquals((await server.get("/api/jobs/a/log")).status, 404);
});
