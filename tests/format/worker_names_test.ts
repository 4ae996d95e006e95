import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { hostOf, newWorkerName } from "../../src/format/worker_names.ts";

Deno.test("newWorkerName() is HOST-PID-RANDOM in small letters, digits and dashes", () => {
  assertMatch(newWorkerName("Build_Host.example", 42), /^build-host-example-42-[0-9a-f]{8}$/);
  assertMatch(newWorkerName("ü", 1), /^[a-z0-9-]+-1-[0-9a-f]{8}$/);
  assert(newWorkerName("h".repeat(300), 1).length < 100);
  assertNotEquals(newWorkerName("a", 1), newWorkerName("a", 1));
});

Deno.test("hostOf() gives back the machine of a worker's name", () => {
  assertEquals(hostOf(newWorkerName("build-7-host", 42)), "build-7-host");
});
