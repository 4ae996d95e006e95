import { assertEquals } from "@std/assert";
import { shortIds } from "../../src/inspect/short_ids.ts";

Deno.test("shortIds cuts ULIDs to the ends that tell them apart, and keeps chosen IDs", () => {
  const ids = [
    "01M80ZWB6S3G6W7Z0Y6B9Q5V3K",
    "01M80ZWB6S3G6W7Z0Y6B9Q5V3J",
    "01M80ZWB6S3G6W7Z0Y6C9Q5V3K",
    "nightly-backup",
  ];
  assertEquals([...shortIds(ids).values()], ["B9Q5V3K", "5V3J", "C9Q5V3K", "nightly-backup"]);
  assertEquals(shortIds([]), new Map());
});
