import { assertEquals } from "@std/assert";
import { EndRates } from "../../src/inspect/end_rates.ts";

const START = 1_000_000_000_000;

Deno.test("EndRates divides by the time watched until that is as long as the span", () => {
  const rates = new EndRates(START);
  for (let n = 0; n < 20; n++) rates.add(START + n * 500);
  assertEquals(rates.rate(60, START + 10_000), 2);
  assertEquals(rates.rate(60, START + 40_000), 0.5);
});

Deno.test("EndRates forgets what is older than the span", () => {
  const rates = new EndRates(START);
  for (let n = 0; n < 60; n++) rates.add(START);
  assertEquals(rates.rate(60, START + 59_000), 60 / 59);
  assertEquals(rates.rate(60, START + 60_000), 0);
  assertEquals(rates.rate(300, START + 120_000), 0.5);
  assertEquals(rates.rate(300, START + 900_000), 0);
});

Deno.test("EndRates gives equal parts, the latest last", () => {
  const rates = new EndRates(START);
  rates.add(START);
  for (let n = 0; n < 3; n++) rates.add(START + 7000);
  assertEquals(rates.parts(3, 5, START + 9000), [0, 1, 3]);
});
