import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "./seeded.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A durable disk with directories /a and /b, and /a/f holding "old". */
function setUp(): { disk: SimulatedDisk; port: SimulatedProcess } {
  const disk = new SimulatedDisk();
  const port = disk.process("p");
  port.makeDirectory("/a");
  port.makeDirectory("/b");
  port.create("/a/f", bytes("old"));
  disk.flush();
  return { disk, port };
}

/** The files of each outcome, as `path=content`, sorted. */
function outcomes(disk: SimulatedDisk, options?: { limit?: number; seed?: number }): string[] {
  const all = [...disk.powerCutOutcomes(options)];
  const trees = new Set(all.map((after) => after.tree()));
  assertEquals(trees.size, all.length, "no outcome comes twice");
  return all.map((after) =>
    after.files().map((path) => `${path}=${after.text(path)!.replaceAll("\0", "0")}`).join(" ")
  ).sort();
}

Deno.test("a power cut changes nothing on a disk that was flushed", () => {
  const { disk } = setUp();
  assertEquals(outcomes(disk), ["/a/f=old"]);
  assertEquals([...disk.powerCutOutcomes()][0]!.origin, "power cut: nothing lost");
});

Deno.test("a rename whose directory was not synced may be lost by a power cut", () => {
  const { disk, port } = setUp();
  port.rename("/a/f", "/b/g");
  assertEquals(outcomes(disk), ["/a/f=old", "/b/g=old"]);
});

Deno.test("a rename is never seen half, and durable once either directory is synced", async () => {
  for (const synced of ["/a", "/b/"]) {
    const { disk, port } = setUp();
    port.rename("/a/f", "/b/g");
    await port.sync([synced]);
    assertEquals(outcomes(disk), ["/b/g=old"]);
  }
});

Deno.test("a removal that was not synced may be undone by a power cut", async () => {
  const { disk, port } = setUp();
  port.remove("/a/f");
  assertEquals(outcomes(disk), ["", "/a/f=old"]);
  await port.sync(["/a"]);
  assertEquals(outcomes(disk), [""]);
});

Deno.test("a new file that was not synced is missing, empty, torn, NUL bytes or whole", () => {
  const { disk, port } = setUp();
  port.remove("/a/f");
  disk.flush();
  port.create("/a/n", bytes("1234"));
  assertEquals(outcomes(disk), ["", "/a/n=", "/a/n=0000", "/a/n=12", "/a/n=1234"]);
});

Deno.test("a file's content survives only after it was synced", async () => {
  const { disk, port } = setUp();
  port.create("/b/n", bytes("12"));
  await port.sync(["/b"]);
  assertEquals(outcomes(disk).length, 4);
  await port.sync(["/b/n"]);
  assertEquals(outcomes(disk), ["/a/f=old /b/n=12"]);
});

Deno.test("syncing a file does not make its name durable", async () => {
  const { disk, port } = setUp();
  port.create("/b/n", bytes("12"));
  await port.sync(["/b/n"]);
  assertEquals(outcomes(disk), ["/a/f=old", "/a/f=old /b/n=12"]);
});

Deno.test("of a file that was appended to, what was synced before is never lost", () => {
  const { disk, port } = setUp();
  port.append("/a/f", bytes("-new"));
  assertEquals(outcomes(disk), ["/a/f=old", "/a/f=old-n", "/a/f=old-new", "/a/f=old0000"]);
});

Deno.test("a rename of unsynced content over a file may leave neither content", async () => {
  const { disk, port } = setUp();
  port.create("/a/n", bytes("new!"));
  port.rename("/a/n", "/a/f");
  await port.sync(["/a"]);
  assertEquals(outcomes(disk), ["/a/f=", "/a/f=0000", "/a/f=ne", "/a/f=new!"]);
});

Deno.test("changes that do not depend on each other survive in any combination", () => {
  const { disk, port } = setUp();
  port.create("/a/1", bytes(""));
  port.create("/b/2", bytes(""));
  assertEquals(outcomes(disk), [
    "/a/1= /a/f=old",
    "/a/1= /a/f=old /b/2=",
    "/a/f=old",
    "/a/f=old /b/2=",
  ]);
});

Deno.test("a change survives only with those that it depends on", async () => {
  const { disk, port } = setUp();
  port.makeDirectory("/a/d");
  port.create("/a/d/n", bytes(""));
  port.rename("/a/d/n", "/b/n");
  port.rename("/a/f", "/a/d/n");
  assertEquals(outcomes(disk), [
    "/a/d/n= /a/f=old",
    "/a/d/n=old /b/n=",
    "/a/f=old", // without /a/d
    "/a/f=old", // with it
    "/a/f=old /b/n=",
  ]);
  await port.sync(["/b"]);
  assertEquals(outcomes(disk), ["/a/d/n=old /b/n=", "/a/f=old /b/n="]);
});

Deno.test("a directory is not removed without the removal of what was in it", () => {
  const { disk, port } = setUp();
  port.rename("/a/f", "/b/f");
  port.remove("/a");
  assertEquals(
    [...disk.powerCutOutcomes()].map((after) => after.tree()).sort(),
    ['/a/\n/a/f  "old"\n/b/\n', '/a/\n/b/\n/b/f  "old"\n', '/b/\n/b/f  "old"\n'],
  );
});

