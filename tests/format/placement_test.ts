import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { newJob } from "../../src/format/job.ts";
import {
  batchName,
  HELD_TIME,
  idInName,
  parseBatchName,
  parseEntryName,
  waitingName,
} from "../../src/format/names.ts";
import { mayRunAt, MOST_WHERE, whereOf, whereText } from "../../src/format/placement.ts";
import { newWorkerName } from "../../src/format/worker_names.ts";

const TIME = Date.UTC(2026, 10, 22, 4, 32, 11, 123);

Deno.test("the name of a waiting job says where it may run, whatever the order of its tags", () => {
  const name = waitingName(TIME, 5, "a-1", { on: ["ssd", "gpu", "ssd"], host: "node-1.lan" });
  assertEquals(name, "20261122T043211.123Z-5-a-1+gpu+ssd+host=node-1.lan.json");
  const entry = parseEntryName(name)!;
  assertEquals([entry.id, entry.where], ["a-1", "gpu+ssd+host=node-1.lan"]);
  assertEquals(idInName(name), "a-1");
  const batch = batchName(TIME, 5, "b", whereOf({ on: ["gpu"] }));
  assertEquals([parseBatchName(batch)?.id, parseBatchName(batch)?.where], ["b", "gpu"]);
});

Deno.test("a job that no worker claims for now does not say it: its name is found by its ID", () => {
  assertEquals(
    waitingName(HELD_TIME, 5, "a", { on: ["gpu"] }),
    "99980101T000000.000Z-5-a.json",
  );
});

Deno.test("only what a job can ask for is taken for where it may run", () => {
  for (const rest of ["a+", "a+b c", "a+.x", "a+host=", "a++b", `a+${"x".repeat(65)}`]) {
    const entry = parseEntryName(`20261122T043211.123Z-5-${rest}.json`)!;
    assertEquals([entry.id, entry.where], [rest, undefined]);
  }
  assertEquals(parseEntryName("a+gpu.json"), { id: "a+gpu", time: 0, priority: 5, bare: true });
});

Deno.test("a worker runs what asks for its host and for tags that it has", () => {
  const here = { host: "node1", tags: ["gpu", "ssd"] };
  for (const where of [undefined, "", "gpu", "gpu+ssd", "host=node1", "gpu+host=node1"]) {
    assert(mayRunAt(where, here), where);
  }
  for (const where of ["tpu", "gpu+tpu", "host=node2", "gpu+host=node2", "node1", "GPU"]) {
    assert(!mayRunAt(where, here), where);
  }
  assert(!mayRunAt("gpu", { host: "gpu" }));
  assert(mayRunAt("gpu", undefined));
});

Deno.test("whereText() says in words where a job may run", () => {
  assertEquals(whereText("gpu"), "with tag gpu");
  assertEquals(whereText("gpu+ssd+host=node1"), "on host node1 with tags gpu, ssd");
});

Deno.test("host and tags that are no names, or too long for a file's name, are refused", () => {
  const make = (placing: Record<string, unknown>) =>
    newJob({ command: "true", ...placing }, { max_retries: 0, timeout: null }, TIME);
  const refused: [placing: Record<string, unknown>, said: string][] = [
    [{ host: "" }, "a job's host must be 1 to 64 of A-Z"],
    [{ host: "a b" }, "a job's host must be"],
    [{ on: "gpu" }, "a job's on must be an array of tags"],
    [{ on: ["a+b"] }, "a job's on must be an array of tags"],
    [{ on: ["-x"] }, "a job's on must be"],
    [{ on: ["a".repeat(64)], host: "b".repeat(64) }, "host and on must not be longer than 80"],
  ];
  for (const [placing, said] of refused) assertThrows(() => make(placing), Error, said);
  const longest = make({ id: "i".repeat(64), on: ["x".repeat(40), "y".repeat(MOST_WHERE - 41)] });
  const name = waitingName(TIME, 5, longest.id, longest);
  const editor = `${newWorkerName("h".repeat(300), 4194304)}-held-edit`;
  assertLess(`${name}@${editor}.pending`.length, 256);
  assertEquals(parseEntryName(name)?.where, whereOf(longest));
});
