import { assertEquals } from "@std/assert";
import { exitStatusOf } from "../../../src/cli/text/exit_status.ts";
import type { Attempt, JobState, JobView } from "../../../mod.ts";

function job(state: JobState, last?: Partial<Attempt>): JobView {
  const attempt = { outcome: "failed", exit_code: null, signal: null, ...last };
  return { state, history: last ? [attempt] : [] } as unknown as JobView;
}

Deno.test("exitStatusOf() is 0 for a job that is done", () => {
  assertEquals(exitStatusOf(job("done", { exit_code: 0, outcome: "done" })), 0);
});

Deno.test("exitStatusOf() is that of the last attempt", () => {
  assertEquals(exitStatusOf(job("dead", { exit_code: 42 })), 42);
});

Deno.test("exitStatusOf() is 128 and the signal's number", () => {
  assertEquals(exitStatusOf(job("dead", { signal: "SIGKILL" })), 137);
  assertEquals(exitStatusOf(job("dead", { signal: "SIGTERM" })), 143);
});

Deno.test("exitStatusOf() is 124 for a timeout, whatever ended the command", () => {
  assertEquals(exitStatusOf(job("dead", { outcome: "timeout", signal: "SIGKILL" })), 124);
});

Deno.test("exitStatusOf() is 1 for what has no status: lost, malformed, removed", () => {
  assertEquals(exitStatusOf(job("dead", { outcome: "lost" })), 1);
  assertEquals(exitStatusOf(job("dead")), 1);
  assertEquals(exitStatusOf(undefined), 1);
});
