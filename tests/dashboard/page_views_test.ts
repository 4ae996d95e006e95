import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import type { Answers } from "../../src/dashboard/page/data.ts";
import { renderPage } from "../../src/dashboard/page/render.ts";
import { shortIds } from "../../src/dashboard/page/views/job_table.ts";
import { type Element, parsePage } from "./page_html.ts";
import {
  ago,
  HOSTILE,
  sampleData,
  samplePage,
  sampleRow,
  sampleStats,
  sampleStatus,
} from "./page_samples.ts";

const NO_JOBS = sampleStatus().jobs;

/** The elements of a page that is made from these answers, and its size. */
async function pageOf(url: string, answers: Partial<Answers> = {}): Promise<Page> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const data = await sampleData(url, answers);
  const html = renderPage({ path: pathname, query: searchParams, data });
  return new Page(parsePage(html), html.length);
}

class Page {
  constructor(readonly elements: readonly Element[], readonly size: number) {}

  /** All elements with a tag, within those of a class if one is given. */
  all(tag: string, within?: string): Element[] {
    const isWithin = (element: Element | undefined): boolean =>
      element !== undefined &&
      (element.attributes.class?.split(" ").includes(within!) || isWithin(element.parent));
    return this.elements.filter((one) => one.tag === tag && (!within || isWithin(one)));
  }

  get text(): string {
    return this.all("main")[0]!.text;
  }
}

const WORKER = {
  name: "host-1-0a1b2c3d",
  host: "host",
  pid: 1,
  slots: 4,
  busy: 1,
  started_at: ago(100),
  version: "0.2.0",
  tags: [],
  running: ["run1"],
};

/** Answers in which every text is hostile. */
const HOSTILE_ANSWERS: Partial<Answers> = {
  status: () =>
    Promise.resolve(sampleStatus({
      dir: HOSTILE,
      jobs: { ...NO_JOBS, pending: 1, processing: 1, done: 1, dead: 1 },
      workers: [{ ...WORKER, name: HOSTILE, host: HOSTILE, tags: [HOSTILE], only: HOSTILE }],
      running: [{
        id: "run1",
        command: HOSTILE,
        worker: HOSTILE,
        started_at: HOSTILE,
        progress: { text: HOSTILE, fraction: 0.5 },
      }],
    })),
  jobs: () =>
    Promise.resolve(samplePage([
      sampleRow(HOSTILE, {
        command: HOSTILE,
        label: HOSTILE,
        tags: [HOSTILE],
        group: HOSTILE,
        waits: HOSTILE,
        last_line: HOSTILE,
        signal: HOSTILE,
        created_at: HOSTILE,
        progress: { text: HOSTILE, fraction: null },
      }),
    ], { next: HOSTILE })),
  dead: () =>
    Promise.resolve([
      { command: HOSTILE, exit_code: 1, signal: null, count: 1, latest: HOSTILE, ids: [HOSTILE] },
      {
        ...{ command: HOSTILE, exit_code: null, signal: HOSTILE, reason: HOSTILE, count: 1 },
        ...{ latest: ago(1), ids: ["a"] },
      },
    ]),
  stats: () => Promise.resolve(sampleStats([1, 2, 3])),
};

