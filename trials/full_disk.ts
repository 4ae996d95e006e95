/**
 * A full disk for real: a small tmpfs in a mount namespace of its own is filled, to the last byte
 * or to the last inode, while workers run and the program adds jobs, and is freed again. While it
 * is full a command fails with a clear sentence and status 1, and workers say so and go on; once it
 * is free all that was acknowledged runs, once.
 *
 *     deno task full-disk --rounds 10
 *
 * Exits with 0 if all is so, or if this user may not mount anything, which it says; else with 1.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { Queue } from "../src/queue.ts";
import { seededRandom } from "../tests/simulation/seeded.ts";
import { Ballast, type Shortage } from "./ballast.ts";
import { notedJob, randomJob, whole } from "./job_mix.ts";
import { readLedger, readTold } from "./ledger.ts";
import { programWords } from "./program_words.ts";
import { judge } from "./verdict.ts";

/** How long anything may take, in milliseconds. */
const PATIENCE = 60_000;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "4" },
    seed: { type: "string", default: `${crypto.getRandomValues(new Uint32Array(1))[0]}` },
    inside: { type: "string" },
  },
});

if (flags.inside === undefined) Deno.exit(await insideNamespace());

/** Runs this trial again in a mount namespace of its own, on a disk that only it sees. */
async function insideNamespace(): Promise<number> {
  const root = Deno.makeTempDirSync({ prefix: "queuectl-full-" });
  Deno.mkdirSync(`${root}/disk`);
  const unshare = ["--mount", "--propagation", "private"];
  const mount = 'mount -t tmpfs -o size=24m,nr_inodes=6000,mode=700 tmpfs "$0"';
  const probe = await new Deno.Command("unshare", {
    args: [...unshare, "sh", "-c", mount, `${root}/disk`],
    stderr: "piped",
  }).output().catch((error) => ({ success: false, stderr: new TextEncoder().encode(`${error}`) }));
  if (!probe.success) {
    console.log(`skipped: nothing can be mounted here: ${new TextDecoder().decode(probe.stderr)}`);
    Deno.removeSync(root, { recursive: true });
    return 0;
  }
  const script = new URL(import.meta.url).pathname;
  const again = [Deno.execPath(), "run", "-A", script, "--inside", root];
  const options = ["--rounds", flags.rounds, "--seed", flags.seed];
  const { code } = await new Deno.Command("unshare", {
    args: [...unshare, "sh", "-c", `${mount} && exec "$@"`, `${root}/disk`, ...again, ...options],
  }).spawn().status;
  if (code === 0) Deno.removeSync(root, { recursive: true });
  return code;
}

const root = flags.inside!;
const random = seededRandom(Number(flags.seed));
const ledger = `${root}/ledger`;
const queue = await Queue.open(`${root}/disk/queue`);
await queue.configure({ poll_interval: 0.5, kill_grace: 0.3 });
console.log(`full disk: ${flags.rounds} rounds, seed ${flags.seed}, in ${root}`);

Deno.writeTextFileSync(ledger, "");

const violations: string[] = [];
/** What commands printed while they succeeded or failed part way. */
let told = "";
const counts = { succeeded: 0, refused: 0, troubles: 0 };
let full = false;
let working = true;
let leaving = false;

/** The workers that ended by themselves. */
const deserters = new Set<number>();
const workers = [0, 1].map((n) => {
  const words = programWords("--dir", queue.dir, "worker", "start", "--json", "--count", "3");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$@" >"$0" 2>&1', `${root}/worker${n}`, ...words],
  }).spawn();
  void child.status.then(({ code }) => {
    if (leaving) return;
    deserters.add(n);
    violations.push(`worker ${n} ended by itself with status ${code}`);
  });
  return child;
});

/** Calls the program again and again, as two users would. */
async function addJobs(name: string): Promise<void> {
  for (let n = 0; working; n++) {
    const chance = random();
    const job = JSON.stringify(randomJob(random, ledger));
    if (chance < 0.5) await call("enqueue", job);
    else if (chance < 0.7) await call("enqueue", "--id", `${name}-${n}`, job);
    else if (chance < 0.9) await call("enqueue", "--file", batchFile(name));
    else if (chance < 0.95) await call("config", "set", "backoff-base", `${whole(random, 1, 9)}`);
    else await call("status");
  }
}

function batchFile(name: string): string {
  const jobs = Array.from({ length: whole(random, 2, 60) }, () => randomJob(random, ledger));
  Deno.writeTextFileSync(
    `${root}/${name}.jsonl`,
    jobs.map((job) => `${JSON.stringify(job)}\n`).join(""),
  );
  return `${root}/${name}.jsonl`;
}

