/**
 * The dependencies trial: some hundred jobs that wait for one another at random, worked by workers
 * that are killed with SIGKILL again and again. Afterwards each job must have ended as its own exit
 * status and the ends of its parents say, none before its parents had, and nothing of it all may be
 * left.
 *
 *     deno task dependencies --seconds 20
 *
 * Exits with 0 if all is so, else with 1, and keeps the queue.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { JobInput, JobView } from "../src/format/job.ts";
import { Queue } from "../src/queue.ts";
import { seededRandom } from "../tests/simulation/seeded.ts";
import { Crew } from "./crew.ts";
import { whole } from "./job_mix.ts";
import { programWords } from "./program_words.ts";
import { processesOf } from "./queue_processes.ts";

/** How far back a job's parents lie at most: the smaller, the longer the chains. */
const REACH = 40;

const { values: flags } = parseArgs({
  options: {
    jobs: { type: "string", default: "400" },
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
  },
});
const random = seededRandom(Number(flags.seed));
const root = Deno.makeTempDirSync({ prefix: "queuectl-dependencies-" });
const dir = `${root}/queue`;
console.log(`dependencies: ${flags.jobs} jobs, ${flags.seconds} s, seed ${flags.seed}, in ${root}`);

/** A job that succeeds or fails for good, and waits for up to three of those before it. */
function randomJob(index: number): JobInput & { id: string } {
  const fails = random() < 0.05;
  const job = {
    id: `job${index}`,
    command: `sleep 0.0${whole(random, 0, 9)}; ${fails ? "exit 1" : "exit 0"}`,
    // Only the death of a worker charges one that would succeed.
    max_retries: fails ? 0 : 1000,
    backoff_base: 0,
  };
  if (index === 0 || random() < 0.1) return job;
  const earliest = Math.max(0, index - REACH);
  const after = Array.from(
    { length: whole(random, 1, 3) },
    () => `job${whole(random, earliest, index - 1)}`,
  );
  return { ...job, after: [...new Set(after)], after_any: random() < 0.3 };
}

const inputs = Array.from({ length: Number(flags.jobs) }, (_, index) => randomJob(index));
const queue = await Queue.open(dir);
await queue.configure({ poll_interval: 0.5, kill_grace: 0.3 });
await queue.enqueueMany(inputs);

const crew = new Crew(random);
for (let n = 0; n < 3; n++) {
  const words = programWords("--dir", dir, "worker", "start", "--count", "5");
  crew.hire({
    name: "worker",
    start: () => ({ words, output: `${root}/workers` }),
    mayEnd: false,
    pause: 200,
  });
}
for (const until = performance.now() + Number(flags.seconds) * 1000; performance.now() < until;) {
  await new Promise((resolve) => setTimeout(resolve, whole(random, 30, 800)));
  const members = [...crew.members];
  const member = members[whole(random, 0, members.length - 1)];
  if (member) crew.kill(member);
}
await crew.dismiss();
const faults = [...crew.deserters];
const [command, ...args] = programWords("--dir", dir, "worker", "start", "--drain", "--count", "5");
const { success } = await new Deno.Command(command, { args, stdout: "null" }).output();
if (!success) faults.push("the worker that was to finish failed");

const jobs = new Map(queue.list().map((job) => [job.id, job]));
let lost = 0;
for (const input of inputs) {
  const job = jobs.get(input.id);
  if (!job) faults.push(`${input.id} is gone`);
  else faults.push(...faultsOf(input, job));
}
faults.push(...leftovers());
console.log(`
killed    ${crew.kills.get("worker") ?? 0} workers
jobs      ${queue.counts().done} done, ${queue.counts().dead} dead
lost      ${lost} attempts: their worker died
faults    ${faults.length}`);
if (faults.length > 0) {
  for (const fault of faults.slice(0, 100)) console.error(fault);
  console.error(`the queue is in ${dir}`);
  Deno.exit(1);
}
Deno.removeSync(root, { recursive: true });

/** What is wrong with how a job ended, given how its parents did. */
function faultsOf(input: JobInput & { id: string }, job: JobView): string[] {
  const { id, after = [], after_any } = input;
  const parents = after.map((parent) => jobs.get(parent)!);
  lost += job.history.filter(({ outcome }) => outcome === "lost").length;
  if (!after_any && parents.some(({ state }) => state === "dead")) {
    const isRight = job.state === "dead" && job.history.length === 0 && job.reason !== undefined;
    return isRight ? [] : [`${id} should have died of a parent, unrun; it is ${job.state}`];
  }
  const found: string[] = [];
  const wanted = job.command.endsWith("exit 0") ? "done" : "dead";
  if (job.state !== wanted) found.push(`${id} is ${job.state}, not ${wanted}`);
  const [first] = job.history;
  if (!first) return [...found, `${id} never ran`];
  for (const parent of parents) {
    const ended = parent.history.at(-1)?.finished_at ?? parent.updated_at;
    if (ended > first.started_at) found.push(`${id} began before ${parent.id} had ended`);
  }
  return found;
}

function leftovers(): string[] {
  const found: string[] = [];
  for (const folder of ["pending", "processing", "failed", "tmp", "workers", "after", "progress"]) {
    for (const { name } of Deno.readDirSync(`${dir}/${folder}`)) {
      // What a worker that was killed while it arrived has begun to write goes when it is ten
      // seconds old.
      if (name.endsWith("@new")) continue;
      found.push(`${folder}/${name} is left`);
    }
  }
  for (const { pid, command } of processesOf(dir)) {
    found.push(`${pid} survives: ${command}`);
    Deno.kill(pid, "SIGKILL");
  }
  return found;
}
