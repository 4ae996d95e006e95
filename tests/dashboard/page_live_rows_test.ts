import { assertEquals } from "@std/assert";
import type { JobRow } from "../../src/dashboard/api.ts";
import { oldestAfter } from "../../src/dashboard/page/browser/keep_current.ts";
import { type Manner, refresher } from "../../src/dashboard/page/browser/refresher.ts";
import { jobsQuery, type ViewOf } from "../../src/dashboard/page/data.ts";
import { keptInPlace } from "../../src/dashboard/page/live_rows.ts";
import { samplePage, sampleRow, sampleStats } from "./page_samples.ts";

/** A list of jobs with these IDs, and whether a page follows. */
function list(
  ids: string,
  next: string | null = null,
  fields: Partial<JobRow> = {},
): ViewOf<"jobs"> {
  const jobs = ids === "" ? [] : ids.split(" ").map((id) => sampleRow(id, fields));
  return {
    page: "jobs",
    query: jobsQuery(new URLSearchParams()),
    found: samplePage(jobs, { next }),
  };
}

/** The IDs that are shown then, and what is announced. */
function after(shown: ViewOf<"jobs">, fresh: ViewOf<"jobs">): [string, number?, string?] {
  const { found, news } = keptInPlace(shown, fresh);
  return [found.jobs.map(({ id }) => id).join(" "), news?.added, news?.left.join(" ")];
}

Deno.test("new jobs are counted, and rows stay where they are", () => {
  assertEquals(after(list("c b a"), list("e d c b a")), ["c b a", 2, ""]);
});

Deno.test("a row shows what is now so of its job", () => {
  const { found } = keptInPlace(list("b a"), list("b a", null, { state: "dead" }));
  assertEquals(found.jobs.map(({ state }) => state), ["dead", "dead"]);
});

Deno.test("jobs that left the list are named, and keep their rows", () => {
  assertEquals(after(list("c b a"), list("c a")), ["c b a", 0, "b"]);
  assertEquals(after(list("c b a"), list("")), ["c b a", 0, "c b a"]);
});

Deno.test("jobs that were pushed to the next page have not left, nor are those new that came from it", () => {
  assertEquals(after(list("c b a", "x"), list("e d c", "x")), ["c b a", 2, ""]);
  assertEquals(after(list("c b a", "x"), list("f e d", "x")), ["c b a", 3, ""]);
  assertEquals(after(list("c b a", "x"), list("c a z", "x")), ["c b a", 0, "b"]);
});

Deno.test("a list that was empty shows what came", () => {
  assertEquals(after(list(""), list("b a")), ["b a", undefined, undefined]);
});

Deno.test("a page asks again only for jobs that concern it, and the dearer the less often", () => {
  const jobs = list("a");
  assertEquals(oldestAfter(jobs, {}), 0);
  assertEquals(oldestAfter({ ...jobs, query: { ...jobs.query, text: "x" } }, {}), 5000);
  assertEquals(oldestAfter({ page: "workers" }, {}), Infinity);
  const overview = { page: "overview", stats: sampleStats() } as const;
  assertEquals(oldestAfter({ ...overview, span: "5m" }, {}), 2000);
  assertEquals(oldestAfter({ ...overview, span: "7d" }, {}), 60_000);
});

Deno.test("however many ask for a page while it is fetched, it is fetched once more", async () => {
  const asked: Manner[] = [];
  const first = Promise.withResolvers<void>();
  const refresh = refresher(async (manner) => {
    asked.push(manner);
    if (asked.length === 1) await first.promise;
  });
  const done = [refresh("in place"), refresh("in place"), refresh(), refresh("in place")];
  first.resolve();
  await Promise.all(done);
  assertEquals(asked, ["in place", "anew"]);
  await refresh();
  assertEquals(asked.length, 3);
});
