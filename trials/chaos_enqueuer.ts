/**
 * One of the processes that the chaos trial kills: adds jobs, requeues some that have ended,
 * removes some, and writes to its standard output what it was told is so, a line each:
 *
 *     A ID    the job is in the queue
 *     q ID    is about to requeue it; Q ID: it is requeued
 *     x ID    is about to remove it; X ID: it is removed
 *
 *     deno run -A trials/chaos_enqueuer.ts QUEUE LEDGER NAME SEED
 *
 * NAME is of this process alone.
 *
 * @module
 */

import { QueueError } from "../src/text/errors.ts";
import type { JobInput } from "../src/format/job.ts";
import { Queue } from "../src/queue.ts";
import { seededRandom } from "../tests/simulation/seeded.ts";
import { OTHER_RESOURCE, PLACES, randomJob, RESOURCE, whole } from "./job_mix.ts";

/** So many waiting jobs are enough: more would only make the end of the trial longer. */
const ENOUGH_WAITING = 400;

const encoder = new TextEncoder();

class Enqueuer {
  readonly #queue: Queue;
  readonly #ledger: string;
  readonly #name: string;
  readonly #random: () => number;
  /** Jobs that only this process touches. */
  readonly #own: string[] = [];
  #made = 0;

  constructor(queue: Queue, ledger: string, name: string, seed: number) {
    this.#queue = queue;
    this.#ledger = ledger;
    this.#name = name;
    this.#random = seededRandom(seed);
  }

  /** Goes on until the process is killed. */
  async work(): Promise<never> {
    for (let step = 0;; step++) {
      await this.#step();
      const { pending, delayed } = step % 10 === 0
        ? this.#queue.counts()
        : { pending: 0, delayed: 0 };
      const pause = pending + delayed > ENOUGH_WAITING ? 500 : whole(this.#random, 0, 20);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #step(): Promise<void> {
    const chance = this.#random();
    try {
      if (chance < 0.35) await this.#enqueue(this.#job(), true);
      else if (chance < 0.45) await this.#enqueue({ ...this.#job(), ...this.#after() }, true);
      else if (chance < 0.5) await this.#enqueue({ ...this.#job(), unique: this.#key() }, true);
      else if (chance < 0.62) await this.#enqueue({ ...this.#job(), id: this.#newId() }, true);
      // Others try the same ID, at about the same time.
      else if (chance < 0.7) {
        const id = `shared-${Math.floor(Date.now() / 200)}`;
        await this.#enqueue({ ...this.#job(), id }, false);
      } else if (chance < 0.8) await this.#enqueueMany();
      else if (chance < 0.9) await this.#requeue();
      else await this.#remove();
    } catch (error) {
      // An ID or key that is taken, a job that runs or is waited for: to be expected. Anything else
      // is for the evidence.
      if (!(error instanceof QueueError)) throw error;
    }
  }

  #job(): JobInput {
    const draw = this.#random();
    const resource = draw < 0.07
      ? { resource: RESOURCE }
      : draw < 0.1
      ? { resources: { [RESOURCE]: PLACES, [OTHER_RESOURCE]: 1 } }
      : {};
    return { ...randomJob(this.#random, this.#ledger), ...resource };
  }

  /** To come after jobs of its own, however they end. */
  #after(): Partial<JobInput> {
    const parents = [this.#someOwn(), this.#someOwn()].filter((id) => id !== undefined);
    return parents.length > 0 ? { after: [...new Set(parents)], after_any: true } : {};
  }

  /** One of a few keys, so that jobs meet that have the same. */
  #key(): string {
    return `key ${whole(this.#random, 1, 20)}`;
  }

  #newId(): string {
    return `${this.#name}-${this.#made++}`;
  }

  async #enqueue(input: JobInput, own: boolean): Promise<void> {
    const { id } = await this.#queue.enqueue(input);
    if (own) this.#own.push(id);
    say(`A ${id}`);
  }

  async #enqueueMany(): Promise<void> {
    const named = this.#random() < 0.3;
    const inputs = Array.from({ length: whole(this.#random, 2, 40) }, () => ({
      ...this.#job(),
      ...(named ? { id: this.#newId() } : {}),
    }));
    await this.#queue.enqueueMany(inputs, (jobs) => {
      for (const { id } of jobs) this.#own.push(id);
      say(...jobs.map(({ id }) => `A ${id}`));
    });
  }

  #someOwn(): string | undefined {
    return this.#own[whole(this.#random, 0, this.#own.length - 1)];
  }

  /** One of its own that has ended, if one is found in a few tries. */
  #someEnded(): string | undefined {
    for (let tries = 0; tries < 8; tries++) {
      const id = this.#someOwn();
      const state = id === undefined ? undefined : this.#queue.get(id)?.state;
      if (state === "done" || state === "dead") return id;
    }
  }

  async #requeue(): Promise<void> {
    const id = this.#someEnded();
    if (id === undefined) return;
    say(`q ${id}`);
    await this.#queue.requeue(id);
    say(`Q ${id}`);
  }

  async #remove(): Promise<void> {
    const id = this.#someOwn();
    if (id === undefined) return;
    say(`x ${id}`);
    await this.#queue.remove(id);
    this.#own.splice(this.#own.indexOf(id), 1);
    say(`X ${id}`);
  }
}

/** All lines in one write, so that a kill leaves none of them half. */
function say(...lines: string[]): void {
  Deno.stdout.writeSync(encoder.encode(lines.map((line) => line + "\n").join("")));
}

if (import.meta.main) {
  const [dir, ledger, name, seed] = Deno.args as [string, string, string, string];
  await new Enqueuer(await Queue.open(dir), ledger, name, Number(seed)).work();
}
