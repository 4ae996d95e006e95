import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JobDetail, Status } from "../../src/dashboard/api.ts";
import type { Answers } from "../../src/dashboard/page/data.ts";
import { renderPage } from "../../src/dashboard/page/render.ts";
import { type Element, parsePage } from "./page_html.ts";
import { ago, HOSTILE, sampleData, samplePage, sampleRow, sampleStatus } from "./page_samples.ts";

const RUN = { worker: "host-7-0a1b2c3d", started_at: ago(20) };

const STOPPED: Status["workers"][number] = {
  ...{ name: RUN.worker, host: "host", pid: 7, slots: 1, busy: 1, started_at: ago(90) },
  ...{ version: "0.2.0", tags: [], stopped: true, running: ["job1"] },
};

async function elementsOf(
  url: string,
  status: Partial<Status>,
  answers: Partial<Answers> = {},
): Promise<Element[]> {
  const data = await sampleData(url, {
    status: () => Promise.resolve(sampleStatus(status)),
    ...answers,
  });
  return parsePage(renderPage({ path: url, query: new URLSearchParams(), data }));
}

function textOf(elements: readonly Element[], part: "main" | "body"): string {
  return elements.find(({ tag }) => tag === part)!.text;
}

/** The answer for a running job. */
function jobAnswer(fields: Partial<JobDetail> = {}): Partial<Answers> {
  const job = {
    ...{ id: "job1", command: "make", state: "processing" as const, priority: 5, attempts: 0 },
    ...{ max_retries: 3, timeout: null, created_at: ago(40), run_at: ago(40), history: [] },
    ...{ updated_at: ago(20), running: RUN },
  };
  const detail = { job, path: "/q/job1.json", log: null, parents: [], children: [], ...fields };
  return { job: () => Promise.resolve(detail) };
}

Deno.test("the overview and the page of workers say which worker is stopped, and what lets it go on", async () => {
  for (const url of ["/", "/workers"]) {
    const text = textOf(await elementsOf(url, { workers: [STOPPED] }), "main");
    assertStringIncludes(text, "The worker is stopped (SIGSTOP or Ctrl-Z)");
    assertStringIncludes(text, "kill -CONT 7");
    const { stopped: _, ...running } = STOPPED;
    assert(!textOf(await elementsOf(url, { workers: [running] }), "main").includes("kill -CONT"));
  }
});

Deno.test("a job's page says that its worker is stopped", async () => {
  const text = textOf(
    await elementsOf("/jobs/job1", { workers: [STOPPED] }, jobAnswer({ pid: 9 })),
    "main",
  );
  assertStringIncludes(text, `Runs on worker ${RUN.worker}, process group 9.The worker is stopped`);
});

Deno.test("each page says how many jobs of dead workers there are, and what takes them back", async () => {
  for (const url of ["/", "/jobs"]) {
    const text = textOf(await elementsOf(url, { lost: 2 }), "body");
    assertStringIncludes(text, "2 jobs of dead workers. The next worker takes them back:");
    assertStringIncludes(text, "queuectl worker start");
  }
});

Deno.test("a job whose worker died does not look as if it ran", async () => {
  const found = samplePage([sampleRow("job1", { state: "processing", waits: "worker died" })]);
  const list = await elementsOf("/jobs", {}, { jobs: () => Promise.resolve(found) });
  assertStringIncludes(textOf(list, "main"), "worker died");
  const row = { id: "job1", command: "make", ...RUN };
  // The status is newer than the answer of the job, or leaves the job out.
  for (
    const [running, answer] of [
      [[{ ...row, worker_died: true as const }], jobAnswer()],
      [[], jobAnswer({ worker_died: true })],
    ] as const
  ) {
    const elements = await elementsOf("/jobs/job1", { running: [...running] }, answer);
    assertStringIncludes(textOf(elements, "main"), `Its worker ${RUN.worker} died.`);
    const outcome = elements.find(({ attributes }) => attributes.class === "outcome-cell")!;
    assertEquals(outcome.text, "1  ?worker died");
  }
  const lives = await elementsOf(
    "/jobs/job1",
    { running: [row] },
    jobAnswer({ worker_died: true }),
  );
  assertStringIncludes(textOf(lives, "main"), `Runs on worker ${RUN.worker}.`);
});

Deno.test("each page says how many hooks failed lately, with the last and where to read on", async () => {
  const last = { hook: "on_dead", job: "job1", at: ago(120), how: "exit 6" };
  const status = { dir: "/srv/my queue", hooks: { failed: 3, last } };
  const text = textOf(await elementsOf("/settings", status), "body");
  const said = "3 hooks failed in the last day. The last, 2m ago: on_dead of job job1, exit 6.";
  assertStringIncludes(text, said);
  assertStringIncludes(text, "tail '/srv/my queue/hooks.log'");
  const hostile = await elementsOf("/settings", {
    hooks: { failed: 1, last: { hook: HOSTILE, job: HOSTILE, at: HOSTILE, how: HOSTILE } },
  });
  assertEquals(hostile.filter(({ tag }) => tag === "img"), []);
});
