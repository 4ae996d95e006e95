import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { seededRandom } from "./seeded.ts";
import { SimulatedDisk } from "./simulated_disk.ts";

/** What a call came to, as far as it can be compared. */
async function result(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    const { name, code } = error as Error & { code?: string };
    // Of some errors the port itself is the source, and gives them no code.
    return name === "Error" && code !== undefined ? code : name;
  }
}

/** One call drawn at random, on a few names so that they often meet. */
function drawCall(random: () => number): { label: string; make: (port: FilePort) => unknown } {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const path = () => pick(["/a", "/b", "/d", "/d/a", "/d/b", "/e", "/e/a", "/e/d", "/e/d/a"]);
  const [one, two] = [path(), path()];
  const content = new TextEncoder().encode(pick(["", "x", "some more"]));
  const mode = pick([0o700, 0o600, 0o777]);
  const calls: Record<string, (port: FilePort, root: string) => unknown> = {
    create: (port, root) => port.create(root + one, content),
    createEach: (port, root) => port.createEach([{ path: root + one, content }], [root]),
    append: (port, root) => port.append(root + one, content),
    makeDirectory: (port, root) => port.makeDirectory(root + one),
    rename: (port, root) => port.rename(root + one, root + two),
    renameNew: (port, root) => port.renameNew(root + one, root + two),
    renameUnblocked: (port, root) => port.renameUnblocked(root + one, root + two),
    renameNewUnblocked: (port, root) => port.renameNewUnblocked(root + one, root + two),
    link: (port, root) => port.link(root + one, root + two),
    setMode: (port, root) => port.setMode(root + one, mode),
    remove: (port, root) => port.remove(root + one),
    removeEach: async (port, root) =>
      (await port.removeEach([root + one, `${root}/none`]))
        .map((each) => each instanceof Error ? each.name : each),
    syncTree: (port, root) => port.syncTree(root + one),
    list: (port, root) => [...port.list(root + one)].map((e) => `${e.name} ${e.kind}`).sort(),
    read: (port, root) => new TextDecoder().decode(port.read(root + one)),
    readUnblocked: async (port, root) =>
      new TextDecoder().decode(await port.readUnblocked(root + one)),
    stat: (port, root) => {
      const stat = port.stat(root + one);
      return stat && [stat.kind, stat.mode.toString(8), stat.kind === "file" && stat.size];
    },
    tryLock: (port, root) => {
      const lock = port.tryLock(root + one);
      const again = port.tryLock(root + one);
      const same = lock?.identity === port.stat(root + one)?.identity;
      lock?.release();
      return [lock !== undefined, again !== undefined, same];
    },
  };
  const name = pick(Object.keys(calls));
  return {
    label: `${name} ${one} ${two}`,
    make: (port) => calls[name]!(port, port === nativeFiles ? realRoot : "/root"),
  };
}

let realRoot = "";

Deno.test("the simulated disk answers as the real one does, call for call", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    realRoot = Deno.makeTempDirSync({ prefix: "queuectl-conformance-" });
    try {
      const random = seededRandom(seed);
      const simulated = new SimulatedDisk().process("p");
      simulated.makeDirectory("/root");
      for (let i = 0; i < 2000; i++) {
        const { label, make } = drawCall(random);
        const expected = await result(() => make(simulated));
        let real = await result(() => make(nativeFiles));
        // A program that another test starts has this process's locks until it has begun.
        for (let again = 0; label.startsWith("tryLock") && again < 100; again++) {
          if (JSON.stringify(real) === JSON.stringify(expected)) break;
          await new Promise((resolve) => setTimeout(resolve, 5));
          real = await result(() => make(nativeFiles));
        }
        assertEquals(expected, real, `seed ${seed}, call ${i}: ${label}`);
      }
    } finally {
      Deno.removeSync(realRoot, { recursive: true });
    }
  }
});
