import { assert, assertEquals, assertLess, assertMatch, assertNotEquals } from "@std/assert";
import { freshIdLike, idsFrom, isUlid, newId, timeOfId, useIds } from "../../src/format/ids.ts";
import { ID_PATTERN } from "../../src/format/names.ts";

Deno.test("newId() makes IDs that ascend, also within a millisecond", () => {
  const ids = Array.from({ length: 1000 }, newId);
  assertEquals(ids.toSorted(), ids);
  assertEquals(new Set(ids).size, 1000);
  for (const id of ids) assertMatch(id, ID_PATTERN);
});

Deno.test("newId() follows the last ID when the clock is set back, and repeats none", () => {
  const clock = Date.now;
  const later = clock() + 1000;
  try {
    Date.now = () => later;
    const first = newId();
    Date.now = () => Date.UTC(2020, 0, 1);
    const back = [newId(), newId()];
    Date.now = () => later;
    const ids = [first, ...back, newId()];
    assertEquals(ids.toSorted(), ids);
    assertEquals(new Set(ids).size, 4);
    for (const id of ids) assertEquals(timeOfId(id), later);
  } finally {
    Date.now = clock;
  }
});

Deno.test("useIds() has newId() use another function, until told to stop", () => {
  const stop = useIds((now) => `at-${typeof now}`);
  assertEquals(newId(), "at-number");
  stop();
  assert(isUlid(newId()));
});

Deno.test("timeOfId() reads the time of a ULID and of no other ID", () => {
  assertEquals(timeOfId("01ARZ3NDEKTSV4RRFFQ69G5FAV"), 1469922850259);
  for (const id of ["build", "01arz3ndektsv4rrffq69g5fav", "81ARZ3NDEKTSV4RRFFQ69G5FAV"]) {
    assertEquals(timeOfId(id), undefined, id);
  }
});

Deno.test("idsFrom() is how the ULIDs of a time begin, and takes any time", () => {
  const at = (id: string) => idsFrom(timeOfId(id)!);
  const id = newId();
  assert(id.startsWith(at(id)));
  assertLess(idsFrom(timeOfId(id)! - 1), at(id));
  assertEquals(idsFrom(timeOfId(id)! + 0.5), at(id));
  assertEquals([idsFrom(-1), idsFrom(Infinity)], ["0000000000", "7ZZZZZZZZZ"]);
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
