import { assert, assertEquals, assertRejects } from "@std/assert";
import { type JobPageQuery, JobPages } from "../../src/inspect/job_pages.ts";
import { KnownNames } from "../../src/inspect/known_names.ts";
import { MOST_NAMES } from "../../src/inspect/name_scan.ts";
import { StateNames } from "../../src/inspect/state_names.ts";
import { idsFrom } from "../../src/format/ids.ts";
import type { Queue } from "../../src/queue.ts";
import { UsageError } from "../../src/text/errors.ts";
import { drop, eventually, temporaryQueue } from "../temporary_queue.ts";

const NEWEST: JobPageQuery = { states: [], text: "", sort: "created", order: "desc", limit: 50 };

/** The ULID made a number of seconds after 2026 began. */
function madeAt(second: number): string {
  return idsFrom(Date.UTC(2026, 0, 1) + second * 1000) + "0".repeat(16);
}

/** Puts jobs into done/ that share one file, the first the oldest; returns their IDs. */
function fillDone(dir: string, count: number): string[] {
  drop(dir, "tmp/shared", JSON.stringify({ command: "make", updated_at: "2026-01-01T00:00:00Z" }));
  const ids = Array.from({ length: count }, (_, second) => madeAt(second));
  for (const id of ids) Deno.linkSync(`${dir}/tmp/shared`, `${dir}/done/${id}.json`);
  Deno.removeSync(`${dir}/tmp/shared`);
  return ids;
}

async function idsOf(pages: JobPages, query: JobPageQuery): Promise<string[]> {
  return (await pages.page(query)).jobs.map(({ job }) => job.id);
}

function pagesOf(queue: Queue): { pages: JobPages } & Disposable {
  const names = new KnownNames(queue);
  return { pages: new JobPages(queue, names), [Symbol.dispose]: () => names[Symbol.dispose]() };
}

Deno.test("pages pass over every job once, newest or oldest first, beyond the window too", async () => {
  await using temporary = await temporaryQueue();
  const ids = fillDone(temporary.dir, MOST_NAMES + 2500);
  using made = pagesOf(temporary.queue);
  for (const order of ["desc", "asc"] as const) {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await made.pages.page({ ...NEWEST, order, cursor, limit: 200 });
      assertEquals(page.total, ids.length);
      seen.push(...page.jobs.map(({ job }) => job.id));
      cursor = page.next;
    }
    assertEquals(seen, order === "asc" ? ids : ids.toReversed());
  }
});

Deno.test("a cursor goes on where it was, though jobs come and go meanwhile", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const ids = fillDone(dir, 9);
  using made = pagesOf(queue);
  const first = await made.pages.page({ ...NEWEST, limit: 3 });
  assertEquals(first.jobs.map(({ job }) => job.id), ids.slice(6).reverse());
  drop(dir, `done/${madeAt(100)}.json`, '{"command":"new"}');
  Deno.removeSync(`${dir}/done/${ids[6]}.json`);
  Deno.removeSync(`${dir}/done/${ids[5]}.json`);
  const second = await made.pages.page({ ...NEWEST, limit: 3, cursor: first.next! });
  assertEquals(second.jobs.map(({ job }) => job.id), [ids[4], ids[3], ids[2]]);
  await eventually("events", async () => {
    const { jobs, total } = await made.pages.page(NEWEST);
    return jobs[0]?.job.id === madeAt(100) && total === 8;
  });
});

Deno.test("a job that moves while pages are read is on one of them, with its new state", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const [id] = [madeAt(1)];
  drop(dir, `pending/20260101T000000.000Z-5-${id}.json`, '{"command":"make"}');
  fillDone(dir, 1);
  using made = pagesOf(queue);
  assertEquals(await idsOf(made.pages, NEWEST), [id, madeAt(0)]);
  Deno.renameSync(
    `${dir}/pending/20260101T000000.000Z-5-${id}.json`,
    `${dir}/done/${id}.json`,
  );
  // At once, before any event can have come.
  const { jobs } = await made.pages.page(NEWEST);
  assertEquals(jobs.map(({ job }) => `${job.id} ${job.state}`), [
    `${id} done`,
    `${madeAt(0)} done`,
  ]);
});