Deno.test("a directory never ends up inside itself", () => {
  const disk = new SimulatedDisk();
  const port = disk.process("p");
  port.makeDirectory("/a");
  port.makeDirectory("/a/d");
  disk.flush();
  port.rename("/a/d", "/d");
  port.rename("/a", "/d/a");
  assertEquals([...disk.powerCutOutcomes()].map((after) => after.tree()).sort(), [
    "/a/\n/a/d/\n",
    "/a/\n/d/\n",
    "/d/\n/d/a/\n",
  ]);
});

Deno.test("a directory moved into view before its entries were synced may come up empty", async () => {
  const { disk, port } = setUp();
  port.remove("/a/f");
  disk.flush();
  port.makeDirectory("/a/batch");
  port.create("/a/batch/1", bytes(""));
  port.rename("/a/batch", "/b/batch");
  await port.sync(["/b"]);
  assertEquals([...disk.powerCutOutcomes()].map((after) => after.tree()).sort(), [
    "/a/\n/b/\n/b/batch/\n",
    '/a/\n/b/\n/b/batch/\n/b/batch/1  ""\n',
  ]);
});

Deno.test("syncTree makes what is below a directory durable, and not its own name", async () => {
  const { disk, port } = setUp();
  port.makeDirectory("/a/batch");
  port.create("/a/batch/1", bytes("x"));
  port.create("/a/batch/2", bytes("x"));
  port.create("/b/other", bytes("x"));
  await port.syncTree("/a/batch");
  assertEquals(disk.unflushed(), ["open '/b/other'", "content of /b/other"]);
});

Deno.test("a disk after a power cut can be cut again and loses no more", () => {
  const { disk, port } = setUp();
  port.create("/b/n", bytes("12"));
  for (const after of disk.powerCutOutcomes()) {
    assertEquals([...after.powerCutOutcomes()].map((again) => again.tree()), [after.tree()]);
  }
});

Deno.test("the outcome says what was lost", () => {
  const { disk, port } = setUp();
  port.append("/a/f", bytes("-new"));
  port.rename("/a/f", "/b/g");
  assertEquals(
    [...disk.powerCutOutcomes()][0]!.origin,
    "power cut: lost rename '/a/f' -> '/b/g'; /a/f without what was not flushed",
  );
});

Deno.test("too many outcomes are drawn by a seed, the two extremes among them", () => {
  const { disk, port } = setUp();
  for (let i = 0; i < 12; i++) port.create(`/b/${i}`, bytes("1234"));
  const draw = (seed: number) =>
    [...disk.powerCutOutcomes({ limit: 50, seed })].map((after) => after.tree());
  const [one, same, other] = [draw(1), draw(1), draw(2)];
  assertEquals(one.length, 50);
  assertEquals(new Set(one).size, 50);
  assertEquals(one, same);
  assert(one.join() !== other.join());
  assertEquals(one[0], '/a/\n/a/f  "old"\n/b/\n');
  assertEquals(one[1], disk.tree());
});

Deno.test("as many outcomes as the limit are all given", () => {
  const { disk, port } = setUp();
  for (let i = 0; i < 6; i++) port.create(`/b/${i}`, bytes(""));
  assertEquals(outcomes(disk, { limit: 64 }).length, 64);
  assertEquals(outcomes(disk, { limit: 48 }).length, 48);
});

/** Makes random changes, each file with content of its own; returns the tree after each change. */
function changeAtRandom(port: SimulatedProcess, disk: SimulatedDisk, seed: number): string[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const path = () => pick(["/x", "/a/x", "/a/f", "/a/d", "/b/x", "/b/d", "/b/d/x", "/a/d/x"]);
  const trees = [disk.tree()];
  while (trees.length < 8) {
    try {
      pick([
        () => port.create(path(), bytes(`${seed}.${trees.length}`)),
        () => port.makeDirectory(path()),
        () => port.rename(path(), path()),
        () => port.rename(path(), path()),
        () => port.remove(path()),
      ])();
    } catch {
      continue; // It was not possible.
    }
    trees.push(disk.tree());
  }
  return trees;
}

Deno.test("after any changes each moment of the past may be what survives", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { disk, port } = setUp();
    const past = changeAtRandom(port, disk, seed);
    const outcomes = new Set(
      [...disk.powerCutOutcomes({ limit: 20_000 })].map((after) => after.tree()),
    );
    assert(outcomes.size < 20_000);
    for (const tree of past) assert(outcomes.has(tree), `seed ${seed}: ${disk.trace()}\n\n${tree}`);
  }
});

Deno.test("no file has two names, and no directory is lost with what is in it, in any outcome", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { disk, port } = setUp();
    changeAtRandom(port, disk, seed);
    for (const after of disk.powerCutOutcomes({ limit: 300, seed })) {
      const entries = [...after.state.live.walk()];
      assertEquals(new Set(entries.map((entry) => entry.inode)).size, entries.length);
      assertEquals(
        after.state.live.directories.size,
        1 + entries.filter((e) => e.isDirectory).length,
      );
    }
  }
});
