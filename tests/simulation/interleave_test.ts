import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { newId } from "../../src/format/ids.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { type Actor, everyPair, interleave } from "./interleave.ts";
import { SimulatedDisk } from "./simulated_disk.ts";

const NONE = new Uint8Array();

function writing(name: string, count: number): Actor {
  return async (files: FilePort) => {
    for (let i = 0; i < count; i++) {
      files.create(`/${name}${i}`, NONE);
      await files.sync([`/${name}${i}`]);
    }
    return name;
  };
}

const order = (disk: SimulatedDisk) => disk.calls.map((call) => call.process).join("");

Deno.test("two actors interleaved at (i, j) make exactly i calls then j calls", async () => {
  const cases: string[] = [];
  for await (
    const { i, j, disk } of everyPair(new SimulatedDisk(), {
      a: writing("a", 1),
      b: writing("b", 1),
    })
  ) cases.push(`${i},${j} ${order(disk)}`);
  assertEquals(cases, [
    "0,0 aabb",
    "0,1 baab",
    "0,2 bbaa",
    "1,0 aabb",
    "1,1 abab",
    "1,2 abba",
    "2,0 aabb",
  ]);
});

Deno.test("an actor that goes on does not make its earlier calls again", async () => {
  const disk = new SimulatedDisk();
  const { ends, calls } = await interleave(disk, { a: writing("a", 2), b: writing("b", 2) }, [
    { run: "a", calls: 1 },
    { run: "b", calls: 3 },
    { run: "a", calls: 2 },
  ]);
  assertEquals(order(disk), "abbbaaab");
  assertEquals(calls, { a: 4, b: 4 });
  assertEquals(ends, {
    a: { status: "returned", value: "a" },
    b: { status: "returned", value: "b" },
  });
});

Deno.test("an actor gets the results of its own calls, errors too, when it is run again", async () => {
  const disk = new SimulatedDisk();
  disk.process("setup").create("/job", new TextEncoder().encode("1"));
  const actor = (files: FilePort) => {
    const seen = [
      [...files.list("/")].length,
      files.stat("/job")?.size,
      new TextDecoder().decode(files.read("/job")),
    ];
    try {
      files.create("/job", NONE);
    } catch (error) {
      seen.push((error as Error).name);
    }
    return Promise.resolve([...seen, files.stat("/job")?.size]);
  };
  const other = (files: FilePort) => Promise.resolve(files.remove("/job"));
  const { ends } = await interleave(disk, { actor, other }, [
    { run: "actor", calls: 4 },
    { run: "other" },
  ]);
  assertEquals(ends.actor, {
    status: "returned",
    value: [1, 1, "1", "AlreadyExists", undefined],
  });
});

Deno.test("a suspended actor cannot touch the disk from a finally block, and keeps its lock", async () => {
  const disk = new SimulatedDisk();
  disk.process("setup").create("/lock", NONE);
  const holder = async (files: FilePort) => {
    const lock = files.tryLock("/lock")!;
    try {
      await files.sync(["/"]);
      files.create("/made", NONE);
    } finally {
      lock.release();
      files.create("/finally", NONE);
    }
  };
  const watcher = (files: FilePort) =>
    Promise.resolve([files.tryLock("/lock") !== undefined, files.stat("/finally")]);
  const actors = { holder, watcher };
  const during = await interleave(disk.clone(), actors, [
    { run: "holder", calls: 2 },
    { run: "watcher" },
  ]);
  assertEquals(during.ends.watcher, { status: "returned", value: [false, undefined] });
  assertEquals(during.disk.files(), ["/finally", "/lock", "/made"]);
  const after = await interleave(disk.clone(), actors, [
    { run: "holder", calls: 3 },
    { kill: "holder" },
  ]);
  assertEquals(after.ends.holder, { status: "killed" });
  assertEquals(after.ends.watcher, { status: "returned", value: [true, undefined] });
});

