import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { diskError, failAt, killAt, Killed } from "./faults.ts";
import { SimulatedDisk } from "./simulated_disk.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function diskWithQueue(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const setup = disk.process("setup");
  for (const path of ["/q", "/q/tmp", "/q/pending"]) setup.makeDirectory(path);
  disk.flush();
  return disk;
}

Deno.test("the tree shows every directory and file with its content", () => {
  const disk = diskWithQueue();
  disk.process("p").create("/q/tmp/a", bytes("one\n"));
  assertEquals(disk.tree(), '/q/\n/q/pending/\n/q/tmp/\n/q/tmp/a  "one\\n"\n');
  assertEquals(disk.files(), ["/q/tmp/a"]);
  assertEquals(disk.files("/q/pending"), []);
  assertEquals(disk.names("/q"), ["pending", "tmp"]);
  assertEquals(disk.names("/nowhere/at/all"), []);
  assertEquals(disk.text("/q/tmp/a"), "one\n");
  assertEquals(disk.text("/q/tmp"), undefined);
  assert(disk.exists("/q/tmp/a") && !disk.exists("/q/tmp/a/b"));
});

Deno.test("files get their mode, owner and time of change", () => {
  let now = 1000;
  const disk = new SimulatedDisk({ now: () => now });
  const port = disk.process("p");
  port.makeDirectory("/q");
  now = 2000;
  port.create("/q/a", bytes("x"));
  now = 3000;
  port.append("/q/a", bytes("y"));
  const { kind, size, mtime, mode, uid } = port.stat("/q/a")!;
  assertEquals({ kind, size, mtime, mode, uid }, {
    kind: "file",
    size: 2,
    mtime: 3000,
    mode: 0o600,
    uid: 0,
  });
  assertEquals(port.stat("/q/")!.mode, 0o700);
  assertEquals(port.stat("/q")!.mtime, 2000);
  port.setMode("/q/a", 0o644);
  assertEquals(port.stat("/q/a")!.mode, 0o644);
  assertEquals(port.stat("/q/a")!.mtime, 3000);
});

Deno.test("a file keeps its identity when it is renamed", () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  port.create("/q/tmp/a", bytes(""));
  const { identity } = port.stat("/q/tmp/a")!;
  port.rename("/q/tmp/a", "/q/pending/b");
  assertEquals(port.stat("/q/pending/b")!.identity, identity);
});

Deno.test("what read returns and create takes can be changed without changing the disk", () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  const content = bytes("abc");
  port.create("/q/a", content);
  content[0] = 0;
  port.read("/q/a")[1] = 0;
  assertEquals(disk.text("/q/a"), "abc");
});

Deno.test("a clone goes its own way, with the same locks held", () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  port.create("/q/a", bytes("1"));
  port.tryLock("/q/a");
  const clone = disk.clone();
  clone.process("r").append("/q/a", bytes("2"));
  clone.process("r").rename("/q/a", "/q/b");
  assertEquals(disk.text("/q/a"), "1");
  assertEquals(clone.text("/q/b"), "12");
  assertEquals(clone.process("r").tryLock("/q/b"), undefined);
  clone.crashProcess("p");
  assert(clone.process("r").tryLock("/q/b"));
  assertEquals(disk.lockedBy("/q/a"), "p");
});

Deno.test("a process can be killed at any call, and makes none after it", () => {
  const disk = diskWithQueue();
  const port = disk.process("p", killAt(1));
  port.create("/q/a", bytes("x"));
  assertThrows(() => port.create("/q/b", bytes("x")), Killed);
  assertThrows(() => port.stat("/q/a"), Killed);
  assertEquals(disk.files(), ["/q/a"]);
  assert(port.killed);
  assertEquals(port.calls, 2);
});

Deno.test("a killed process cannot touch the disk from a finally block", async () => {
  const disk = diskWithQueue();
  const port = disk.process("p", killAt(1));
  await assertRejects(async () => {
    port.create("/q/tmp/a", bytes("x"));
    try {
      await port.sync(["/q/tmp/a"]);
    } finally {
      port.remove("/q/tmp/a");
    }
  }, Killed);
  assertEquals(disk.files(), ["/q/tmp/a"]);
});

