import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { QueueError } from "../../src/text/errors.ts";
import { JOB_STATES } from "../../src/format/names.ts";
import { Queue } from "../../src/queue.ts";
import { Worker } from "../../src/worker/worker.ts";
import { eventually, namesIn } from "../temporary_queue.ts";
import { OTHER_USER, otherUser } from "./other_user.ts";
import { scratchFolder } from "./scratch_folder.ts";
import { program } from "./program_process.ts";
import { testWith } from "../left_out.ts";

const PARTS = ["", ...JOB_STATES.map((state) => `/${state}`), "/tmp", "/workers"];

async function queueIn(path: string): Promise<Queue> {
  const queue = await Queue.open(`${path}/queue`);
  await queue.configure({ fsync: false });
  return queue;
}

/** Drops a batch of one job that another user can read, and cannot take out. */
function dropFrozen(dir: string): void {
  const frozen = `${dir}/pending/20200101T000000.000Z-9-frozen`;
  Deno.mkdirSync(frozen, { mode: 0o755 });
  Deno.writeTextFileSync(`${frozen}/frozen.json`, '{"command":"true"}');
}

Deno.test("a new queue is closed to others, and so is every file in it, whatever the umask", async () => {
  await using scratch = await scratchFolder();
  const before = Deno.umask(0);
  try {
    const queue = await queueIn(scratch.path);
    await queue.enqueue({ command: "echo x", id: "a" });
    await queue.enqueueMany([{ command: "false", max_retries: 0 }, { command: "true" }]);
    await queue.setPaused(true);
    await queue.setPaused(false);
    const worker = new Worker(queue, { drain: true });
    await worker.start();
    await worker.finished;
    for (const part of PARTS) {
      assertEquals(Deno.statSync(queue.dir + part).mode! & 0o777, 0o700, part);
      for (const entry of Deno.readDirSync(queue.dir + part)) {
        if (!entry.isFile) continue;
        const path = `${queue.dir}${part}/${entry.name}`;
        assertEquals(Deno.statSync(path).mode! & 0o777, 0o600, path);
      }
    }
  } finally {
    Deno.umask(before);
  }
});

Deno.test("a worker refuses a queue that group or others can write in, and says how to close it", async () => {
  await using scratch = await scratchFolder();
  const queue = await queueIn(scratch.path);
  await queue.enqueue({ command: "true" });
  for (const part of PARTS) {
    for (const mode of [0o720, 0o702, 0o777]) {
      Deno.chmodSync(queue.dir + part, mode);
      const sentence = `chmod go-w '${queue.dir}${part}'`;
      await assertRejects(() => new Worker(queue).start(), QueueError, sentence, part);
      Deno.chmodSync(queue.dir + part, 0o700);
    }
  }
  Deno.chmodSync(`${queue.dir}/pending`, 0o770);
  const { code, err } = await program("--dir", queue.dir, "worker", "start", "--drain");
  assertEquals(code, 1);
  assertStringIncludes(err, "group or others can write in");
  assertEquals(namesIn(queue.dir, "done"), []);
  assertEquals(queue.workers(), []);
});

Deno.test("others may read a queue, if its owner lets them", async () => {
  await using scratch = await scratchFolder();
  const queue = await queueIn(scratch.path);
  for (const part of PARTS) Deno.chmodSync(queue.dir + part, 0o755);
  const worker = new Worker(queue, { drain: true });
  await worker.start();
  assertEquals(await worker.finished, "drained");
});

Deno.test("a worker refuses a queue of which a part is a link or a file", async () => {
  await using scratch = await scratchFolder();
  const queue = await queueIn(scratch.path);
  for (const part of PARTS.slice(1)) {
    Deno.renameSync(queue.dir + part, `${scratch.path}/elsewhere`);
    Deno.symlinkSync(`${scratch.path}/elsewhere`, queue.dir + part);
    await assertRejects(() => new Worker(queue).start(), QueueError, "is not a directory", part);
    Deno.removeSync(queue.dir + part);
    Deno.writeTextFileSync(queue.dir + part, "");
    await assertRejects(() => new Worker(queue).start(), QueueError, "is not a directory", part);
    Deno.removeSync(queue.dir + part);
    await assertRejects(() => new Worker(queue).start(), QueueError, "is missing", part);
    Deno.renameSync(`${scratch.path}/elsewhere`, queue.dir + part);
  }
});

const other = await otherUser();

