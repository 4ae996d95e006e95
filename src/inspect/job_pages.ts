/**
 * Pages of jobs, newest first, for a queue of any size. A page is found by the names of jobs alone;
 * only the files of the jobs on it are read, or those that a search looks at.
 *
 * @module
 */

import { endOf, type Entry, entryAt } from "../contents/entries.ts";
import { liveWorkers, type SeenWorker } from "../contents/presence.ts";
import { hasRun, type JobView } from "../format/job.ts";
import { type Division, JOB_STATES, type JobState } from "../format/names.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { UsageError } from "../text/errors.ts";
import { briefView } from "./brief_view.ts";
import { type JobSearch, jobSearch } from "./job_search.ts";
import type { KnownNames } from "./known_names.ts";
import { type Found, NamesInOrder, type Part } from "./names_in_order.ts";
import { recentDone } from "./recent_done.ts";
import { selector } from "./selection.ts";
import { MOST_NAMES, type Place, Slices } from "./name_scan.ts";

/** What a page is to show. */
export interface JobPageQuery {
  /** States, and the divisions of pending/: `delayed`, `held`, `waiting`. None: all. */
  states: readonly (JobState | Division)[];
  /** Only jobs whose ID, command, label or last line of output contains this, in any case. */
  text: string;
  /** Only jobs that have all of these tags. */
  tags?: readonly string[];
  /** Only jobs of this group. */
  group?: string;
  /** Other orders than `created` are of the newest 20,000 jobs. */
  sort: "created" | "priority" | "duration" | "attempts" | "command";
  /** Which comes first. */
  order: "asc" | "desc";
  /** The `next` of the page before. */
  cursor?: string;
  /** At most this many jobs. */
  limit: number;
}

/** A page of jobs. */
export interface JobPage {
  /** The jobs, each with the last line of its output if a search looked at it. */
  jobs: { job: JobView; last_line?: string }[];
  /** The `cursor` of the next page; `null` after the last. */
  next: string | null;
  /** How many jobs the states asked for hold. */
  total: number;
  /** How many jobs a search read. */
  searched?: number;
}

/** How long a search goes on before it answers what it has found, in milliseconds. */
const SEARCHES = 1000;

/** How long an order other than by age is remembered, in milliseconds. */
const REMEMBERS = 60_000;

/**
 * Makes pages of a queue's jobs.
 *
 * @example
 * ```ts
 * import { JobPages, KnownNames, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * using names = new KnownNames(queue);
 * const pages = new JobPages(queue, names);
 * const query = { states: [], text: "", sort: "created", order: "desc", limit: 50 } as const;
 * const { jobs, next } = await pages.page(query);
 * console.log(jobs.length, next);
 * ```
 */
export class JobPages {
  readonly #store: Store;
  readonly #names: KnownNames;
  #sorted: { key: string; until: number; found: Found[] } | undefined;