for (
  const url of ["/", "/jobs", `/jobs?text=${encodeURIComponent(HOSTILE)}`, "/dead", "/workers"]
) {
  Deno.test(`${url.slice(0, 12)} shows hostile text as text, with control characters as escapes`, async () => {
    const page = await pageOf(url, HOSTILE_ANSWERS);
    assertEquals(page.all("img").length, 0);
    assertEquals(page.all("script").length, 3);
    assertStringIncludes(page.text, '<img src=x onerror="alert(1)">');
    assertStringIncludes(page.text, String.raw`\u202egpj\x00`);
    assert(!/[\p{Cc}\u202e]/u.test(page.text));
    for (const { attributes } of page.all("a")) assertMatch(attributes.href!, /^[/#]/);
  });
}

Deno.test("every page has one heading of the first rank, one main part, and names for its controls", async () => {
  for (const url of ["/", "/jobs", "/dead", "/workers", "/nowhere", "/jobs/gone"]) {
    for (const answers of [{}, HOSTILE_ANSWERS]) {
      const page = await pageOf(url, answers);
      assertEquals(page.all("h1").length, 1, url);
      assertEquals(page.all("main").length, 1, url);
      for (const { text, attributes } of [...page.all("button"), ...page.all("a")]) {
        assert(text.trim() !== "" || attributes["aria-label"], `${url}: a control has no name`);
      }
      for (const { attributes } of page.all("input")) {
        assert(attributes.type === "hidden" || attributes["aria-label"], url);
      }
    }
  }
});

Deno.test("the overview of a new queue says what to type first", async () => {
  const { text } = await pageOf("/");
  assertStringIncludes(text, "queuectl enqueue -- echo hello");
  assertStringIncludes(text, "queuectl worker start");
});

Deno.test("the overview says that no worker runs, and how many jobs wait for one", async () => {
  const jobs = { ...NO_JOBS, pending: 3 };
  const { text } = await pageOf("/", { status: () => Promise.resolve(sampleStatus({ jobs })) });
  assertStringIncludes(text, "No worker runs, and 3 jobs wait for one.");
});

Deno.test("each count of the overview is a link to the jobs it counts", async () => {
  const jobs = {
    ...NO_JOBS,
    pending: 1,
    delayed: 2,
    processing: 3,
    done: 1234567,
    failed: 5,
    dead: 6,
  };
  const page = await pageOf("/", { status: () => Promise.resolve(sampleStatus({ jobs })) });
  const tiles = page.all("a", "tiles").map(({ attributes, text }) => [attributes.href, text]);
  assertEquals(tiles.length, 6);
  assertEquals(tiles[4], ["/jobs?states=done", "✓done1\u202f234\u202f567succeeded"]);
});

Deno.test("the charts are there without JavaScript, and as a table", async () => {
  const stats = () => Promise.resolve(sampleStats([0, 5, 7], [0, 2, 0]));
  const status = () => Promise.resolve(sampleStatus({ workers: [WORKER] }));
  const page = await pageOf("/?span=24h", { stats, status });
  assertEquals(page.all("rect", "plot").length, 3);
  assertEquals(page.all("path", "plot").length, 4);
  assertEquals(page.all("tr", "numbers").length, 1 + 2);
  const here = page.all("a", "segments").filter(({ attributes }) => attributes["aria-current"]);
  assertEquals(here.map(({ text }) => text), ["24 hours"]);
});

Deno.test("a row has the job's label, and its group and tags as links to all that have them", async () => {
  const row = sampleRow("a", { label: "Thumbnails", tags: ["photos", "eu"], group: "night" });
  const page = await pageOf("/jobs?tags=photos", {
    jobs: () => Promise.resolve(samplePage([row])),
  });
  assertStringIncludes(page.text, "Jobs tagged photos");
  assertStringIncludes(page.text, "Thumbnails");
  const links = page.all("a", "tags").map(({ attributes }) => attributes.href);
  assertEquals(links, ["/jobs?group=night", "/jobs?tags=photos", "/jobs?tags=eu"]);
});

Deno.test("each tab of jobs says how many its list holds", async () => {
  const jobs = { ...NO_JOBS, pending: 1, delayed: 9, held: 2, waiting: 3, dead: 7 };
  const page = await pageOf("/jobs", { status: () => Promise.resolve(sampleStatus({ jobs })) });
  const tabs = page.all("a", "tabs").map(({ text }) => text.replace(/^\W+/, ""));
  assertEquals(tabs, [
    ...["all", "pending10", "delayed4", "held2", "waiting3"],
    ...["processing0", "failed0", "done0", "dead7"],
  ]);
});

Deno.test("a link to each tab, sorting and page of jobs keeps the rest of what was asked for", async () => {
  const found = samplePage([sampleRow("a")], { next: "c2", total: 9 });
  const page = await pageOf("/jobs?states=dead&text=x&sort=duration&cursor=c1", {
    jobs: () => Promise.resolve(found),
  });
  const links = page.all("a").map(({ attributes }) => attributes.href);
  for (
    const wanted of [
      "/jobs?text=x&sort=duration",
      "/jobs?states=done&text=x&sort=duration",
      "/jobs?states=dead&text=x&sort=duration&order=asc",
      "/jobs?states=dead&text=x",
      "/jobs?states=dead&text=x&sort=duration&cursor=c2",
      "/jobs?states=dead&text=x&sort=duration",
      "/jobs?states=dead&sort=duration",
    ]
  ) assert(links.includes(wanted), `no link to ${wanted}`);
  const kept = page.all("input", "search").map((
    { attributes },
  ) => [attributes.name, attributes.value]);
  assertEquals(kept, [["text", "x"], ["states", "dead"], ["sort", "duration"]]);
});

Deno.test("a page of 200 jobs with long commands is less than 600 KB, and each command is cut", async () => {
  const jobs = Array.from(
    { length: 200 },
    (_, index) => sampleRow(`job-${index}`, { command: "x".repeat(500) + index }),
  );
  const page = await pageOf("/jobs?limit=200", { jobs: () => Promise.resolve(samplePage(jobs)) });
  assertLess(page.size, 600_000);
  const commands = page.all("code", "command-cell");
  assertEquals(commands.length, 200);
  assertMatch(commands[7]!.text, /^x+…x+7$/);
  assertEquals(commands[7]!.attributes.title, "x".repeat(500) + 7);
});

Deno.test("where the server is read-only no page has a button that changes anything", async () => {
  const status = async () => ({ ...await HOSTILE_ANSWERS.status!(), read_only: true });
  for (const url of ["/", "/jobs", "/dead", "/workers"]) {
    const page = await pageOf(url, { ...HOSTILE_ANSWERS, status });
    const names = page.all("button").map(({ text }) => text);
    assertEquals(names.filter((name) => !["◐", "?", "Copy"].includes(name)), [], url);
    assertEquals(page.all("input").filter(({ attributes }) => attributes.type === "checkbox"), []);
  }
});

Deno.test("dead letters of one command and status stand together, with what retries all of them", async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `d${index}`);
  const group = { command: "false", exit_code: 1, signal: null, count: 40, latest: ago(60), ids };
  const page = await pageOf("/dead", { dead: () => Promise.resolve([group]) });
  assertStringIncludes(page.text, "exit 1 · 40 jobs · last 1m ago");
  assertStringIncludes(page.text, "Retry the newest 30");
  const links = page.all("a", "ids").map(({ attributes }) => attributes.href);
  assertEquals(links, ids.map((id) => `/jobs/${id}`));
});

