import { assertEquals } from "@std/assert";
import { retryText } from "../../../src/cli/text/attempt_text.ts";
import type { Attempt, JobView } from "../../../src/format/job.ts";

const NOW = Date.UTC(2026, 10, 22);

function attempt(
  number: number,
  outcome: string,
  exitCode: number | null,
  ledTo: string,
): Attempt {
  return { attempt: number, outcome, exit_code: exitCode, signal: null, led_to: ledTo } as Attempt;
}

function job(state: string, wait: number, ...history: Attempt[]): JobView {
  return { state, run_at: new Date(NOW + wait).toISOString(), history } as unknown as JobView;
}

Deno.test("retryText() tells how an attempt failed and when the next is", () => {
  const [first, second] = [
    attempt(1, "failed", 3, "failed"),
    attempt(2, "timeout", null, "failed"),
  ];
  assertEquals(retryText(first, job("failed", 2000, first), NOW), "attempt 1: exit 3, again in 2s");
  assertEquals(
    retryText(second, job("failed", 100, first, second), NOW),
    "attempt 2: timeout, again at once",
  );
  // The next has begun, or ended, before anyone looked.
  assertEquals(
    retryText(first, job("dead", 0, first, second), NOW),
    "attempt 1: exit 3, again at once",
  );
  const lost = attempt(1, "lost", null, "pending");
  assertEquals(
    retryText(lost, job("processing", -100, lost), NOW),
    "attempt 1: lost (its worker died), again at once",
  );
});

Deno.test("retryText() says nothing of the last attempt, nor of one that was put back", () => {
  const failed = attempt(1, "failed", 3, "dead");
  assertEquals(retryText(failed, job("dead", 0, failed), NOW), undefined);
  // It is just being settled.
  assertEquals(retryText(failed, job("processing", 0, failed), NOW), undefined);
  const done = attempt(1, "done", 0, "done");
  assertEquals(retryText(done, job("done", 0, done), NOW), undefined);
  const put = attempt(1, "cancelled", null, "pending");
  assertEquals(retryText(put, job("pending", 0, put), NOW), undefined);
});