  /**
   * Reads nothing yet.
   *
   * @param names What is known of the queue's names.
   */
  constructor(queue: OpenQueue, names: KnownNames) {
    [this.#store, this.#names] = [queue.store, names];
  }

  /**
   * A page.
   *
   * @throws {UsageError} If the cursor is none of a page before.
   */
  async page(query: JobPageQuery): Promise<JobPage> {
    const parts = partsOf(query.states);
    const page = query.sort === "created"
      ? await this.#byAge(query, parts)
      : await this.#sortedPage(query, parts);
    return { ...page, total: await this.#total(parts) };
  }

  async #total(parts: readonly Part[]): Promise<number> {
    const counts = await this.#names.counts();
    const { pending, delayed, held, waiting } = counts;
    const ofDivision = { delayed: delayed - held - waiting, held, waiting };
    return parts.reduce(
      (sum, { state, division }) =>
        sum +
        (division ? ofDivision[division] : state === "pending" ? pending + delayed : counts[state]),
      0,
    );
  }

  async #byAge(query: JobPageQuery, parts: readonly Part[]): Promise<Omit<JobPage, "total">> {
    const { order, limit } = query;
    const recent = await this.#recentPage(query, parts);
    if (recent) return recent;
    const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
    const names = new NamesInOrder(this.#names, parts, order, after);
    const search = searchOf(this.#store, query);
    const deadline = performance.now() + SEARCHES;
    const reader = this.#reader(parts);
    const slices = new Slices();
    const jobs: JobPage["jobs"] = [];
    let [last, searched] = [after, 0];
    const result = (isLast: boolean) => ({
      jobs,
      next: isLast || !last ? null : cursorOf(last),
      ...(search && { searched }),
    });
    for (;;) {
      // A long scan for more names is left to the next page.
      const isLate = search !== undefined && searched > 0 &&
        performance.now() > deadline - SEARCHES / 2;
      if (isLate && !names.isAtHand) return result(false);
      const found = await names.next();
      if (!found) return result(true);
      if (jobs.length === limit) return result(false);
      const row = this.#row(found, reader, search);
      if (row) jobs.push(row);
      last = found.name;
      searched++;
      if (search && performance.now() >= deadline) return result(false);
      if (slices.isOver) await slices.turn();
    }
  }

  /** The first page of done jobs by the history, while their names are not known yet. */
  async #recentPage(
    query: JobPageQuery,
    parts: readonly Part[],
  ): Promise<Omit<JobPage, "total"> | undefined> {
    const { order, cursor, limit } = query;
    if (order !== "desc" || cursor !== undefined || isSearch(query)) return undefined;
    if (parts.length !== 1 || parts[0]!.state !== "done") return undefined;
    if (this.#names.knows("done", { order })) return undefined;
    if ((await this.#names.counts()).done <= MOST_NAMES) return undefined;
    // For the next page.
    this.#names.window("done", { order }).catch(() => {});
    const names = recentDone(this.#store, limit);
    const reader = this.#reader(parts);
    const jobs = names?.map((name) => this.#row({ state: "done", name }, reader))
      .filter((row) => row !== undefined);
    return names && jobs && { jobs, next: cursorOf(names.at(-1)!) };
  }

  #row(found: Found, reader: Reader, search?: JobSearch): JobPage["jobs"][number] | undefined {
    const entry = entryOfName(found);
    const match = search?.(entry);
    if (search && !match) return undefined;
    const job = reader(entry);
    return job && { job, ...(match?.last_line !== undefined && { last_line: match.last_line }) };
  }

  /** A page of the newest jobs in another order. */
  async #sortedPage(query: JobPageQuery, parts: readonly Part[]): Promise<Omit<JobPage, "total">> {
    const from = query.cursor === undefined
      ? 0
      : Number(/^at-(\d{1,5})$/.exec(query.cursor)?.[1] ?? NaN);
    if (Number.isNaN(from)) throw badCursor();
    const found = await this.#sort(query, parts, from === 0);
    const reader = this.#reader(parts);
    const page = found.slice(from, from + query.limit);
    const search = searchOf(this.#store, query);
    const jobs = page.map((each) => this.#row(each, reader, search))
      .filter((row) => row !== undefined);
    const to = from + page.length;
    return { jobs, next: to < found.length ? `at-${to}` : null };
  }

  async #sort(query: JobPageQuery, parts: readonly Part[], isAnew: boolean): Promise<Found[]> {
    const { sort, order, text, states, tags, group } = query;
    const key = JSON.stringify([sort, order, text, states, tags, group]);
    const known = this.#sorted;
    if (known?.key === key && !isAnew && performance.now() < known.until) return known.found;
    const names = new NamesInOrder(this.#names, parts, "desc");
    const search = searchOf(this.#store, query);
    const reader = this.#reader(parts);
    const slices = new Slices();
    const rows: { found: Found; key: number | string }[] = [];
    for (let count = 0; count < MOST_NAMES; count++) {
      const found = await names.next();
      if (!found) break;
      const row = this.#row(found, reader, search);
      if (row) rows.push({ found, key: sortKey(row.job, sort) });
      if (slices.isOver) await slices.turn();
    }
    const sign = order === "asc" ? 1 : -1;
    rows.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const found = rows.map((row) => row.found);
    this.#sorted = { key, until: performance.now() + REMEMBERS, found };
    return found;
  }

  /** Reads each job once, wherever it has moved since its name was seen. */
  #reader(parts: readonly Part[]): Reader {
    const store = this.#store;
    const seen = new Set<string>();
    const states = new Set(parts.map(({ state }) => state));
    let workers: SeenWorker[] | undefined;
    const read = (entry: Entry) => briefView(store, entry, () => workers ??= liveWorkers(store));
    return (entry) => {
      if (seen.has(entry.id)) return undefined;
      let job = read(entry);
      if (!job) {
        const end = endOf(store, entry.id);
        if (end && states.has(end)) job = read(entryAt(end, `${entry.id}.json`));
      }
      if (job) seen.add(entry.id);
      return job;
    };
  }
}

/** Whether a page leaves jobs out that only their files can tell. */
function isSearch({ text, tags = [], group }: JobPageQuery): boolean {
  return text !== "" || tags.length > 0 || group !== undefined;
}

function searchOf(store: Store, query: JobPageQuery): JobSearch | undefined {
  if (!isSearch(query)) return undefined;
  const { text, tags, group } = query;
  const isMeant = selector(store, { tags, group });
  const search: JobSearch = text === "" ? () => ({}) : jobSearch(store, text);
  return (entry) => isMeant(entry) ? search(entry) : undefined;
}

type Reader = (entry: Entry) => JobView | undefined;

function entryOfName({ state, name }: Found): Entry {
  return name.entry ?? entryAt(state, name.path);
}

/** The states asked for, and of pending/ all of it or some divisions. */
function partsOf(states: JobPageQuery["states"]): Part[] {
  const isState = (part: string): part is JobState =>
    (JOB_STATES as readonly string[]).includes(part);
  const whole = JOB_STATES.filter((state) => states.length === 0 || states.includes(state));
  const divisions = states.filter((part) => !isState(part)) as Division[];
  return [
    ...whole.map((state) => ({ state })),
    ...(whole.includes("pending")
      ? []
      : divisions.map((division) => ({ state: "pending" as const, division }))),
  ];
}

function sortKey(job: JobView, sort: JobPageQuery["sort"]): number | string {
  if (sort === "priority" || sort === "attempts") return job[sort];
  if (sort === "command") return job.command;
  const last = job.history.at(-1);
  return last && hasRun(last) ? last.duration_ms : -1;
}

function cursorOf({ made, id }: Place): string {
  return `${made}-${id}`;
}

function placeOf(cursor: string): Place {
  const match = /^(\d{1,16}(?:\.\d+)?)-(.+)$/s.exec(cursor);
  if (!match) throw badCursor();
  return { made: Number(match[1]), id: match[2]! };
}

function badCursor(): UsageError {
  return new UsageError("the cursor is none of this list's pages; begin with its first page");
}
