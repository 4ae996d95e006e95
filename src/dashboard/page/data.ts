/**
 * What each page is made from, and how to get it: the server asks its scanner before it renders a
 * page, the browser asks `/api/` when it moves to another page or the queue changes. Both use
 * {@linkcode dataFor}.
 *
 * @module
 */

import type {
  DeadGroup,
  JobDetail,
  JobRow,
  JobsPage,
  JobsQuery,
  SchedulesAnswer,
  SettingRow,
  StatsAnswer,
  Status,
} from "../api.ts";

/** The GET answers of the API that pages are made from. */
export interface Answers {
  status(): Promise<Status>;
  jobs(query: JobsQuery): Promise<JobsPage>;
  /** `undefined` if no job has this ID. */
  job(id: string): Promise<JobDetail | undefined>;
  dead(): Promise<DeadGroup[]>;
  stats(span: Span): Promise<StatsAnswer>;
  schedules(): Promise<SchedulesAnswer>;
  settings(): Promise<SettingRow[]>;
}

/** The spans of the charts. */
export const SPANS = ["5m", "1h", "24h", "7d"] as const;

/** A span of the charts. */
export type Span = typeof SPANS[number];

/** What one page shows besides the status. */
export type View =
  | { page: "overview"; span: Span; stats: StatsAnswer }
  /** `news`: what changed since, while the rows stay in place; see live_rows.ts. */
  | { page: "jobs"; query: JobsQuery; found: JobsPage; news?: JobsNews }
  | { page: "job"; detail: JobDetail }
  | { page: "new"; settings: SettingRow[]; clone?: JobDetail }
  /** `runs`: the newest jobs of the one that is named. */
  | { page: "schedules"; schedules: SchedulesAnswer; name?: string; runs?: JobRow[] }
  /** `more`: how many groups there are besides. */
  | { page: "dead"; groups: DeadGroup[]; more: number }
  | { page: "workers" }
  | { page: "settings"; settings: SettingRow[] }
  /** Nothing has this path: one sentence. Its HTTP status is 404. */
  | { page: "missing"; what: string }
  /** An answer failed: one sentence. Its HTTP status is 500. */
  | { page: "failed"; what: string };

/** How the list of jobs would change if it were shown anew. */
export interface JobsNews {
  /** How many jobs came. */
  added: number;
  /** The IDs of those that left. */
  left: readonly string[];
}

/** A view by the name of its page. */
export type ViewOf<P extends View["page"]> = Extract<View, { page: P }>;

/** All that a page is rendered from; JSON, so that the server can hand it to the browser. */
export interface PageData {
  status: Status;
  view: View;
}

/**
 * Gets what the page of a path shows.
 *
 * @param path The path of the URL, such as `/jobs`.
 * @param query The URL's query; what no page knows is ignored.
 */
export async function dataFor(
  path: string,
  query: URLSearchParams,
  api: Answers,
): Promise<PageData> {
  const [status, view] = await Promise.all([
    api.status(),
    viewOf(path, query, api).catch((error: Error): View => ({
      page: "failed",
      what: error.message,
    })),
  ]);
  return { status, view };
}

/** The most groups of dead letters on a page. */
const GROUPS_SHOWN = 50;

/** The view of a path. */
export async function viewOf(path: string, query: URLSearchParams, api: Answers): Promise<View> {
  const [, page = "", name, ...rest] = path.split("/");
  if (rest.length > 0) return missing(path);
  if (name !== undefined) {
    if (page === "jobs") return await jobView(decoded(name), api);
    if (page !== "schedules") return missing(path);
    return await scheduleView(decoded(name), api);
  }
  switch (page) {
    case "": {
      const span = SPANS.find((known) => known === query.get("span")) ?? "1h";
      return { page: "overview", span, stats: await api.stats(span) };
    }
    case "jobs": {
      const asked = jobsQuery(query);
      return { page, query: asked, found: await api.jobs(asked) };
    }
    case "new": {
      const clone = query.get("clone");
      const [settings, detail] = await Promise.all([
        api.settings(),
        clone === null ? undefined : api.job(clone),
      ]);
      return { page, settings, ...(detail && { clone: detail }) };
    }
    case "schedules":
      return { page, schedules: await api.schedules() };
    case "dead": {
      const groups = await api.dead();
      return {
        page,
        groups: groups.slice(0, GROUPS_SHOWN),
        more: Math.max(0, groups.length - GROUPS_SHOWN),
      };
    }
    case "workers":
      return { page };
    case "settings":
      return { page, settings: await api.settings() };
  }
  return missing(path);
}

