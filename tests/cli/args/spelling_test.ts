import { assertEquals } from "@std/assert";
import { nearestWord } from "../../../src/cli/args/spelling.ts";

const OPTIONS = ["--priority", "--delay", "--at", "--timeout", "--max-retries", "--backoff-base"];

Deno.test("nearestWord() sees through one or two slips", () => {
  assertEquals(nearestWord("--priorty", OPTIONS), "--priority");
  assertEquals(nearestWord("--pirority", OPTIONS), "--priority");
  assertEquals(nearestWord("--max_retries", OPTIONS), "--max-retries");
  assertEquals(nearestWord("lsit", ["list", "show"]), "list");
});

Deno.test("nearestWord() completes a word that only one begins with", () => {
  assertEquals(nearestWord("--prio", OPTIONS), "--priority");
  assertEquals(nearestWord("sta", ["start", "status"]), undefined);
});

Deno.test("nearestWord() does not guess wildly", () => {
  assertEquals(nearestWord("--xy", OPTIONS), undefined);
  assertEquals(nearestWord("ps", ["rm", "ls"]), undefined);
  assertEquals(nearestWord("", OPTIONS), undefined);
});
