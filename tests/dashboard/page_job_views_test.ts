import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { JobDetail, ScheduleRow, SettingRow } from "../../src/dashboard/api.ts";
import { barsOf, spansOf } from "../../src/dashboard/page/attempts.ts";
import type { Answers } from "../../src/dashboard/page/data.ts";
import { renderPage } from "../../src/dashboard/page/render.ts";
import type { Attempt, JobView } from "../../mod.ts";
import { parsePage } from "./page_html.ts";
import { ago, HOSTILE, NOW, sampleData, samplePage, sampleRow } from "./page_samples.ts";
import { sampleStatus } from "./page_samples.ts";

async function htmlOf(url: string, answers: Partial<Answers>): Promise<string> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const data = await sampleData(url, answers);
  return renderPage({ path: pathname, query: searchParams, data });
}

/** The text of a page's main part. */
async function textOf(url: string, answers: Partial<Answers>): Promise<string> {
  return parsePage(await htmlOf(url, answers)).find(({ tag }) => tag === "main")!.text;
}

function sampleAttempt(attempt: number, from: number, to: number, fields = {}): Attempt {
  return {
    attempt,
    worker: "host-1-0a1b2c3d",
    started_at: ago(from),
    finished_at: ago(to),
    duration_ms: (from - to) * 1000,
    exit_code: 1,
    signal: null,
    outcome: "failed",
    log_offset: (attempt - 1) * 100,
    log_end: attempt * 100,
    ...fields,
  };
}

function sampleJob(fields: Partial<JobView> = {}): JobView {
  return {
    id: "job1",
    command: "make release",
    state: "done",
    priority: 5,
    attempts: 1,
    max_retries: 3,
    timeout: null,
    run_at: ago(100),
    created_at: ago(100),
    updated_at: ago(10),
    history: [sampleAttempt(1, 50, 10, { exit_code: 0, outcome: "done" })],
    ...fields,
  };
}

function jobAnswers(job: Partial<JobView>, detail: Partial<JobDetail> = {}): Partial<Answers> {
  return {
    job: () =>
      Promise.resolve({
        job: sampleJob(job),
        path: "/srv/example/.queuectl/done/job1.json",
        log: { path: "/srv/example/.queuectl/done/job1.log", size: 100 },
        parents: [],
        children: [],
        ...detail,
      }),
  };
}

const HOSTILE_SCHEDULE: ScheduleRow = {
  name: "s1",
  when: HOSTILE,
  tz: HOSTILE,
  words: HOSTILE,
  catch_up: "latest",
  overlap: "skip",
  job: { command: HOSTILE, more: HOSTILE },
  created_at: ago(9),
  paused: false,
  next: [ago(-9), HOSTILE],
  last: { due: HOSTILE, id: "s1-x", waiting: HOSTILE },
  last_job: sampleRow("s1-x"),
  skipped: [{ due: ago(5), reason: HOSTILE }],
};

const HOSTILE_SETTING: SettingRow = {
  key: HOSTILE as SettingRow["key"],
  value: HOSTILE,
  usual: HOSTILE,
  is_set: true,
  help: HOSTILE,
};

const HOSTILE_ANSWERS: Partial<Answers> = {
  ...jobAnswers({
    command: HOSTILE,
    reason: HOSTILE,
    result: HOSTILE,
    env: { [HOSTILE]: HOSTILE },
    resources: { [HOSTILE]: 2 },
    resource: HOSTILE,
    on: [HOSTILE],
    host: HOSTILE,
    cwd: HOSTILE,
    unique: HOSTILE,
    [HOSTILE]: { [HOSTILE]: HOSTILE },
    malformed: HOSTILE,
    no_worker: HOSTILE,
    state: "pending",
    progress: { text: HOSTILE, fraction: 0.5 },
    history: [sampleAttempt(1, 9, 8, {
      worker: HOSTILE,
      signal: HOSTILE,
      reason: HOSTILE,
      outcome: HOSTILE,
      started_at: HOSTILE,
    })],
  }, {
    path: HOSTILE,
    log: { path: HOSTILE, size: 1 },
    parents: [{ id: HOSTILE, command: HOSTILE, state: "done" }],
    children: [{ id: HOSTILE, command: HOSTILE, state: null }],
  }),
  schedules: () => Promise.resolve([HOSTILE_SCHEDULE]),
  jobs: () => Promise.resolve(samplePage([sampleRow("s1-20261126T000000Z")])),
  settings: () => Promise.resolve([HOSTILE_SETTING]),
};

