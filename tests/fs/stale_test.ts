import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { seeWorkers } from "../../src/contents/presence.ts";
import { requestStop } from "../../src/contents/requests.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { isStale, withoutStale } from "../../src/fs/stale.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { settle } from "../../src/moves/settle.ts";
import { Queue } from "../../src/queue.ts";
import type { Store } from "../../src/store/store.ts";
import { openAt, queueDisk, START } from "../crash/queue_disk.ts";
import { arriveAs, claimReady, run } from "../crash/worker_steps.ts";
import { diskError } from "../simulation/faults.ts";
import { withSeed } from "../simulation/seeded.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";

type Call = (...args: unknown[]) => unknown;

/** A port each of whose calls goes through a function. */
function through(port: FilePort, how: (call: () => unknown, args: unknown[]) => unknown): FilePort {
  return new Proxy(port, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => how(() => (value as Call).apply(target, args), args);
    },
  });
}

/** A port that says ESTALE wherever another says that a file is missing. */
function sayingStale(port: FilePort): FilePort {
  const fails = (error: unknown): never => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw diskError("ESTALE", /: (.*)/.exec(error.message)?.[1]);
  };
  const said = through(port, (call) => {
    try {
      const result = call();
      return result instanceof Promise ? result.catch(fails) : result;
    } catch (error) {
      return fails(error);
    }
  });
  return Object.assign(Object.create(said), {
    stat: (path: string) => port.stat(path) ?? fails(new Deno.errors.NotFound()),
    exists: (path: string) => port.exists(path) || fails(new Deno.errors.NotFound()),
    *list(path: string) {
      try {
        yield* port.list(path);
      } catch (error) {
        fails(error);
      }
    },
    removeEach: async (paths: readonly string[]) =>
      (await port.removeEach(paths)).map((result) => result || diskError("ESTALE")),
  });
}

/** A disk with a file at /here, and its port as it is when each missing file is a stale handle. */
function staleDisk() {
  const disk = new SimulatedDisk();
  const process = disk.process("client");
  process.create("/here", new TextEncoder().encode("content"));
  return { disk, process, files: withoutStale(sayingStale(process)) };
}

Deno.test("a stale handle is a missing file to each call of a port", async () => {
  const { files } = staleDisk();
  const gone = "/gone";
  assertEquals(files.stat(gone), undefined);
  assertEquals(files.exists(gone), false);
  assertEquals(await files.removeEach([gone, "/here"]), [false, true]);
  const calls: (() => unknown)[] = [
    () => [...files.list(gone)],
    () => files.read(gone),
    () => files.readUnblocked(gone),
    () => files.create("/gone/file", new Uint8Array()),
    () => files.append("/gone/file", new Uint8Array()),
    () => files.makeDirectory("/gone/folder"),
    () => files.setMode(gone, 0o600),
    () => files.rename(gone, "/there"),
    () => files.renameNew(gone, "/there"),
    () => files.link(gone, "/there"),
    () => files.remove(gone),
    () => files.tryLock(gone),
  ];
  for (const call of calls) assertThrows(call, Deno.errors.NotFound, "No such file", `${call}`);
  await assertRejects(() => files.sync([gone]), Deno.errors.NotFound);
  await assertRejects(() => files.syncTree(gone), Deno.errors.NotFound);
  await assertRejects(() => files.lock(gone), Deno.errors.NotFound);
});

Deno.test("a handle that is stale once is asked for again", () => {
  const { process } = staleDisk();
  let left = 0;
  process.before = ({ name }) => {
    if (left-- > 0) throw diskError("ESTALE", name);
  };
  const files = withoutStale(process);
  const again = <T>(call: () => T): T => {
    left = 1;
    return call();
  };
  assertEquals(again(() => files.stat("/here")?.size), 7);
  assertEquals(again(() => [...files.list("/")].length), 1);
  again(() => files.rename("/here", "/there"));
  again(() => files.tryLock("/there")!.release());
  again(() => files.remove("/there"));
  assertEquals(files.exists("/there"), false);
});

Deno.test("a change that is refused as stale has failed, and its file is not gone", async () => {
  const { process, disk } = staleDisk();
  process.before = ({ name }) => {
    if (name !== "stat") throw diskError("ESTALE", name);
  };
  const files = withoutStale(process);
  const changes = [
    () => files.rename("/here", "/there"),
    () => files.renameNew("/here", "/there"),
    () => files.link("/here", "/there"),
    () => files.remove("/here"),
    () => files.append("/here", new Uint8Array(1)),
    () => files.create("/new", new Uint8Array(1)),
  ];
  for (const change of changes) {
    const error = assertThrows(change, Error, "Stale file handle");
    assert(!(error instanceof Deno.errors.NotFound), `${change}`);
  }
  const [removed] = await files.removeEach(["/here"]);
  assert(isStale(removed));
  assertEquals(disk.files(), ["/here"]);
});

Deno.test("a flush that failed is not asked again, and stays a failure", async () => {
  const { process } = staleDisk();
  let flushes = 0;
  process.before = ({ name }) => {
    if (name !== "sync") return;
    flushes++;
    throw diskError("EIO", name);
  };
  const error = await assertRejects(() => withoutStale(process).sync(["/here"]), Error);
  assert(!(error instanceof Deno.errors.NotFound));
  assertEquals(flushes, 1);
});

/** What a queue is asked to do while another machine removes files. */
const ASKED: Record<string, (store: Store) => unknown> = {
  "claim and settle": async (store) => {
    const claims = await claimReady(store, "w1");
    const settlements = claims.map((claimed) => run(store, claimed, "done"));
    await settle(store, settlements);
    return settlements.map(({ progress }) => progress);
  },
  "worker list": (store) => seeWorkers(store),
  "worker stop": (store) => {
    requestStop(store, "w2", false);
    return seeWorkers(store);
  },
  status: async (store) => {
    const queue = await Queue.open(store.dir, { files: store.files, now: store.now });
    return [queue.counts(), queue.workers()];
  },
};

for (const [name, ask] of Object.entries(ASKED)) {
  Deno.test(`${name}: what is removed before any call is gone, also if its handle is stale`, async () => {
    const disk = await queueDisk();
    await withSeed(1, async () => {
      const store = await openAt(disk.process("w1"), START);
      for (const id of ["a", "b"]) await enqueue(store, { command: "true", id });
      for (const worker of ["w1", "w2"]) {
        arriveAs(await openAt(disk.process(worker), START), worker);
      }
    });
    disk.flush();

    /** Asks, and has the file of one call removed right before it. */
    const outcome = async (removedAt: number, how: (port: FilePort) => FilePort) => {
      const copy = disk.clone();
      const other = copy.process("other");
      let calls = 0;
      const files = through(how(copy.process("w1")), (call, [path]) => {
        const isRemoved = calls++ === removedAt && typeof path === "string" &&
          other.stat(path)?.kind === "file";
        if (isRemoved) other.remove(path);
        return call();
      });
      let answer: unknown;
      await withSeed(2, async () => {
        try {
          answer = await ask(await openAt(files, START + 1000));
        } catch (error) {
          answer = `${error}`;
        }
      });
      return { answer, tree: copy.tree(), calls };
    };
    const { calls } = await outcome(-1, (port) => port);
    assert(calls > 5);
    for (let at = 0; at < calls; at++) {
      const missing = await outcome(at, (port) => port);
      const stale = await outcome(at, (port) => withoutStale(sayingStale(port)));
      assertEquals(stale, missing, `call ${at}`);
    }
  });
}