Deno.test("a job that has another name in pending/ now is on the page before any event says so", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const [id, other] = [madeAt(1), madeAt(2)];
  await queue.enqueue({ id, command: "make", hold: true });
  await queue.enqueue({ id: other, command: "make" });
  using made = pagesOf(queue);
  assertEquals(await idsOf(made.pages, NEWEST), [other, id]);
  const held = [...Deno.readDirSync(`${dir}/pending`)].find(({ name }) => name.includes(id))!.name;
  const ready = `20260101T000000.000Z-5-${id}.json`;
  Deno.renameSync(`${dir}/pending/${held}`, `${dir}/pending/${ready}`);
  assertEquals(await idsOf(made.pages, NEWEST), [other, id]);
  assertEquals(await idsOf(made.pages, { ...NEWEST, states: ["held"] }), []);
  Deno.renameSync(`${dir}/pending/${ready}`, `${dir}/failed/${ready}`);
  assertEquals(await idsOf(made.pages, NEWEST), [other, id]);
  assertEquals(await idsOf(made.pages, { ...NEWEST, states: ["pending"] }), [other]);
});

Deno.test("a window is read anew where a name went and its new one is not heard of yet", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const names = new StateNames(queue.store, "pending");
  const paths = async () => (await names.window({ order: "desc" })).names.map(({ path }) => path);
  const [before, after] = ["01", "02"].map((day) => `202601${day}T000000.000Z-5-a.json`);
  drop(dir, `pending/${before}`, '{"command":"make"}');
  assertEquals(await paths(), [before]);
  Deno.renameSync(`${dir}/pending/${before}`, `${dir}/pending/${after}`);
  names.hear(before!, true);
  assertEquals(await paths(), [after]);
});

Deno.test("states and the divisions of pending/ are counted and shown on their own", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "ready", command: "make" });
  await queue.enqueue({ id: "held", command: "make", hold: true });
  await queue.enqueue({ id: "child", command: "make", after: ["ready"] });
  await queue.enqueue({ id: "late", command: "make", run_at: "2100-01-01T00:00:00Z" });
  using made = pagesOf(queue);
  for (
    const [state, ids] of [
      ["held", ["held"]],
      ["waiting", ["child"]],
      ["delayed", ["late"]],
      ["pending", ["child", "held", "late", "ready"]],
      ["done", []],
    ] as const
  ) {
    const page = await made.pages.page({ ...NEWEST, states: [state] });
    assertEquals(page.jobs.map(({ job }) => job.id).sort(), [...ids], state);
    assertEquals(page.total, ids.length, state);
  }
});

Deno.test("a search looks at ID, command, label and the last line, and goes on by its cursor", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  fillDone(dir, 20);
  drop(dir, "done/by-Needle-id.json", '{"command":"make"}');
  drop(dir, `done/${madeAt(50)}.json`, '{"command":"find \\"NEEDLE\\""}');
  drop(dir, `done/${madeAt(51)}.json`, '{"command":"make","label":"a needle"}');
  drop(dir, `done/${madeAt(52)}.json`, '{"command":"make","env":{"A":"needle"}}');
  Deno.writeTextFileSync(`${dir}/done/${madeAt(3)}.log`, "first\nlost a needle\n\n");
  Deno.writeFileSync(`${dir}/done/${madeAt(4)}.log`, new Uint8Array(100_000).fill(0xfe));
  using made = pagesOf(queue);
  const query: JobPageQuery = { ...NEWEST, text: "needle", limit: 3 };
  const first = await made.pages.page(query);
  assertEquals(first.jobs.map(({ job }) => job.id), ["by-Needle-id", madeAt(51), madeAt(50)]);
  const second = await made.pages.page({ ...query, cursor: first.next! });
  assertEquals(second.jobs.map(({ job, last_line }) => [job.id, last_line]), [
    [madeAt(3), "lost a needle"],
  ]);
  assertEquals([second.next, first.searched! + second.searched!], [null, 24]);
});

