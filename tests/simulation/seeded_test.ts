import { assert, assertEquals, assertRejects } from "@std/assert";
import { newId } from "../../src/format/ids.ts";
import { SEEDED_TIME, withSeed } from "./seeded.ts";

const draw = () => ({
  ulids: [newId(), newId()],
  bytes: [...crypto.getRandomValues(new Uint8Array(4))],
  uuid: crypto.randomUUID(),
  number: Math.random(),
  time: Date.now(),
});

Deno.test("the same seed gives the same IDs, bytes and time, another seed others", async () => {
  const one = await withSeed(1, draw);
  assertEquals(one, await withSeed(1, draw));
  assert(one.ulids[0]! < one.ulids[1]!);
  assertEquals(one.time, SEEDED_TIME);
  const other = await withSeed(2, draw);
  assert(one.ulids[0] !== other.ulids[0] && one.uuid !== other.uuid);
});

Deno.test("chance and time are back after a seeded run, also one that failed", async () => {
  await assertRejects(() =>
    withSeed(1, () => {
      throw new Error("as intended");
    })
  );
  assert(Date.now() !== SEEDED_TIME);
  assert(crypto.randomUUID() !== crypto.randomUUID());
  assert(draw().bytes.join() !== draw().bytes.join());
  assertEquals(Object.hasOwn(crypto, "getRandomValues"), false);
});

Deno.test("a seeded run within another is refused", async () => {
  await assertRejects(() => withSeed(1, () => withSeed(2, draw)), Error, "has not ended");
});
