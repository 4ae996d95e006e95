import { assertEquals } from "@std/assert";
import { refusalOf } from "../../src/dashboard/refusal.ts";
import { temporaryQueue } from "../temporary_queue.ts";

Deno.test("a write that a full or read-only disk refused is 409, and says what to do", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const answered = (message: string) => {
    const { status, message: sentence } = refusalOf(new Error(message), dir);
    return [status, sentence];
  };
  assertEquals(answered("No space left on device (os error 28)"), [
    409,
    `cannot write to the queue ${dir}: no space left on device; free some space`,
  ]);
  assertEquals(answered(`Read-only file system (os error 30): open '${dir}/paused'`)[0], 409);
  assertEquals(answered("Permission denied (os error 13)"), [500, "Permission denied"]);
});
