import { assertEquals } from "@std/assert";
import type { Claim } from "../../src/moves/claim.ts";
import { withDefaults } from "../../src/format/settings.ts";
import { newJob } from "../../src/format/job.ts";
import { type AttemptResult, settlementOf } from "../../src/worker/outcome.ts";

const NOW = Date.UTC(2026, 10, 22);
const config = withDefaults({});

function claimed(fields: Record<string, unknown> = {}): Claim {
  const { attempts = 0, history = [], ...input } = fields;
  const job = newJob({ command: "make", id: "x", ...input }, config, NOW);
  return {
    id: "x",
    name: "n",
    time: NOW,
    worker: "here-1-aa",
    job: { ...job, attempts: attempts as number, history: history as typeof job.history },
    logOffset: 10,
  };
}

function result(rest: Partial<AttemptResult> = {}): AttemptResult {
  return {
    startedAt: NOW,
    finishedAt: NOW + 1000,
    duration: 999.6,
    exit: { code: 1, signal: null },
    logEnd: 15,
    ...rest,
  };
}

const settled = (claim: Claim, of: AttemptResult, random = 0.5, settings = config) =>
  settlementOf(claim, of, settings, random);

Deno.test("a command that exits with 0 is done", () => {
  const { state, readyAt, job } = settled(claimed(), result({ exit: { code: 0, signal: null } }));
  assertEquals([state, readyAt, job.attempts], ["done", undefined, 1]);
  assertEquals(job.updated_at, "2026-11-22T00:00:01.000Z");
  assertEquals(job.history, [{
    attempt: 1,
    worker: "here-1-aa",
    started_at: "2026-11-22T00:00:00.000Z",
    finished_at: "2026-11-22T00:00:01.000Z",
    duration_ms: 1000,
    exit_code: 0,
    signal: null,
    outcome: "done",
    log_offset: 10,
    led_to: "done",
    log_end: 15,
  }]);
});

Deno.test("a command that fails is retried after the delay, counted from its end", () => {
  const { state, readyAt, job } = settled(claimed(), result());
  assertEquals([state, readyAt, job.attempts], ["failed", NOW + 1000 + 2000, 1]);
  assertEquals(job.run_at, new Date(NOW + 3000).toISOString());
  const { outcome, exit_code, log_end } = job.history[0]!;
  assertEquals([outcome, exit_code, log_end], ["failed", 1, 15]);
});

Deno.test("the delay follows the queue's settings, or the job's where it has its own", () => {
  const delay = (fields: Record<string, unknown>, set: Parameters<typeof withDefaults>[0]) =>
    settled(claimed({ attempts: 1, ...fields }), result(), 0.5, withDefaults(set)).readyAt! -
    NOW - 1000;
  assertEquals(delay({}, {}), 4000);
  assertEquals(delay({}, { backoff_base: 3 }), 9000);
  assertEquals(delay({ backoff_base: 5 }, {}), 25_000);
  assertEquals(delay({ backoff_base: 5 }, { backoff_factor: 10 }), 50_000);
  assertEquals(delay({ backoff_base: 5, backoff_factor: 1 }, { backoff_factor: 10 }), 5000);
  assertEquals(delay({ backoff_base: 5 }, { backoff_max: 7 }), 7000);
});

Deno.test("the delay is spread by the jitter", () => {
  const spread = withDefaults({ jitter: 0.5 });
  assertEquals(settled(claimed(), result(), 0, spread).readyAt, NOW + 2000);
  assertEquals(settled(claimed(), result(), 1, spread).readyAt, NOW + 4000);
});

Deno.test("a job is dead after max_retries + 1 attempts, and keeps when it was to run", () => {
  const states = [0, 1, 2, 3].map((attempts) =>
    settled(claimed({ attempts, max_retries: 2 }), result()).state
  );
  assertEquals(states, ["failed", "failed", "dead", "dead"]);
  assertEquals(settled(claimed({ max_retries: 0 }), result()).state, "dead");
  const { job, readyAt } = settled(claimed({ max_retries: 0 }), result());
  assertEquals([job.run_at, readyAt], [new Date(NOW).toISOString(), undefined]);
  assertEquals(job.history[0]?.led_to, "dead");
});

Deno.test("a signal and a command that never started are failures", () => {
  const killed = settled(claimed(), result({ exit: { code: null, signal: "SIGSEGV" } }));
  assertEquals([killed.state, killed.job.history[0]?.signal], ["failed", "SIGSEGV"]);
  const unstarted = settled(claimed(), result({ exit: undefined, reason: "no such directory" }));
  assertEquals(unstarted.state, "failed");
  const { exit_code, signal, reason } = unstarted.job.history[0]!;
  assertEquals([exit_code, signal, reason], [null, null, "no such directory"]);
});

Deno.test("a timeout is a failure of its own name, even if the command then exits with 0", () => {
  const exit = { code: 0, signal: null };
  const { state, job } = settled(claimed(), result({ exit, stopped: "timeout" }));
  assertEquals([state, job.history[0]?.outcome, job.attempts], ["failed", "timeout", 1]);
});

Deno.test("a job that is put back is ready at once and not charged, however often it ran", () => {
  const { state, readyAt, job } = settled(
    claimed({ attempts: 3, max_retries: 3 }),
    result({ exit: { code: null, signal: "SIGTERM" }, stopped: "put back" }),
  );
  assertEquals([state, readyAt, job.attempts], ["pending", NOW + 1000, 3]);
  assertEquals([job.history[0]?.outcome, job.history[0]?.led_to], ["cancelled", "pending"]);
});

Deno.test("an attempt is added to those before it, and unknown fields stay", () => {
  const history = [{ attempt: 1, led_to: "dead" }];
  const { job } = settled(claimed({ history, team: "web" }), result());
  assertEquals([job.history.length, job.history[1]?.attempt, job.team], [2, 2, "web"]);
});

Deno.test("a job that cannot be started, again and again for one reason, has one attempt that tells of it", () => {
  const refused = result({ exit: undefined, stopped: "put back", reason: "too many processes" });
  const first = settled(claimed(), refused).job;
  const second = settled({ ...claimed(), job: first }, { ...refused, startedAt: NOW + 9000 }).job;
  assertEquals(second.history.map(({ attempt, reason }) => [attempt, reason]), [
    [1, "too many processes"],
  ]);
  assertEquals(second.history[0]!.started_at, first.history[0]!.started_at, "since when");
  const other = settled({ ...claimed(), job: second }, { ...refused, reason: "out of memory" }).job;
  assertEquals(other.history.map(({ attempt }) => attempt), [1, 2]);
  assertEquals([other.attempts, settled({ ...claimed(), job: other }, result()).job.attempts], [
    0,
    1,
  ]);
});