for (
  const url of [
    ...["/jobs/job1", "/jobs/job1?edit=1", "/new", "/new?clone=job1"],
    ...["/schedules", "/schedules?add=1", "/schedules/s1", "/schedules/s1?edit=1", "/settings"],
  ]
) {
  Deno.test(`${url} shows hostile text as text, and has a name for each control`, async () => {
    const elements = parsePage(await htmlOf(url, HOSTILE_ANSWERS));
    assertEquals(elements.filter(({ tag }) => tag === "img"), []);
    const main = elements.find(({ tag }) => tag === "main")!;
    const parents = new Set(elements.map(({ parent }) => parent));
    // Text fields hold what is in the file; everything else stands as escapes.
    const leaves = elements.filter((element) =>
      isIn(element, main) && !parents.has(element) && element.tag !== "textarea"
    );
    for (const { tag, text } of leaves) {
      assert(!/[\p{Cc}\u202e]/u.test(text.replace(/[\n\t]/g, "")), `${tag}: ${text}`);
    }
    assertEquals(elements.filter(({ tag }) => tag === "h1").length, 1);
    const labels = new Set(
      elements.filter(({ tag }) => tag === "label").map(({ attributes }) => attributes.for),
    );
    for (const { tag, attributes, text, parent } of elements) {
      if (!["button", "input", "select", "textarea", "a"].includes(tag)) continue;
      if (attributes.type === "hidden") continue;
      const name = attributes["aria-label"] ?? (tag === "button" || tag === "a" ? text.trim() : "");
      assert(
        name !== "" || labels.has(attributes.id) || parent?.tag === "label",
        `${tag} ${JSON.stringify(attributes)} has no name`,
      );
    }
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
    assertEquals(ids.length, new Set(ids).size);
  });
}

function isIn(element: ReturnType<typeof parsePage>[number], place: unknown): boolean {
  return element === place || element.parent !== undefined && isIn(element.parent, place);
}

Deno.test("a job's page shows every field, known ones in words and unknown ones as JSON", async () => {
  const text = await textOf(
    "/jobs/job1",
    jobAnswers({
      ...{ timeout: 90, backoff_base: 2, on: ["gpu", "big"], env: { A: "1" }, tempfail: true },
      ...{ unique: "key1", mine: { deep: [1] } },
    }),
  );
  for (
    const part of ["Timeout1m 30s", "Backoff base2 s", "Worker tagsgpu, big", "EnvironmentA=1"]
      .concat(
        ["75 means lateryes", "key1", 'Mine{"deep":[1]}', "/done/job1.json"],
      )
  ) assertStringIncludes(text, part);
});

Deno.test("each state offers what can be done in it, each with its command line", async () => {
  const lines = async (job: Partial<JobView>) => {
    const page = parsePage(await htmlOf("/jobs/job1", jobAnswers(job)));
    return page.filter(({ attributes }) => attributes.class === "action")
      .flatMap(({ text }) => /queuectl (\w+)/.exec(text)?.[1] ?? []);
  };
  assertEquals(await lines({ state: "done" }), ["retry", "restart", "rm"]);
  assertEquals(await lines({ state: "processing" }), ["suspend", "cancel"]);
  assertEquals(await lines({ state: "processing", suspended: true }), ["resume", "cancel"]);
  assertEquals(await lines({ state: "failed" }), [
    ...["retry", "start", "hold", "cancel", "rm", "move", "edit"],
  ]);
  assertEquals(
    await lines({ state: "pending", run_at: ago(-60) }),
    ["move", "start", "hold", "cancel", "rm", "move", "edit"],
  );
  assertEquals(
    await lines({ state: "pending", held: true }),
    ["start", "release", "cancel", "rm", "move", "edit"],
  );
});

