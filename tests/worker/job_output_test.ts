import { assertEquals, assertStringIncludes } from "@std/assert";
import { MOST_RESULT_BYTES, resultOf } from "../../src/worker/job_output.ts";
import { drain, ObservedWorker } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";
import { eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("resultOf() keeps UTF-8 as it is, and other bytes in base64", () => {
  assertEquals(resultOf(bytes("größe\n"), 8), { result: "größe\n" });
  assertEquals(resultOf(bytes(""), 0), { result: "" });
  const odd = resultOf(new Uint8Array([0xff, 0]), 2);
  assertEquals(odd, { result: "/wA=", result_encoding: "base64" });
});

Deno.test("resultOf() cuts what is too long, though not within a character", () => {
  for (const shift of [0, 1, 2, 3]) {
    const text = "x".repeat(shift) + "日".repeat(MOST_RESULT_BYTES);
    const whole = bytes(text);
    const { result, result_encoding, note } = resultOf(
      whole.subarray(0, MOST_RESULT_BYTES + 4),
      whole.length,
    );
    assertEquals(result_encoding, undefined);
    assertEquals(result, text.slice(0, result.length));
    assertEquals(bytes(result).length > MOST_RESULT_BYTES - 3, true);
    assertStringIncludes(note!, `it had ${whole.length} bytes`);
  }
});

Deno.test("what a job writes to $QUEUECTL_RESULT is in its file, and no other trace of it is left", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const command = "echo 1/2 > $QUEUECTL_PROGRESS; printf 'sum %s' $((1 + 1)) > $QUEUECTL_RESULT";
  await queue.enqueue({ id: "sum", command });
  await queue.enqueue({ id: "none", command: "true" });
  await queue.enqueue({
    id: "odd",
    command: "printf '\\377' > $QUEUECTL_RESULT; exit 1",
    max_retries: 0,
  });
  await queue.enqueue({ id: "long", command: "yes | head -c 5000000 > $QUEUECTL_RESULT" });
  await queue.enqueue({ id: "link", command: "ln -s /etc/passwd $QUEUECTL_RESULT" });
  await drain(queue);
  assertEquals([queue.get("sum")!.result, queue.get("sum")!.progress], ["sum 2", undefined]);
  assertEquals("result" in queue.get("none")!, false);
  const odd = queue.get("odd")!;
  assertEquals([odd.state, odd.result, odd.result_encoding], ["dead", "/w==", "base64"]);
  const long = queue.get("long")!;
  assertEquals(long.result!.length, MOST_RESULT_BYTES);
  assertStringIncludes(long.history[0]!.reason!, "it had 5000000 bytes");
  assertEquals(queue.get("link")!.result, "");
  assertStringIncludes(queue.get("link")!.history[0]!.reason!, "not a regular file");
  assertEquals(namesIn(dir, "progress"), []);
});

Deno.test("a retry's result takes the place of the one before, encoding and all", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const command = "test $QUEUECTL_ATTEMPT = 2 && { echo two > $QUEUECTL_RESULT; exit; }; " +
    "printf '\\377' > $QUEUECTL_RESULT; exit 1";
  await queue.enqueue({ id: "a", command, backoff_base: 0 });
  await drain(queue);
  assertEquals([queue.get("a")!.result, queue.get("a")!.result_encoding], ["two\n", undefined]);
});

Deno.test("a job's progress is there while it runs, and gone with a worker that was killed", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const command = "echo 3/4 nearly > $QUEUECTL_PROGRESS; test $QUEUECTL_ATTEMPT = 2 || sleep 1000";
  await queue.enqueue({ id: "a", command });
  await using doomed = await WorkerProcess.start(dir);
  const seen = await eventually("it tells", () => queue.get("a")?.progress);
  assertEquals(seen, { text: "3/4 nearly", fraction: 0.75 });
  assertEquals(queue.list({ states: ["processing"] })[0]!.progress, seen);
  await doomed.kill();
  await using observed = await ObservedWorker.start(queue);
  await observed.next("ended", "a");
  assertEquals(namesIn(dir, "progress"), [observed.worker.name]);
});

Deno.test("a job that removes the folder does no harm to the next", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "rm -r $(dirname $QUEUECTL_RESULT)", priority: 9 });
  await queue.enqueue({ id: "b", command: "echo fine > $QUEUECTL_RESULT" });
  await drain(queue);
  assertEquals(queue.get("b")!.result, "fine\n");
});
