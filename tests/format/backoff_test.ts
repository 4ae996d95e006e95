import { assertEquals, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "@std/assert";
import { type Backoff, retryDelay } from "../../src/format/backoff.ts";

const doubling: Backoff = { backoff_base: 2, backoff_factor: 2, backoff_max: 3600, jitter: 0 };
const delays = (backoff: Backoff, ...attempts: number[]) =>
  attempts.map((attempt) => retryDelay(backoff, attempt, 0.5));

Deno.test("retryDelay() gives 2, 4, 8, 16 seconds for base 2", () => {
  assertEquals(delays(doubling, 1, 2, 3, 4), [2, 4, 8, 16]);
});

Deno.test("retryDelay() gives 3, 9, 27 seconds for base 3", () => {
  const tripling = { ...doubling, backoff_base: 3, backoff_factor: 3 };
  assertEquals(delays(tripling, 1, 2, 3), [3, 9, 27]);
});

Deno.test("retryDelay() takes a base and a factor that differ", () => {
  assertEquals(delays({ ...doubling, backoff_base: 10, backoff_factor: 1 }, 1, 2, 9), [10, 10, 10]);
  assertEquals(delays({ ...doubling, backoff_base: 0.5, backoff_factor: 4 }, 1, 2, 3), [0.5, 2, 8]);
});

Deno.test("retryDelay() never exceeds backoff_max, however many attempts have failed", () => {
  assertEquals(delays(doubling, 11, 12, 13, 1_000_000), [2048, 3600, 3600, 3600]);
});

Deno.test("retryDelay() is 0 for base 0, also where the factor has grown beyond all numbers", () => {
  assertEquals(delays({ ...doubling, backoff_base: 0 }, 1, 5, 1_000_000), [0, 0, 0]);
});

Deno.test("retryDelay() spreads a delay by the jitter to both sides", () => {
  const spread = { ...doubling, jitter: 0.25 };
  assertEquals(retryDelay(spread, 3, 0), 6);
  assertEquals(retryDelay(spread, 3, 0.5), 8);
  assertEquals(retryDelay(spread, 3, 1), 10);
});

Deno.test("retryDelay() with full jitter stays from 0 to twice the delay", () => {
  for (let n = 0; n < 1000; n++) {
    const delay = retryDelay({ ...doubling, jitter: 1 }, 2, Math.random());
    assertGreaterOrEqual(delay, 0);
    assertLessOrEqual(delay, 8);
  }
  assertLess(retryDelay({ ...doubling, jitter: 1 }, 2, 0.01), 1);
});
