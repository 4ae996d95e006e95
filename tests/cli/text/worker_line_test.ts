import { assertEquals } from "@std/assert";
import type { Attempt } from "../../../mod.ts";
import { eventLine } from "../../../src/cli/text/worker_line.ts";

const NOW = new Date(2026, 10, 22, 14, 2, 31).getTime();
const STYLE = { width: Infinity, day: false };

function attempt(given: Partial<Attempt>): Attempt {
  return {
    attempt: 1,
    worker: "w",
    started_at: "",
    finished_at: "",
    duration_ms: 2000,
    exit_code: 0,
    signal: null,
    outcome: "done",
    log_offset: 0,
    ...given,
  };
}

Deno.test("eventLine() tells the start of a job, its command on one line and cut to the width", () => {
  const event = { kind: "started", id: "a", attempt: 1, pid: 7, command: "x\ny\x1b[0m" } as const;
  assertEquals(eventLine(event, NOW, STYLE), "14:02:31 start    a  x\\ny\\x1b[0m");
  assertEquals(eventLine(event, NOW, { ...STYLE, width: 22 }), "14:02:31 start    a  …");
});

Deno.test("eventLine() cuts a command that is a whole script also where nobody sees the width", () => {
  const command = "x".repeat(100_000);
  const event = { kind: "started", id: "a", attempt: 1, pid: 7, command } as const;
  const line = eventLine(event, NOW, { ...STYLE, width: Infinity });
  assertEquals(line, `14:02:31 start    a  ${"x".repeat(499)}…`);
});

Deno.test("eventLine() tells how a job ended", () => {
  const event = { kind: "ended", id: "a", attempt: attempt({}), state: "done" } as const;
  assertEquals(eventLine(event, NOW, STYLE), "14:02:31 done     a  exit 0, 2.0s");
});

Deno.test("eventLine() tells when a failed job is run again", () => {
  const failed = attempt({ exit_code: 1, outcome: "failed", duration_ms: 12 });
  const event = { kind: "ended", id: "a", attempt: failed, state: "failed" } as const;
  const line = (wait: number) => eventLine({ ...event, readyAt: NOW + wait }, NOW, STYLE);
  assertEquals(line(1990), "14:02:31 failed   a  exit 1, 12ms, attempt 1, again in 2s");
  assertEquals(line(0), "14:02:31 failed   a  exit 1, 12ms, attempt 1, again at once");
});

Deno.test("eventLine() tells the day where nobody watches", () => {
  const line = eventLine({ kind: "trouble", message: "disk full" }, NOW, { ...STYLE, day: true });
  assertEquals(line, "2026-11-22 14:02:31 trouble  disk full");
});

Deno.test("eventLine() tells of a worker that had died and of what is no job", () => {
  const recovered = { kind: "recovered", worker: "w-1", finished: ["a"], lost: ["b"] } as const;
  assertEquals(
    eventLine({ ...recovered, finished: ["a"], lost: ["b"] }, NOW, STYLE),
    "14:02:31 recovered 2 jobs from dead worker w-1, lost: b",
  );
  assertEquals(
    eventLine({ kind: "malformed", id: "x", reason: "it is not JSON" }, NOW, STYLE),
    "14:02:31 dead     x  not a job: it is not JSON",
  );
});

Deno.test("eventLine() tells how many jobs were removed, and by which setting", () => {
  const line = (done: number, dead: number) =>
    eventLine({ kind: "pruned", removed: { done, dead } }, NOW, STYLE);
  assertEquals(line(2990, 0), "14:02:31 removed  2990 done jobs (keep_done)");
  assertEquals(
    line(1, 2),
    "14:02:31 removed  1 done job (keep_done) and 2 dead jobs (keep_dead)",
  );
});
