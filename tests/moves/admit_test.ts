import { assert, assertEquals, assertRejects } from "@std/assert";
import { InvalidJobError, RefusedJobError } from "../../src/moves/admit.ts";
import { childrenOf } from "../../src/constraints/dependencies.ts";
import { enqueue, KeyTakenError } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { entries, nameOf, readEntry } from "../../src/contents/entries.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import type { JobInput } from "../../src/format/job.ts";
import { JOB_STATES } from "../../src/format/names.ts";
import { openStore } from "../../src/store/open_store.ts";
import { Queue } from "../../src/queue.ts";
import type { Store } from "../../src/store/store.ts";
import { holderOf } from "../../src/constraints/unique.ts";
import { DIR, queueDisk, START } from "../crash/queue_disk.ts";
import { seededRandom, withSeed } from "../simulation/seeded.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { drain } from "../worker/observed_worker.ts";
import { temporaryQueue } from "../temporary_queue.ts";

/**
 * What came of an input: the ID of a job that was added, or of the one that has its key; or an
 * error.
 */
type Answer = { id: string; existed: boolean } | { error: string; isUsage: boolean };

const KEYS = ["k1", "k2", "k3", "held"];

/** A queue in which an ID and a key are taken, one job has ended, and there is one resource. */
async function usedDisk(): Promise<SimulatedDisk> {
  const disk = await queueDisk();
  const queue = await Queue.open(DIR, { files: disk.process("maker"), now: () => START });
  await queue.configure({ "resources.gpu": 1, max_retries: 4, fsync: false });
  await enqueue(queue.store, { command: "true", id: "taken" });
  await enqueue(queue.store, { command: "true", unique: "held", id: "holder" });
  await enqueue(queue.store, { command: "true", unique: "k3", id: "ended" });
  const [entry] = [...entries(queue.store, "pending")].filter(({ id }) => id === "ended");
  queue.store.files.rename(`${DIR}/pending/${entry!.path}`, `${DIR}/done/ended.json`);
  disk.flush();
  return disk;
}

/** A batch of what chance gives: most are right, and what they wait for stands before them. */
function anyInputs(random: () => number): JobInput[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const inputs: JobInput[] = [];
  const ids: string[] = ["taken", "ended", "holder"];
  const isFaulty = random() < 0.3;
  for (let count = 1 + Math.floor(random() * 6); count > 0; count--) {
    const input: JobInput = { command: `echo ${inputs.length}` };
    if (random() < 0.4) input.id = `id${inputs.length}`;
    if (random() < 0.5) input.unique = pick(KEYS);
    if (random() < 0.3) input.after = [pick(ids), ...(random() < 0.3 ? [pick(ids)] : [])];
    if (random() < 0.2) input.after_any = true;
    if (random() < 0.2) input.hold = pick([true, false]);
    if (random() < 0.2) input.priority = Math.floor(random() * 10);
    if (random() < 0.2) input.run_at = pick(["2030-01-01T00:00:00Z", "2020-05-05"]);
    if (random() < 0.2) input.max_retries = 2;
    if (random() < 0.1) input.timeout = pick([null, 5]);
    if (random() < 0.1) input.resource = "gpu";
    if (random() < 0.1) input.own = { kept: [1] };
    if (isFaulty && random() < 0.15) {
      Object.assign(
        input,
        pick<Partial<JobInput>>([
          { id: "taken" },
          { id: "ended", unique: "k1" },
          { id: pick(ids) },
          { after: ["nobody"] },
          { resource: "none" },
          { command: " " },
          { priority: 12 },
          { unique: "" },
          { filling: "x".repeat(1024 * 1024) },
        ]),
      );
    }
    if (input.id !== undefined) ids.push(input.id);
    inputs.push(input);
  }
  return inputs;
}

async function opened(disk: SimulatedDisk): Promise<Store> {
  return await openStore(DIR, { files: disk.process("client"), now: () => START });
}

/**
 * One after the other, as someone does who reads each answer: what waits for a line waits for the
 * ID it was given.
 */