Deno.test("a read-only server's pages have no button or form that changes anything", async () => {
  const status = () => Promise.resolve(sampleStatus({ read_only: true }));
  const schedule = { ...HOSTILE_SCHEDULE };
  for (
    const url of ["/jobs/job1", "/jobs/job1?edit=1", "/new", "/schedules?add=1", "/schedules/s1"]
      .concat("/settings")
  ) {
    const page = parsePage(
      await htmlOf(url, {
        ...jobAnswers({ state: "failed" }),
        schedules: () => Promise.resolve([schedule]),
        settings: () => Promise.resolve([HOSTILE_SETTING]),
        status,
      }),
    );
    const main = page.find(({ tag }) => tag === "main");
    const buttons = page.filter((one) => one.tag === "button" && isIn(one, main));
    const allowed = ["Copy", "Follow", "Wrap"];
    assertEquals(
      buttons.map(({ text }) => text).filter((text) => !allowed.includes(text)),
      [],
      url,
    );
    assertEquals(page.filter((one) => one.tag === "form" && isIn(one, main)), [], url);
  }
});

Deno.test("without JavaScript the log is a link to its text, and to each attempt's part", async () => {
  const page = parsePage(
    await htmlOf(
      "/jobs/job1",
      jobAnswers({ history: [sampleAttempt(1, 90, 80), sampleAttempt(2, 70, 60)] }),
    ),
  );
  const links = page.filter(({ tag, attributes }) =>
    tag === "a" && attributes.href?.includes("/log")
  );
  assertEquals(links.map(({ attributes }) => attributes.href), [
    "/api/jobs/job1/log?from=0&to=100",
    "/api/jobs/job1/log?from=100&to=200",
    "/api/jobs/job1/log",
    "/api/jobs/job1/log?download",
  ]);
});

Deno.test("attempts are drawn to one scale, with the wait before each", () => {
  const job = sampleJob({
    state: "processing",
    history: [sampleAttempt(1, 80, 70), sampleAttempt(2, 40, 30)],
  });
  const spans = spansOf(job, NOW, { worker: "w", started_at: ago(20) });
  assertEquals(spans.map(({ outcome }) => outcome), ["failed", "failed", "running"]);
  assertEquals(spans[2]!.log, { from: 200, to: undefined });
  const bars = barsOf(spans).map(({ wait, run }) =>
    [wait.x, wait.width, run.x, run.width].map((share) => Math.round(share * 100))
  );
  assertEquals(bars, [[0, 20, 20, 10], [30, 30, 60, 10], [70, 10, 80, 20]]);
});

Deno.test("an attempt after a job had ended does not count the time that it lay dead as a wait", async () => {
  const job = sampleJob({
    history: [sampleAttempt(1, 80, 70, { led_to: "dead" }), sampleAttempt(2, 40, 30)],
  });
  const [first, second] = spansOf(job, NOW, undefined);
  assertEquals([first?.isRerun, second?.isRerun], [false, true]);
  assertEquals(second?.waitedFrom, second?.startedAt);
  const html = await htmlOf("/jobs/job1", jobAnswers(job));
  const waited = parsePage(html).filter(({ attributes }) => attributes.class === "waited-cell");
  assertEquals(waited.map(({ text }) => text), ["20 s", "–"]);
});