testWith(
  other.reason,
  "a worker refuses a queue, or a part of one, that belongs to another user",
  async () => {
    await using scratch = await scratchFolder();
    const queue = await queueIn(scratch.path);
    for (const part of PARTS) {
      Deno.chownSync(queue.dir + part, OTHER_USER, OTHER_USER);
      const sentence = `belongs to another user (uid ${OTHER_USER})`;
      await assertRejects(() => new Worker(queue).start(), QueueError, sentence, part);
      Deno.chownSync(queue.dir + part, 0, 0);
    }
  },
);

testWith(
  other.reason,
  "another user can do nothing in a queue, and is told so in a sentence",
  async () => {
    await using scratch = await scratchFolder();
    Deno.chmodSync(scratch.path, 0o755);
    const queue = await queueIn(scratch.path);
    await queue.enqueue({ command: "true", id: "mine" });
    for (
      const args of [
        ["enqueue", "true"],
        ["list"],
        ["worker", "start", "--drain"],
        ["rm", "mine"],
        ["status"],
      ]
    ) {
      const { code, out, err } = await other.run!("--dir", queue.dir, ...args);
      assertEquals([code, out], [1, ""], `${args}: ${err}`);
      assertEquals(
        err,
        `queuectl: ${queue.dir} belongs to another user (uid 0); use the queue as that user`,
      );
    }
    assertEquals(queue.counts().pending, 1);
  },
);

testWith(
  other.reason,
  "another user's own queue works for them, and not for root's worker",
  async () => {
    await using scratch = await scratchFolder();
    Deno.chmodSync(scratch.path, 0o1777);
    const dir = `${scratch.path}/theirs`;
    const enqueued = await other.run!("--dir", dir, "enqueue", "--id", "own", "id -u");
    assertEquals([enqueued.code, enqueued.out], [0, "own"], enqueued.err);
    await assertRejects(
      async () => await new Worker(await Queue.open(dir)).start(),
      QueueError,
      `belongs to another user (uid ${OTHER_USER})`,
    );
    const worked = await other.run!("--dir", dir, "worker", "start", "--drain");
    assertEquals(worked.code, 0, worked.err);
    assertEquals(Deno.readTextFileSync(`${dir}/done/own.log`), `${OTHER_USER}\n`);
  },
);

testWith(
  other.reason,
  "a batch folder that this user may not enter does not stop a worker",
  async () => {
    await using scratch = await scratchFolder();
    Deno.chmodSync(scratch.path, 0o1777);
    const dir = `${scratch.path}/theirs`;
    await other.run!("--dir", dir, "enqueue", "--id", "good", "true");
    const locked = `${dir}/pending/20200101T000000.000Z-9-locked`;
    Deno.mkdirSync(locked, { mode: 0o700 });
    Deno.writeTextFileSync(`${locked}/inner.json`, '{"command":"true"}');
    // Claiming it fails each time, and must not keep the worker from the other job.
    dropFrozen(dir);
    const worked = other.run!("--dir", dir, "worker", "start", "--json");
    const queue = await Queue.open(dir, { ofAnyUser: true });
    try {
      await eventually("the good job to be done", () => queue.get("good")?.state === "done");
    } finally {
      await other.run!("--dir", dir, "worker", "stop");
    }
    const { code, out, err } = await worked;
    assertEquals(code, 0, err);
    assert(out.includes('"trouble"'), out);
  },
);

testWith(
  other.reason,
  "what this user may not read lies in dead/, and what it may not move holds up neither list nor --drain",
  async () => {
    await using scratch = await scratchFolder();
    Deno.chmodSync(scratch.path, 0o1777);
    const dir = `${scratch.path}/theirs`;
    await other.run!("--dir", dir, "enqueue", "--id", "good", "true");
    Deno.writeTextFileSync(`${dir}/pending/closed.json`, '{"command":"true"}', { mode: 0o600 });
    dropFrozen(dir);
    const worked = await other.run!("--dir", dir, "worker", "start", "--drain");
    assertEquals(worked.code, 0, worked.err);
    assertMatch(worked.out, /trouble +Permission denied: .*frozen/);
    const listed = await other.run!("--dir", dir, "list");
    assertEquals(listed.code, 0, listed.err);
    const states = listed.out.split("\n").slice(1).map((line) =>
      line.split("\t").slice(0, 2).join(" ")
    );
    assertEquals(states.sort(), ["closed dead", "frozen pending", "good done"]);
    assertMatch(
      Deno.readTextFileSync(`${dir}/dead/closed.log`),
      /it belongs to another user \(uid 0\)/,
    );
    const removed = await other.run!("--dir", dir, "rm", "closed");
    assertEquals(removed.code, 0, removed.err);
  },
);