Deno.test("an actor can be killed in the middle of its next call", async () => {
  const disk = new SimulatedDisk();
  const actor = (files: FilePort) =>
    Promise.resolve(files.create("/a", new TextEncoder().encode("abcd")));
  const { ends } = await interleave(disk, { actor }, [{ kill: "actor", leaving: "partial" }]);
  assertEquals(ends.actor, { status: "killed" });
  assertEquals(disk.text("/a"), "ab");
});

Deno.test("an actor that waits for a lock lets the others run until it is free", async () => {
  const disk = new SimulatedDisk();
  disk.process("setup").create("/lock", NONE);
  const critical = async (files: FilePort) => {
    const lock = await files.lock("/lock");
    files.create("/inside", NONE);
    await files.sync(["/inside"]);
    files.remove("/inside");
    lock.release();
  };
  let waited = 0;
  for await (const { ends, blocked } of everyPair(disk, { a: critical, b: critical })) {
    assertEquals([ends.a.status, ends.b.status], ["returned", "returned"]);
    if (blocked[1]) waited++;
  }
  assertEquals(waited, 3, "while a holds the lock: after each of its calls but the last");
});

Deno.test("an actor can be stopped between the removals of removeEach", async () => {
  const disk = new SimulatedDisk();
  for (const path of ["/a", "/b"]) disk.process("setup").create(path, NONE);
  const one = (files: FilePort) => files.removeEach(["/a", "/b"]);
  const results: string[] = [];
  for await (const { ends } of everyPair(disk, { one, other: one })) {
    assert(ends.one.status === "returned" && ends.other.status === "returned");
    results.push(`${ends.one.value} ${ends.other.value}`);
  }
  assertEquals(
    new Set(results),
    new Set([
      "true,true false,false",
      "false,true true,false",
      "false,false true,true",
      "true,false false,true",
    ]),
  );
});

Deno.test("actors that wait for each other's locks are reported with their calls", async () => {
  const disk = new SimulatedDisk();
  for (const path of ["/x", "/y"]) disk.process("setup").create(path, NONE);
  const taking = (one: string, other: string) => async (files: FilePort) => {
    await files.lock(one);
    await files.lock(other);
  };
  const actors = { a: taking("/x", "/y"), b: taking("/y", "/x") };
  const schedule = [{ run: "a", calls: 1 }, { run: "b", calls: 1 }];
  await assertRejects(() => interleave(disk, actors, schedule), Error, "deadlock");
});

Deno.test("the IDs and the time of an actor are the same in each of its runs", async () => {
  const names = async (files: FilePort) => {
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.push(`${newId()}-${Date.now()}-${crypto.getRandomValues(new Uint8Array(1))[0]}`);
      files.create(`/${made.at(-1)}`, NONE);
      await files.sync(["/"]);
    }
    return made;
  };
  const disk = new SimulatedDisk();
  const { ends } = await interleave(disk, { a: names, b: names }, [
    { run: "a", calls: 1 },
    { run: "b", calls: 3 },
    { run: "a", calls: 3 },
  ]);
  assert(ends.a.status === "returned" && ends.b.status === "returned");
  const all = [...ends.a.value as string[], ...ends.b.value as string[]];
  assertEquals(disk.names("/"), all.sort());
  assertEquals(new Set(all).size, 6);
});

Deno.test("an actor that makes other calls when it is run again is reported", async () => {
  let runs = 0;
  const changing = async (files: FilePort) => {
    files.create(`/${runs++}`, NONE);
    await files.sync(["/"]);
  };
  const schedule = [{ run: "changing", calls: 1 }];
  const error = await assertRejects(
    () => interleave(new SimulatedDisk(), { changing }, schedule),
    Error,
  );
  assertMatch(error.message, /"changing" is not deterministic.*create \/0.*create \/1/);
});

Deno.test("an actor that ends without its earlier calls when it is run again is reported", async () => {
  let runs = 0;
  const ending = async (files: FilePort) => {
    if (runs++ > 0) return;
    files.create("/a", NONE);
    await files.sync(["/"]);
  };
  const schedule = [{ run: "ending", calls: 1 }];
  await assertRejects(
    () => interleave(new SimulatedDisk(), { ending }, schedule),
    Error,
    "not deterministic",
  );
});