Deno.test("an attempt that never ran is none, and one that was put back says so", async () => {
  const unrun = { outcome: "cancelled", worker: "", led_to: "dead" } as const;
  const never = sampleJob({ state: "dead", history: [sampleAttempt(1, 80, 80, unrun)] });
  assertEquals(spansOf(never, NOW, undefined), []);
  assertStringIncludes(await htmlOf("/jobs/job1", jobAnswers(never)), "before it ran");
  const again = sampleJob({
    state: "pending",
    history: [
      sampleAttempt(1, 80, 80, unrun),
      sampleAttempt(2, 40, 30, { outcome: "cancelled", led_to: "pending" }),
    ],
  });
  const spans = spansOf(again, NOW, undefined);
  assertEquals(spans.map(({ outcome, isRerun }) => [outcome, isRerun]), [["put back", true]]);
});

Deno.test("a run of no length is drawn all the same, and times that are none break nothing", () => {
  const short = sampleJob({ history: [sampleAttempt(1, 90, 90), sampleAttempt(2, 0, 0)] });
  for (const { run } of barsOf(spansOf(short, NOW, undefined))) {
    assert(run.width > 0 && run.x >= 0 && run.x + run.width <= 1.0001);
  }
  const broken = sampleJob({ history: [sampleAttempt(1, 9, 8, { started_at: "soon" })] });
  for (const { wait, run } of barsOf(spansOf(broken, NOW, undefined))) {
    assert([wait.x, wait.width, run.x, run.width].every(Number.isFinite));
  }
  assertEquals(spansOf(sampleJob({ history: undefined }), NOW, undefined), []);
});

Deno.test("a job with a thousand parents and attempts has a page of less than 600 KB", async () => {
  const many = Array.from({ length: 1000 }, (_, index) => index);
  const html = await htmlOf(
    "/jobs/job1",
    jobAnswers({
      command: "x".repeat(100_000),
      history: many.map((at) => sampleAttempt(at + 1, 2000 - at, 1999.5 - at)),
    }, { parents: many.map((at) => ({ id: `p${at}`, command: "true", state: "done" })) }),
  );
  // Beside the job as data for the script.
  assertLess(html.slice(0, html.indexOf('id="data"')).length, 900_000);
  assertStringIncludes(html, "and 988 more");
  assertStringIncludes(html, "the newest 60 of 1000");
});

Deno.test("a schedule says when it is due in words and in its zone, and its last jobs", async () => {
  const schedule: ScheduleRow = {
    ...HOSTILE_SCHEDULE,
    name: "nightly",
    when: "30 2 * * *",
    tz: "Europe/Berlin",
    words: "every day, at 02:30",
    next: ["2026-11-27T01:30:00.000Z"],
    last: { due: ago(60), id: "nightly-20261126T013000Z", waiting: "" },
    last_job: sampleRow("nightly-20261126T013000Z"),
    skipped: [],
  };
  const answers: Partial<Answers> = {
    schedules: () => Promise.resolve([schedule]),
    jobs: () =>
      Promise.resolve(samplePage([
        sampleRow("nightly-20261126T013000Z", { state: "dead", exit_code: 2 }),
        sampleRow("other", { command: "echo nightly-2" }),
      ])),
  };
  for (const url of ["/schedules", "/schedules/nightly"]) {
    const text = await textOf(url, answers);
    assertStringIncludes(text, "every day, at 02:30");
    assertStringIncludes(text, "Fri 27 Nov 02:30");
    assertStringIncludes(text, "in 5h");
  }
  const one = await textOf("/schedules/nightly", answers);
  assertStringIncludes(one, "✕dead exit 2");
  assert(!one.includes("other"));
});

Deno.test("the form says if the job that it was to be like is gone", async () => {
  const text = await textOf(`/new?clone=${encodeURIComponent(HOSTILE)}`, {});
  assertStringIncludes(text, `No job has the ID "</script>`);
  assert(!(await textOf("/new", {})).includes("No job"));
});

Deno.test("pages without anything say what to type", async () => {
  assertStringIncludes(await textOf("/schedules", {}), "queuectl schedule add nightly");
  assertStringIncludes(await textOf("/settings", {}), "There are none.");
  assertStringIncludes(await textOf("/new", {}), "queuectl enqueue COMMAND");
});
