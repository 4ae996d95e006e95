import { assertEquals } from "@std/assert";
import { shortIds } from "../../src/inspect/short_ids.ts";

const A = "01M8D62QWP7XBA4P4YVFQEQP42", B = "01M8D62QWP7XBA4P4YVFQEQP43";

const shortened = (ids: string[], total = 0) => [...shortIds(ids, total).values()];

Deno.test("shortIds() gives the ends of ULIDs, and short names whole", () => {
  assertEquals(shortened([A, B, "build"]), ["QP42", "QP43", "build"]);
});

Deno.test("shortIds() gives longer ends where two shown IDs end alike, or one begins so", () => {
  const alike = "01M8D62QWP7XBA4P4YVFAAQP42";
  assertEquals(shortened([A, alike]), ["EQP42", "AQP42"]);
  assertEquals(shortened([A, B, "QP42-second"]), ["EQP42", "EQP43", "QP42-second"]);
});

Deno.test("shortIds() gives longer ends in a larger queue, as IDs that are not shown count too", () => {
  assertEquals(shortened([A, B], 1_000_000), ["QEQP42", "QEQP43"]);
});

Deno.test("shortIds() gives the beginning of a long name, or its end if many begin so", () => {
  const names = ["nightly-backup-20261122T", "weekly-backup-20261122T0642"];
  assertEquals(shortened(names), ["nightly-back", "weekly-backu"]);
  const runs = ["nightly-backup-of-the-site-1", "nightly-backup-of-the-site-2"];
  assertEquals(shortened(runs), ["f-the-site-1", "f-the-site-2"]);
});

Deno.test("shortIds() takes a hundred thousand IDs", () => {
  const ids = Array.from(
    { length: 100_000 },
    (_, index) => `01M8D62QWP7XBA4P4YVF${String(index).padStart(6, "0")}`,
  );
  assertEquals(new Set(shortened(ids)).size, ids.length);
});