Deno.test("other orders than by age, and a wrong cursor", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  for (const [id, priority] of [["a", 3], ["b", 9], ["c", 0]] as const) {
    await queue.enqueue({ id, command: `make ${id}`, priority });
  }
  using made = pagesOf(queue);
  const query: JobPageQuery = { ...NEWEST, sort: "priority", limit: 2 };
  const first = await made.pages.page(query);
  assertEquals(first.jobs.map(({ job }) => job.id), ["b", "a"]);
  assertEquals(await idsOf(made.pages, { ...query, cursor: first.next! }), ["c"]);
  assertEquals(await idsOf(made.pages, { ...query, sort: "command", order: "asc" }), ["a", "b"]);
  for (const cursor of ["", "x", "../../etc/passwd", "at-1e9"]) {
    await assertRejects(() => made.pages.page({ ...query, cursor }), UsageError, "cursor");
    await assertRejects(() => made.pages.page({ ...NEWEST, cursor }), UsageError, "cursor");
  }
});

Deno.test("of a job file of 16 MB only the beginning is read, and hostile files stop nothing", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const history = Array.from({ length: 200 }, () => ({ reason: "x".repeat(70_000) }));
  const large = JSON.stringify({ command: "make large", priority: 7, attempts: 3, history });
  assert(large.length > 13_000_000);
  drop(dir, "done/large.json", large);
  drop(dir, "done/first-field.json", `{"x":"${"y".repeat(1_000_000)}","command":"make"}`);
  drop(dir, "dead/too-large.json", new Uint8Array(17 * 1024 * 1024));
  drop(dir, "dead/not-json.json", "[".repeat(10_000));
  drop(dir, "dead/odd.json", '{"command":"make","history":7,"attempts":-1,"priority":"high"}');
  Deno.symlinkSync("/etc/passwd", `${dir}/dead/link.json`);
  Deno.mkdirSync(`${dir}/dead/folder.json`);
  using made = pagesOf(queue);
  const { jobs } = await made.pages.page(NEWEST);
  const seen = new Map(jobs.map(({ job }) => [job.id, job]));
  assertEquals([...seen.keys()].sort(), [
    ...["first-field", "folder", "large", "link", "not-json", "odd", "too-large"],
  ]);
  const { command, priority, attempts, state } = seen.get("large")!;
  assertEquals([command, priority, attempts, state], ["make large", 7, 3, "done"]);
  assertEquals(seen.get("first-field")!.malformed, "its file is too large to show");
  for (const id of ["folder", "link", "not-json", "odd", "too-large"]) {
    assertEquals(typeof seen.get(id)!.malformed, "string", id);
  }
});

Deno.test("an ID that is missing is found missing without a list of ended jobs", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "done/there.json", '{"command":"make"}');
  const { files } = queue.store;
  const listed: string[] = [];
  const store = {
    ...queue.store,
    files: { ...files, list: (path: string) => (listed.push(path), files.list(path)) },
  };
  const { jobWithId } = await import("../../src/inspect/find_job.ts");
  assertEquals(jobWithId(store, "missing"), undefined);
  assertEquals(jobWithId(store, "there")?.state, "done");
  assertEquals(listed.filter((path) => /\/(done|dead)$/.test(path)), []);
});

Deno.test("the first page of very many done jobs comes from the history, the next from the names", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const ids = fillDone(dir, MOST_NAMES + 100);
  const line = (id: string, second: number) =>
    JSON.stringify({
      id,
      finished_at: new Date(Date.UTC(2026, 0, 1) + second * 1000 + 500).toISOString(),
      duration_ms: 1,
      outcome: "done",
      led_to: "done",
    });
  Deno.mkdirSync(`${dir}/history`, { mode: 0o700 });
  Deno.writeTextFileSync(
    `${dir}/history/2026-01-01.w-1-a.jsonl`,
    ids.map((id, second) => line(id, second)).join("\n") + "\n" + line("gone", 1) + "\n",
  );
  const { files } = queue.store;
  let listed = 0;
  const store = {
    ...queue.store,
    now: () => Date.UTC(2026, 0, 1, 12),
    files: {
      ...files,
      *list(path: string) {
        for (const entry of files.list(path)) {
          if (path.endsWith("/done")) listed++;
          yield entry;
        }
      },
    },
  };
  using names = new KnownNames({ store });
  const pages = new JobPages({ store }, names);
  const query: JobPageQuery = { ...NEWEST, states: ["done"] };
  const first = await pages.page(query);
  assert(listed < MOST_NAMES, `${listed} names listed`);
  assertEquals(first.total, ids.length);
  const second = await pages.page({ ...query, cursor: first.next! });
  assertEquals(
    [...first.jobs, ...second.jobs].map(({ job }) => job.id),
    ids.slice(-100).reverse(),
  );
});