async function scheduleView(name: string, api: Answers): Promise<View> {
  const page = "schedules";
  const asked = jobsQuery(new URLSearchParams({ text: `${name}-`, limit: "100" }));
  const [schedules, found] = await Promise.all([api.schedules(), api.jobs(asked)]);
  if (!schedules.some((schedule) => schedule.name === name)) {
    return { page: "missing", what: `No schedule is named "${name}".` };
  }
  // An ID is its name with a time, or with a ULID if it was run by hand; others may have the text.
  const runs = found.jobs.filter(({ id }) =>
    id.startsWith(`${name}-`) && /^(?:\d{8}T\d{6}|[0-9A-Z]{26}$)/.test(id.slice(name.length + 1))
  );
  return { page, schedules, name, runs: runs.slice(0, 20) };
}

async function jobView(id: string, api: Answers): Promise<View> {
  const detail = await api.job(id);
  return detail ? { page: "job", detail } : {
    page: "missing",
    what: `No job has the ID "${id}": it may have been removed, or pruned.`,
  };
}

function missing(path: string): View {
  return { page: "missing", what: `There is no page "${path}".` };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What {@linkcode JobsQuery} can sort by. */
export const SORTS = ["created", "priority", "duration", "attempts", "command"] as const;

/** What {@linkcode JobsQuery} can ask for. */
export const STATES = [
  ...["pending", "delayed", "held", "waiting"] as const,
  ...["processing", "failed", "done", "dead"] as const,
];

/** The rows of a page of jobs, unless its URL says otherwise. */
export const PAGE_ROWS = 50;

/** Reads a URL's query as one for jobs; takes the default for what it does not know. */
export function jobsQuery(query: URLSearchParams): JobsQuery {
  const states = query.getAll("states").flatMap((part) => part.split(","));
  const limit = Number(query.get("limit") ?? PAGE_ROWS);
  const cursor = query.get("cursor");
  const tags = (query.get("tags") ?? "").split(",").filter(Boolean);
  const group = query.get("group");
  return {
    states: STATES.filter((state) => states.includes(state)),
    text: query.get("text") ?? "",
    ...(tags.length > 0 && { tags }),
    ...(group && { group }),
    sort: SORTS.find((sort) => sort === query.get("sort")) ?? "created",
    order: query.get("order") === "asc" ? "asc" : "desc",
    limit: Number.isInteger(limit) && limit >= 1 && limit <= 200 ? limit : PAGE_ROWS,
    ...(cursor && { cursor }),
  };
}

/** Whether a list leaves jobs out that only their files can tell. */
export function isSearch({ text, tags = [], group }: JobsQuery): boolean {
  return text !== "" || tags.length > 0 || group !== undefined;
}

/** The query of a URL that asks for these jobs, `?states=dead&text=a`; only what is no default. */
export function jobsSearch(asked: Partial<JobsQuery>): string {
  const query = new URLSearchParams();
  if (asked.states?.length) query.set("states", asked.states.join(","));
  if (asked.text) query.set("text", asked.text);
  if (asked.tags?.length) query.set("tags", asked.tags.join(","));
  if (asked.group) query.set("group", asked.group);
  if (asked.sort && asked.sort !== "created") query.set("sort", asked.sort);
  if (asked.order === "asc") query.set("order", "asc");
  if (asked.cursor) query.set("cursor", asked.cursor);
  if (asked.limit !== undefined && asked.limit !== PAGE_ROWS) {
    query.set("limit", String(asked.limit));
  }
  const text = query.toString();
  return text && `?${text.replaceAll("%2C", ",")}`;
}
