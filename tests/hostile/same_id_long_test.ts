import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JobState } from "../../src/format/names.ts";
import type { Queue } from "../../src/queue.ts";
import { eventually } from "../temporary_queue.ts";
import { scratchQueue } from "./scratch_folder.ts";
import { program, WorkerProcess } from "./program_process.ts";

/** Two processes that can be given an ID each at the same moment. */
class Racers implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[];
  readonly #writers: WritableStreamDefaultWriter<Uint8Array>[];
  readonly #answers: AsyncGenerator<string>[];

  constructor(dir: string) {
    const script = new URL("racing_enqueuer.ts", import.meta.url).pathname;
    this.#children = [0, 1].map(() =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "-A", script, dir],
        stdin: "piped",
        stdout: "piped",
      }).spawn()
    );
    this.#writers = this.#children.map(({ stdin }) => stdin.getWriter());
    this.#answers = this.#children.map(({ stdout }) => lines(stdout));
  }

  /** The next line that each says. */
  async answers(): Promise<string[]> {
    return await Promise.all(
      this.#answers.map(async (answers) => (await answers.next()).value ?? "it has ended"),
    );
  }

  /** Has both enqueue a job of this ID, and tells what each was told. */
  async race(id: string): Promise<string[]> {
    const line = new TextEncoder().encode(`${id}\n`);
    await Promise.all(this.#writers.map((writer) => writer.write(line)));
    return await this.answers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.close().catch(() => {})));
    await Promise.all(this.#answers.map((answers) => answers.return(undefined)));
    await Promise.all(this.#children.map(({ status }) => status));
  }
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop()!;
    yield* whole;
  }
}

Deno.test("of two processes that enqueue the same ID at the same moment one wins, twenty times", async () => {
  await using scratch = await scratchQueue();
  const { queue } = scratch;
  await using racers = new Racers(queue.dir);
  assertEquals(await racers.answers(), ["ready", "ready"]);
  for (let round = 0; round < 20; round++) {
    const answers = (await racers.race(`r${round}`)).sort();
    assertEquals(answers[1], "ok", `round ${round}: ${answers}`);
    assertStringIncludes(answers[0]!, `a job "r${round}" exists already, in state pending`);
  }
  assertEquals(queue.counts().pending, 20);
});

Deno.test("of two processes that enqueue the same ID while a worker takes the first, one wins", async () => {
  await using scratch = await scratchQueue();
  const { queue } = scratch;
  await using racers = new Racers(queue.dir);
  await using _worker = new WorkerProcess(queue.dir);
  assertEquals(await racers.answers(), ["ready", "ready"]);
  for (let round = 0; round < 20; round++) {
    const answers = (await racers.race(`w${round}`)).sort();
    assertEquals(answers[1], "ok", `round ${round}: ${answers}`);
    // Which state it was in by then is a matter of luck.
    assert(
      /^a job "w\d+" exists already, in state (pending|processing|done) /.test(answers[0]!),
      answers[0]!,
    );
  }
  await eventually("all 20 to be done", () => queue.counts().done === 20);
});

/** A queue with a job in a state, named like it. */
async function jobIn(state: JobState, queue: Queue): Promise<void> {
  const release = `${queue.dir}/tmp/release`;
  const commands: Record<JobState, string> = {
    pending: "true",
    processing: `until [ -e ${release} ]; do sleep 0.02; done`,
    done: "true",
    failed: "false",
    dead: "false",
  };
  await queue.enqueue({
    command: commands[state],
    id: state,
    max_retries: state === "failed" ? 1 : 0,
    backoff_base: 3600,
  });
}

for (const state of ["pending", "processing", "done", "failed", "dead"] as const) {
  Deno.test(`an ID is refused while its job is ${state}, and the sentence says so`, async () => {
    await using scratch = await scratchQueue();
    const { queue } = scratch;
    await jobIn(state, queue);
    await using worker = state === "pending" ? undefined : new WorkerProcess(queue.dir);
    await eventually(`the job to be ${state}`, () => queue.get(state)?.state === state);
    const before = JSON.stringify(queue.get(state));

    const sentence =
      `a job "${state}" exists already, in state ${state} (see: queuectl show ${state})`;
    const said = await program("--dir", queue.dir, "enqueue", "--id", state, "echo another");
    assertEquals(said, { code: 1, out: "", err: `queuectl: ${sentence}` });
    await using racers = new Racers(queue.dir);
    assertEquals(await racers.answers(), ["ready", "ready"]);
    assertEquals(await racers.race(state), [sentence, sentence]);
    assertEquals(JSON.stringify(queue.get(state)), before);
    assertEquals(queue.list().length, 1);

    Deno.writeTextFileSync(`${queue.dir}/tmp/release`, "");
    if (worker) assertEquals(await worker.stop(), 0, worker.said);
  });
}
