/**
 * The page of keys of `status --watch`.
 *
 * @module
 */

/** A line for each key. */
export const KEY_LINES: readonly string[] = [
  "KEYS",
  "",
  "↑ ↓  k j            choose a row; PgUp PgDn, g G: far, first, last",
  "Tab  → ←  1 to 6    another table",
  "Enter               the log, live; q goes back",
  "r                   retry the job; run the schedule now",
  "x                   cancel the job; stop the worker",
  "h                   hold the job, or release it; pause the schedule, or resume it",
  "s                   suspend the running job, or resume it; start a waiting one, limits or not",
  "p                   pause the queue, or resume it",
  "/                   only rows that have a text; Esc: all again",
  "Ctrl-Z              back to the shell for a while (fg returns)",
  "q  Esc  Ctrl-C      quit",
  "",
  "IN A LOG",
  "↑ ↓  PgUp PgDn      scroll; ← →: sideways",
  "g G                 its start, its end; at the end it follows",
  "/  n N              search; the next, the one before",
];