async function oneByOne(store: Store, inputs: readonly JobInput[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  const given = new Map<string, string>();
  for (const input of inputs) {
    const after = input.after?.map((id) => given.get(id) ?? id);
    let answer: Answer;
    try {
      const { id } = await enqueue(store, after ? { ...input, after } : input);
      answer = { id, existed: false };
    } catch (error) {
      if (error instanceof KeyTakenError) answer = { id: error.id, existed: true };
      else if (error instanceof UsageError || error instanceof QueueError) {
        answer = { error: error.message, isUsage: error instanceof UsageError };
      } else throw error;
    }
    if ("id" in answer && input.id !== undefined) given.set(input.id, answer.id);
    answers.push(answer);
  }
  return answers;
}

async function allAtOnce(
  store: Store,
  inputs: readonly JobInput[],
  most: number,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  await enqueueMany(
    store,
    inputs,
    (jobs, existed) => answers.push(...jobs.map(({ id }) => ({ id, existed }))),
    most,
  );
  return answers;
}

/** All that a queue holds of its jobs, with the IDs that were made up called by their line. */
async function contentOf(store: Store, answers: readonly Answer[]): Promise<string[]> {
  const lines: string[] = [];
  for (const state of JOB_STATES) {
    for (const entry of entries(store, state)) {
      const job = readEntry(store, entry)!;
      const children = childrenOf(store, entry.id);
      lines.push(JSON.stringify({ name: nameOf(entry.path), ...job, children }));
    }
  }
  for (const key of KEYS) lines.push(`${key}: ${await holderOf(store, key)}`);
  let text = lines.sort().join("\n");
  answers.forEach((answer, line) => {
    if ("id" in answer && !answer.existed) text = text.replaceAll(answer.id, `line-${line}`);
  });
  return text.split("\n").sort();
}

/** Answers with the IDs that were made up called by the line that got them first. */
function named(answers: readonly Answer[]): unknown[] {
  const lines = new Map<string, number>();
  answers.forEach((answer, line) => {
    if ("id" in answer && !answer.existed) lines.set(answer.id, line);
  });
  return answers.map((answer) =>
    "id" in answer ? { ...answer, id: lines.get(answer.id) ?? answer.id } : answer
  );
}

const SEED = Number(Deno.env.get("ADMIT_SEED") ?? 1);
const ROUNDS = Number(Deno.env.get("ADMIT_ROUNDS") ?? 400);

Deno.test("mixed batches come to the same all at once and one by one", async () => {
  const used = await usedDisk();
  const seen = { existed: 0, refused: 0, waiting: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED * 1_000_000 + round;
    const random = seededRandom(seed);
    let inputs = anyInputs(random);
    const most = 1 + Math.floor(random() * 4);
    try {
      await withSeed(seed, async () => {
        const single = await opened(used.clone());
        let expected = await oneByOne(single, inputs);
        const isTwice = (input: JobInput, line: number) =>
          input.id !== undefined && inputs.findIndex(({ id }) => id === input.id) < line;
        if (expected.some((answer) => "error" in answer) || inputs.some(isTwice)) {
          const disk = used.clone();
          const before = disk.tree();
          const error = await assertRejects(async () => {
            await allAtOnce(await opened(disk), inputs, most);
          });
          assert(error instanceof InvalidJobError || error instanceof RefusedJobError);
          assertEquals(disk.tree(), before, "a batch with an error adds nothing");
          seen.refused++;
          // What is refused here is refused there, except a second ID that would not be needed, its
          // key being taken.
          const refusal = { error: error.message, isUsage: error instanceof UsageError };
          if (/appears twice/.test(error.message)) {
            assert(isTwice(inputs[error.index]!, error.index));
          } else assertEquals(expected[error.index], refusal);
          inputs = inputs.filter((input, line) => "id" in expected[line]! && !isTwice(input, line));
        }
        const [first, second] = [used.clone(), used.clone()];
        const [one, many] = [await opened(first), await opened(second)];
        expected = await oneByOne(one, inputs);
        if (expected.some((answer) => "error" in answer)) return;
        const answers = await allAtOnce(many, inputs, most);
        assertEquals(named(answers), named(expected));
        assertEquals(await contentOf(many, answers), await contentOf(one, expected));
        assertEquals(second.names(`${DIR}/tmp`), []);
        seen.existed += answers.filter((answer) => "existed" in answer && answer.existed).length;
        seen.waiting += inputs.filter(({ after }) => after).length;
      }, START);
    } catch (error) {
      const shown = JSON.stringify(inputs, (_, value) => String(value).length > 1000 ? "…" : value);
      throw new Error(`ADMIT_SEED=${SEED}, round ${round}, ${most} at once: ${shown}`, {
        cause: error,
      });
    }
  }
  // Chance has not left out what this is about.
  const least = Math.min(seen.existed / 4, seen.refused, seen.waiting / 4);
  assert(least > ROUNDS / 10, JSON.stringify(seen));
});

Deno.test("each of many jobs with keys of their own is added, and the answers are in order", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { id: holder } = await queue.enqueue({ command: "true", unique: "b" });
  const answers: [string, boolean][] = [];
  await queue.enqueueMany(
    ["a", "b", "c", "a", "d"].map((unique) => ({ command: `echo ${unique}`, unique })),
    (jobs, existed) => answers.push(...jobs.map(({ id }) => [id, existed] as [string, boolean])),
  );
  assertEquals(answers.map(([, existed]) => existed), [false, true, false, true, false]);
  assertEquals([answers[1]![0], answers[3]![0]], [holder, answers[0]![0]]);
  assertEquals(queue.list().map(({ command }) => command), ["true", "echo a", "echo c", "echo d"]);
});

Deno.test("what comes after a line that is not added waits for the job that has its key", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ command: "true", id: "old", unique: "k" });
  const inputs = [
    { command: "echo after", id: "child", after: ["new", "twice"] },
    { command: "true", id: "new", unique: "k" },
    { command: "true", id: "first", unique: "other" },
    { command: "true", id: "twice", unique: "other" },
  ];
  await queue.enqueueMany(inputs);
  assertEquals(queue.get("child")!.after, ["old", "first"]);
  assertEquals(queue.get("new"), undefined);
  await drain(queue);
  assertEquals(queue.get("child")!.state, "done");
});

Deno.test("lines that would wait for each other only through a key are refused", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const error = await assertRejects(
    () =>
      queue.enqueueMany([
        { command: "true", id: "a", unique: "k", after: ["b"] },
        { command: "true", id: "b", unique: "k" },
      ]),
    InvalidJobError,
    'job "a" cannot wait for itself',
  );
  assertEquals(error.index, 0);
  assertEquals(queue.counts().pending, 0);
});

Deno.test("of many jobs a taken ID, an unknown parent and an unknown resource are told with their places", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ command: "true", id: "x" });
  for (
    const [input, says] of [
      [{ command: "true", id: "x" }, 'a job "x" exists already'],
      [{ command: "true", after: ["nobody"] }, 'no job "nobody" to wait for'],
      [{ command: "true", resource: "gpu" }, 'there is no resource "gpu"'],
    ] as const
  ) {
    const inputs = [{ command: "true" }, { command: "true", unique: "k" }, input as JobInput];
    const error = await assertRejects(() => queue.enqueueMany(inputs), RefusedJobError, says);
    assertEquals(error.index, 2);
  }
  assertEquals(queue.counts().pending, 1);
});
