import { assertEquals, assertLess } from "@std/assert";
import {
  batchName,
  claimedName,
  formatStamp,
  parseBatchName,
  parseEntryName,
  parseStamp,
  waitingName,
} from "../../src/format/names.ts";
import { newWorkerName } from "../../src/format/worker_names.ts";

const TIME = Date.UTC(2026, 10, 22, 4, 32, 11, 123);

Deno.test("formatStamp() writes UTC with milliseconds in 20 characters", () => {
  assertEquals(formatStamp(TIME), "20261122T043211.123Z");
  assertEquals(formatStamp(0), "19700101T000000.000Z");
});

Deno.test("formatStamp() keeps to 20 characters beyond the years 0000 and 9999", () => {
  assertEquals(formatStamp(8.64e15), "99991231T235959.999Z");
  assertEquals(formatStamp(-8.64e15), "00000101T000000.000Z");
});

Deno.test("parseStamp() reads what formatStamp() wrote", () => {
  for (const time of [TIME, 0, -1, 253402300799999, 951782400000]) {
    assertEquals(parseStamp(formatStamp(time)), time);
  }
});

Deno.test("the order of stamps is the order of time", () => {
  const times = [0, 1, 999, 1000, TIME - 1, TIME, TIME + 86_400_000, 253402300799999];
  const stamps = times.map(formatStamp);
  assertEquals(stamps.toSorted(), stamps);
});

Deno.test("parseEntryName() reads the name of a waiting job", () => {
  assertEquals(
    waitingName(TIME, 7, "build_site-2", {}),
    "20261122T043211.123Z-7-build_site-2.json",
  );
  assertEquals(parseEntryName("20261122T043211.123Z-7-build_site-2.json"), {
    id: "build_site-2",
    time: TIME,
    priority: 7,
    worker: undefined,
    bare: false,
  });
});

Deno.test("parseEntryName() reads the name of a claimed job and its worker", () => {
  const name = claimedName(TIME, 5, "a", "host-12-ab");
  assertEquals(name, "20261122T043211.123Z-5-a@host-12-ab.json");
  const entry = parseEntryName(name);
  assertEquals([entry?.id, entry?.worker, entry?.time], ["a", "host-12-ab", TIME]);
});

Deno.test("parseEntryName() takes a name without a stamp as a bare one, ready now, of priority 5", () => {
  for (
    const id of [
      "build",
      "20261122",
      "20261322T043211.123Z-5-a",
      "a b",
      "20261122T043211.123Z-55-a",
    ]
  ) {
    assertEquals(parseEntryName(`${id}.json`), { id, time: 0, priority: 5, bare: true });
  }
});

Deno.test("parseEntryName() leaves alone what is hidden or not .json", () => {
  for (const name of [".a.json", "a.log", "a.json~", "a", ".json", "a.JSON", ""]) {
    assertEquals(parseEntryName(name), undefined, name);
  }
});

Deno.test("parseBatchName() reads a folder's name and nothing else", () => {
  assertEquals(parseBatchName(batchName(TIME, 9, "B1"))?.id, "B1");
  for (const name of ["B1", "20261122T043211.123Z-9-", "20261122T043211.123Z-9-a.json", ".x"]) {
    assertEquals(parseBatchName(name), undefined, name);
  }
});

Deno.test("a waiting name is never too long for a file system", () => {
  const longest = claimedName(TIME, 5, "x".repeat(64), newWorkerName("h".repeat(300), 4194304));
  assertLess(`${longest}@${newWorkerName("h".repeat(300), 4194304)}.failed`.length, 255);
});