Deno.test("a kill within a create can leave nothing, an empty file or half of it", () => {
  const left = (["nothing", "empty", "partial"] as const).map((leaving) => {
    const disk = diskWithQueue();
    const port = disk.process("p", killAt(0, leaving));
    assertThrows(() => port.create("/q/a", bytes("abcd")), Killed);
    return disk.text("/q/a");
  });
  assertEquals(left, [undefined, "", "ab"]);
});

Deno.test("a kill within a create of a name that exists is a kill", () => {
  const disk = diskWithQueue();
  const port = disk.process("p", killAt(0, "partial"));
  assertThrows(() => port.create("/q/tmp", bytes("abcd")), Killed);
  assert(port.killed);
});

Deno.test("a full disk fails a create and can leave half of the file; the process goes on", () => {
  const disk = diskWithQueue();
  const port = disk.process("p", failAt(0, "ENOSPC", "partial"));
  const error = assertThrows(() => port.create("/q/a", bytes("abcd")), Error, "No space left");
  assertEquals((error as Error & { code?: string }).code, "ENOSPC");
  assertEquals(disk.text("/q/a"), "ab");
  port.append("/q/a", bytes("cd"));
  assertEquals(disk.text("/q/a"), "abcd");
});

Deno.test("an error injected into sync comes out of its promise and flushes nothing", async () => {
  const disk = diskWithQueue();
  const port = disk.process("p", (call) => {
    if (call.name === "sync") throw diskError("EIO");
  });
  port.create("/q/a", bytes("x"));
  await assertRejects(() => port.sync(["/q/a", "/q"]), Error, "Input/output error");
  assertEquals(disk.unflushed(), ["open '/q/a'", "content of /q/a"]);
});

Deno.test("sync of several paths flushes those that exist when one does not", async () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  port.create("/q/a", bytes("x"));
  await assertRejects(() => port.sync(["/q/gone", "/q/a", "/q"]), Deno.errors.NotFound);
  assertEquals(disk.unflushed(), []);
});

Deno.test("the trace lists the calls of all processes, failed ones with their error", async () => {
  const disk = diskWithQueue();
  disk.calls.length = 0;
  const [a, b] = [disk.process("a"), disk.process("b", killAt(0))];
  a.create("/q/x", bytes("abc"));
  assertThrows(() => a.rename("/q/y", "/q/z"));
  assertThrows(() => b.remove("/q/x"));
  await a.sync(["/q/x", "/q"]);
  assertEquals(
    disk.trace(),
    "a 0 create /q/x (3 bytes)\n" +
      "a 1 rename /q/y /q/z  !! ENOENT\n" +
      "b 0 remove /q/x  !! Killed\n" +
      "a 2 sync /q/x /q",
  );
});

Deno.test("a listing is made when its first entry is asked for", () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  const listing = port.list("/q/tmp");
  assertEquals(port.calls, 0);
  port.create("/q/tmp/late", bytes(""));
  assertEquals([...listing], [{ name: "late", kind: "file" }]);
  assertThrows(() => [...port.list("/q/none")], Deno.errors.NotFound);
});

Deno.test("a listing comes in an order that is neither that of names nor of making", () => {
  const disk = diskWithQueue();
  const port = disk.process("p");
  const made = Array.from({ length: 10 }, (_, i) => `${i}`);
  for (const name of made) port.create(`/q/tmp/${name}`, bytes(""));
  const listed = [...port.list("/q/tmp")].map((entry) => entry.name);
  assertEquals(listed.toSorted(), made);
  assert(listed.join() !== made.join() && listed.join() !== made.toReversed().join());
});

Deno.test("removeEach tells of each path whether it was there, or the error", async () => {
  const disk = diskWithQueue();
  const port = disk.process("p", failAt(3, "EIO"));
  for (const name of ["a", "b"]) port.create(`/q/${name}`, bytes(""));
  const [a, none, b] = await port.removeEach(["/q/a", "/q/none", "/q/b"]);
  assertEquals([a, (none as Error).message, b], [
    true,
    "Input/output error (os error 5): removeEach",
    true,
  ]);
  assertEquals(await port.removeEach(["/q/a"]), [false]);
  assertEquals(await port.removeEach([]), []);
});

Deno.test("a process can end between the removals of removeEach", async () => {
  const disk = diskWithQueue();
  for (const name of ["a", "b"]) disk.process("setup").create(`/q/${name}`, bytes(""));
  const port = disk.process("p", killAt(1));
  await assertRejects(() => port.removeEach(["/q/a", "/q/b"]), Killed);
  assertEquals(disk.files(), ["/q/b"]);
});