async function call(...words: string[]): Promise<void> {
  const begunFull = full;
  const [command, ...args] = programWords("--dir", queue.dir, ...words);
  const output = await new Deno.Command(command, { args, stdin: "null" }).output();
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (words[0] === "enqueue") told += out;
  if (output.code === 0) {
    counts.succeeded++;
    return;
  }
  counts.refused++;
  const sentence = /^queuectl: [^\n]*no space left[^\n]*\n$/i.test(err!);
  if (output.code !== 1 || !sentence) {
    violations.push(`queuectl ${words[0]} ended with status ${output.code} and said: ${err}`);
  }
  if (words[0] === "status") violations.push(`queuectl status fails on a full disk: ${err}`);
  if (!full && !begunFull) {
    violations.push(`queuectl ${words[0]} failed on a disk with room: ${err}`);
  }
}

/** The trouble that workers told of so far. */
function troubles(): string[] {
  return [0, 1].flatMap((n) => Deno.readTextFileSync(`${root}/worker${n}`).split("\n"))
    .filter((line) => line.includes('"kind":"trouble"'));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + PATIENCE; !holds();) {
    if (performance.now() > deadline || deserters.size > 0) {
      violations.push(`waited in vain: ${what}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// One that arrives on a full disk would leave, as it should.
await until("the workers to live", () => queue.workers().length === workers.length);
const adders = ["a", "b"].map(addJobs);
const ballast = new Ballast(`${root}/disk`);
for (let round = 0; round < Number(flags.rounds); round++) {
  const shortage: Shortage = round % 2 === 0 ? "bytes" : "inodes";
  const begin = { ...counts };
  await until("commands to succeed", () => counts.succeeded >= begin.succeeded + 4);
  const before = troubles().length;
  // One at least ends while the disk is full, with a record longer than a spare file; the others
  // begin then, and each makes a log.
  const [begun, filled] = [`${root}/begun-${round}`, `${root}/full-${round}`];
  const result = "head -c 60000 /dev/zero | tr '\\0' x >$QUEUECTL_RESULT";
  const wait = `: >'${begun}'; until [ -e '${filled}' ]; do sleep 0.05; done`;
  const late = await queue.enqueue({ ...notedJob(`${result}; ${wait}`, ledger), priority: 9 });
  const next = { ...notedJob("true", ledger), after: [late.id], priority: 9 };
  await queue.enqueueMany(Array.from({ length: 12 }, () => next));
  await until("a job to begin", () => existsSync(begun));
  full = true;
  ballast.load(shortage);
  Deno.writeTextFileSync(filled, "");
  await until(
    `commands to fail for lack of ${shortage}`,
    () => counts.refused >= begin.refused + 4,
  );
  await until(`a worker to say that ${shortage} lack`, () => troubles().length > before);
  ballast.release();
  full = false;
  counts.troubles += troubles().length - before;
}
working = false;
await Promise.all(adders);
await until("all jobs to end", () => {
  const { pending, delayed, processing, failed } = queue.counts();
  return pending + delayed + processing + failed === 0;
});
leaving = true;
for (const [n, worker] of workers.entries()) {
  if (deserters.has(n)) continue;
  worker.kill("SIGTERM");
  const { code } = await worker.status;
  if (code !== 0) violations.push(`worker ${n} left with status ${code}`);
}

const verdict = judge({
  queue,
  told: readTold(told),
  runs: readLedger(Deno.readTextFileSync(ledger)),
  wasKilled: () => false,
  putBack: true,
});
violations.push(...verdict.violations);
for (const line of new Set(troubles())) {
  if (!/no space left/i.test(line)) violations.push(`a worker says: ${line}`);
}
console.log(`
seed            ${flags.seed}
rounds          ${flags.rounds}: full to the last byte, to the last inode, in turn
commands        ${counts.succeeded} succeeded, ${counts.refused} refused, each with a sentence
workers         told of trouble ${counts.troubles} times
ended           ${verdict.done} done, ${verdict.dead} dead
runs            ${verdict.runs}
violations      ${violations.length}`);
for (const violation of violations.slice(0, 100)) console.error(violation);
if (violations.length > 0) {
  // Only this namespace sees the disk.
  await new Deno.Command("cp", { args: ["-a", queue.dir, `${root}/queue`] }).output();
  console.error(`the evidence is in ${root}`);
}
Deno.exit(violations.length > 0 ? 1 : 0);