Deno.test("jobs that ran out of time are no dead letters of a signal", async () => {
  const group = { command: "sleep 9", exit_code: null, signal: "SIGTERM", count: 1, ids: ["a"] };
  const dead = ["timeout", "failed"].map((outcome) => ({ ...group, outcome, latest: ago(60) }));
  const page = await pageOf("/dead", { dead: () => Promise.resolve(dead) });
  assertStringIncludes(page.text, "timeout · 1 job");
  assertStringIncludes(page.text, "SIGTERM · 1 job");
});

Deno.test("a page of dead letters stays small however many groups there are", async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `01ARZ3NDEKTSV4RRFFQ69G${index + 1000}`);
  const groups = Array.from({ length: 3000 }, (_, index) => ({
    ...{ command: `false ${index}`, exit_code: 1, signal: null, count: index < 3 ? 1000 : 1 },
    ...{ latest: ago(60), ids: index < 3 ? ids : [`d${index}`] },
  }));
  const page = await pageOf("/dead", { dead: () => Promise.resolve(groups) });
  assertLess(page.size, 400_000);
  assertEquals(page.all("section", "group").length, 50);
  assertStringIncludes(page.text, "2\u202f950 more groups of dead jobs");
});

Deno.test("long IDs are cut to ends that differ on the page, and others stay whole", () => {
  const ids = ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FBV", "nightly"];
  assertEquals([...shortIds(ids).values()], ["…Q69G5FAV", "…Q69G5FBV", "nightly"]);
  const alike = ["01ARZ3NDEKTSV4RRFF169G5FAV", "01ARZ3NDEKTSV4RRFF269G5FAV"];
  assertEquals([...shortIds(alike).values()], ["…169G5FAV", "…269G5FAV"]);
});
