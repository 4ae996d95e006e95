import { assertEquals } from "@std/assert";
import type { JobView } from "../../src/format/job.ts";
import { jobWithId, logPathOf } from "../../src/inspect/find_job.ts";
import { arrive, markDead } from "../../src/contents/presence.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { detachLog } from "../../src/recovery/detach_log.ts";
import { recover } from "../../src/recovery/recover.ts";
import type { Store } from "../../src/store/store.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

const DEAD = "there-1-dd", ME = "here-2-ee";
const PRINTED = "of the first run\n";

/**
 * Recovers a worker that died while it ran job x, and whose command still has the log open; then
 * that command prints on.
 */
async function recovered(isLocal: boolean, printed = PRINTED) {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const store: Store = { ...queue.store, files: { ...nativeFiles, isLocal: () => isLocal } };
  const info = { host: "here", pid: 1, slots: 1, started_at: "", version: "" };
  using _me = disposable(arrive(store, { ...info, name: ME }).leave);
  markDead(store, DEAD);
  const content = JSON.stringify({ command: "true", run_at: "2020-01-01T00:00:00.000Z" });
  drop(dir, `processing/20200101T000000.000Z-5-x@${DEAD}.json`, content);
  drop(dir, "processing/x.log", printed);
  using running = Deno.openSync(`${dir}/processing/x.log`, { append: true });
  const { lost } = (await recover(store, DEAD, ME))!;
  running.writeSync(new TextEncoder().encode("late\n"));
  return {
    lost,
    job: jobWithId(store, "x") as JobView,
    log: Deno.readTextFileSync(logPathOf(store, "x")!),
    left: namesIn(dir, "tmp"),
  };
}

function disposable(end: () => void): Disposable {
  return { [Symbol.dispose]: end };
}

Deno.test("what a command prints after another machine took its job over is not in the log", async () => {
  const { lost, job, log, left } = await recovered(false);
  assertEquals(lost, ["x"]);
  assertEquals(log, PRINTED);
  assertEquals(job.history.map(({ log_offset, log_end }) => [log_offset, log_end]), [[
    0,
    PRINTED.length,
  ]]);
  assertEquals(left, []);
});

Deno.test("a log stays one file on a local disk, and where it is large", async () => {
  assertEquals((await recovered(true)).log, `${PRINTED}late\n`);
  const large = "x".repeat(8 * 1024 * 1024 + 1);
  assertEquals((await recovered(false, large)).log, `${large}late\n`);
});

/** Parts a log on a file system that differs from the real one in this; gives the log then. */
async function parted(files: Partial<Store["files"]>, isOurs = true): Promise<string> {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const store = { ...queue.store, files: { ...nativeFiles, isLocal: () => false, ...files } };
  const name = `20200101T000000.000Z-5-x@${ME}.json`;
  if (isOurs) drop(dir, `processing/${name}`, '{"command":"true"}');
  drop(dir, "processing/x.log", PRINTED);
  using running = Deno.openSync(`${dir}/processing/x.log`, { append: true });
  const attempt = { outcome: "lost", log_end: 3 };
  const settlement = { claim: { id: "x", name }, job: { history: [attempt] } };
  await detachLog(store, settlement as unknown as Settlement);
  running.writeSync(new TextEncoder().encode("late\n"));
  const log = Deno.readTextFileSync(`${dir}/processing/x.log`);
  assertEquals(attempt.log_end, log === PRINTED ? PRINTED.length : 3);
  assertEquals(namesIn(dir, "tmp"), []);
  return log;
}

Deno.test("no log is replaced by one who no longer has the job, by half of it, or on a full disk", async () => {
  assertEquals(await parted({}), PRINTED);
  assertEquals(await parted({}, false), `${PRINTED}late\n`);
  const readUnblocked = () => new TextEncoder().encode("of the");
  assertEquals(await parted({ readUnblocked }), `${PRINTED}late\n`);
  const create = () => {
    throw new Error("No space left on device");
  };
  assertEquals(await parted({ create }), `${PRINTED}late\n`);
});
