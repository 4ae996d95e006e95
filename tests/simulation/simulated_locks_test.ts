import { assert, assertEquals, assertRejects } from "@std/assert";
import { killAt, Killed } from "./faults.ts";
import { SimulatedDisk } from "./simulated_disk.ts";

function diskWithFile(): SimulatedDisk {
  const disk = new SimulatedDisk();
  disk.process("setup").create("/a", new Uint8Array());
  return disk;
}

Deno.test("a lock excludes others, and its own process a second time", () => {
  const disk = diskWithFile();
  const port = disk.process("p");
  const lock = port.tryLock("/a")!;
  assertEquals(lock.identity, port.stat("/a")!.identity);
  assertEquals(port.tryLock("/a"), undefined);
  assertEquals(disk.process("other").tryLock("/a"), undefined);
  assertEquals(disk.lockedBy("/a"), "p");
  lock.release();
  assert(disk.process("other").tryLock("/a"));
});

Deno.test("releasing a lock twice does not free it for the one who has it now", () => {
  const disk = diskWithFile();
  const first = disk.process("p").tryLock("/a")!;
  first.release();
  disk.process("q").tryLock("/a");
  first.release();
  assertEquals(disk.lockedBy("/a"), "q");
});

Deno.test("a lock stays with the file when it is renamed", () => {
  const disk = diskWithFile();
  const port = disk.process("p");
  port.tryLock("/a");
  port.rename("/a", "/b");
  port.create("/a", new Uint8Array());
  assertEquals(disk.lockedBy("/b"), "p");
  assert(disk.process("other").tryLock("/a"));
});

Deno.test("a lock falls free when its process is killed", () => {
  const disk = diskWithFile();
  const port = disk.process("p");
  const lock = port.tryLock("/a")!;
  disk.crashProcess("p");
  assert(port.killed);
  assert(disk.process("next").tryLock("/a"));
  lock.release();
  assertEquals(disk.lockedBy("/a"), "next");
});

Deno.test("crashing all processes frees all locks and keeps all they did", () => {
  const disk = diskWithFile();
  disk.process("p").tryLock("/a");
  disk.process("q").create("/b", new Uint8Array());
  disk.crashProcess();
  assertEquals(disk.lockedBy("/a"), undefined);
  assertEquals(disk.files(), ["/a", "/b"]);
});

Deno.test("those that wait for a lock get it one after the other", async () => {
  const disk = diskWithFile();
  const held = disk.process("p").tryLock("/a")!;
  const order: string[] = [];
  const waiting = ["q", "r"].map(async (name) => {
    const lock = await disk.process(name).lock("/a");
    order.push(`${name}:${disk.lockedBy("/a")}`);
    lock.release();
  });
  await Promise.resolve();
  assertEquals(order, []);
  held.release();
  await Promise.all(waiting);
  assertEquals(order, ["q:q", "r:r"]);
  assertEquals(disk.lockedBy("/a"), undefined);
});

Deno.test("a lock whose holder is killed goes to the one that waits", async () => {
  const disk = diskWithFile();
  const port = disk.process("p", killAt(1));
  await port.lock("/a");
  const waiting = disk.process("q").lock("/a");
  await assertRejects(() => port.sync(["/a"]), Killed);
  await waiting;
  assertEquals(disk.lockedBy("/a"), "q");
});

Deno.test("a process that is killed while it waits for a lock never gets it", async () => {
  const disk = diskWithFile();
  const held = disk.process("p").tryLock("/a")!;
  const waiting = disk.process("q").lock("/a");
  disk.crashProcess("q");
  await assertRejects(() => waiting, Killed);
  held.release();
  assertEquals(disk.lockedBy("/a"), undefined);
});

Deno.test("after a power cut all locks are free", () => {
  const disk = diskWithFile();
  disk.flush();
  disk.process("p").tryLock("/a");
  const [after] = disk.powerCutOutcomes();
  assert(after!.process("next").tryLock("/a"));
});
