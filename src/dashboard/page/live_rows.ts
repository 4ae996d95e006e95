/**
 * A list of jobs that stays where it is while somebody reads it.
 *
 * @module
 */

import type { ViewOf } from "./data.ts";

/**
 * The list that is shown, with what is now so in each of its rows. Jobs that came are only counted,
 * and rows of jobs that left stay, marked, until somebody asks for the list anew.
 */
export function keptInPlace(shown: ViewOf<"jobs">, fresh: ViewOf<"jobs">): ViewOf<"jobs"> {
  const known = shown.found.jobs.map(({ id }) => id);
  if (known.length === 0) return fresh;
  const rows = new Map(fresh.found.jobs.map((job) => [job.id, job]));
  const lastKept = known.findLastIndex((id) => rows.has(id));
  // Where there is a next page, rows at the end may only have been pushed to it.
  const end = fresh.found.next === null ? known.length : lastKept < 0 ? 0 : lastKept;
  const left = known.slice(0, end).filter((id) => !rows.has(id));

  const isKnown = new Set(known);
  const fresher = fresh.found.jobs.map(({ id }) => isKnown.has(id));
  // Rows at the end may have moved up from the next page.
  const last = shown.found.next === null ? fresher.length : fresher.lastIndexOf(true);
  const added = fresher.slice(0, last < 0 ? undefined : last).filter((known) => !known).length;
  return {
    ...shown,
    found: {
      ...shown.found,
      total: fresh.found.total,
      jobs: shown.found.jobs.map((job) => rows.get(job.id) ?? job),
    },
    news: { added, left },
  };
}
