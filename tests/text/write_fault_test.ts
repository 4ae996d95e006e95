import { assertEquals, assertThrows } from "@std/assert";
import { writeFault } from "../../src/text/write_fault.ts";

Deno.test("writeFault() names the queue, or a file outside it, and what to do", () => {
  const full = (path: string) => new Error(`No space left on device (os error 28)${path}`);
  const remedy = "no space left on device; free some space";
  const ofQueue = `cannot write to the queue /q: ${remedy}`;
  assertEquals(writeFault(full(""), "/q"), ofQueue);
  assertEquals(writeFault(full(": open '/q/tmp/1@new'"), "/q"), ofQueue);
  assertEquals(writeFault(full(": open '/qq'"), "/q"), `cannot write to /qq: ${remedy}`);
  assertEquals(writeFault(assertThrows(() => Deno.openSync("/nowhere/at-all")), "/q"), undefined);
});
