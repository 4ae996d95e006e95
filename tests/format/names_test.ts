import { assert, assertEquals, assertLess, assertMatch, assertNotEquals } from "@std/assert";
import {
  batchName,
  claimedName,
  forgetLastId,
  formatStamp,
  freshIdLike,
  hostOf,
  ID_PATTERN,
  newId,
  newWorkerName,
  parseBatchName,
  parseEntryName,
  parseStamp,
  timeOfId,
  waitingName,
} from "../../src/format/names.ts";

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
  assertEquals(waitingName(TIME, 7, "build_site-2"), "20261122T043211.123Z-7-build_site-2.json");
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

Deno.test("newId() makes IDs that ascend, also within a millisecond", () => {
  const ids = Array.from({ length: 1000 }, newId);
  assertEquals(ids.toSorted(), ids);
  assertEquals(new Set(ids).size, 1000);
  for (const id of ids) assertMatch(id, ID_PATTERN);
});

Deno.test("newId() follows the last one when the clock is set back, and carries", () => {
  const clock = Date.now;
  try {
    Object.defineProperty(crypto, "getRandomValues", {
      value: (bytes: Uint8Array) => bytes.fill(31, 1),
      configurable: true,
    });
    Date.now = () => Date.UTC(2026, 0, 1);
    forgetLastId();
    const first = newId();
    Date.now = () => Date.UTC(2020, 0, 1);
    const second = newId();
    assertEquals([first.slice(10), second.slice(10)], ["0" + "Z".repeat(15), "1" + "0".repeat(15)]);
    assertEquals(timeOfId(second), Date.UTC(2026, 0, 1));
  } finally {
    Date.now = clock;
    // It was inherited: without our own property the inherited one shows again.
    delete (crypto as Partial<Crypto>).getRandomValues;
    forgetLastId();
  }
});

Deno.test("freshIdLike() keeps the beginning and is always an ID", () => {
  assertMatch(freshIdLike("build"), /^build-[0-9A-Z]{26}$/);
  for (
    const id of ["", "--", "../../etc/passwd", "ä\udcff", "x".repeat(300), "a b.json", "-rf", "_"]
  ) {
    assertMatch(freshIdLike(id), ID_PATTERN);
  }
  assertNotEquals(freshIdLike("a"), freshIdLike("a"));
});

Deno.test("newWorkerName() is HOST-PID-RANDOM in small letters, digits and dashes", () => {
  assertMatch(newWorkerName("Build_Host.example", 42), /^build-host-example-42-[0-9a-f]{8}$/);
  assertMatch(newWorkerName("ü", 1), /^[a-z0-9-]+-1-[0-9a-f]{8}$/);
  assert(newWorkerName("h".repeat(300), 1).length < 100);
  assertNotEquals(newWorkerName("a", 1), newWorkerName("a", 1));
});

Deno.test("hostOf() gives back the machine of a worker's name", () => {
  assertEquals(hostOf(newWorkerName("build-7-host", 42)), "build-7-host");
});

Deno.test("a waiting name is never too long for a file system", () => {
  const longest = claimedName(TIME, 5, "x".repeat(64), newWorkerName("h".repeat(300), 4194304));
  assertLess(`${longest}@${newWorkerName("h".repeat(300), 4194304)}.failed`.length, 255);
});
