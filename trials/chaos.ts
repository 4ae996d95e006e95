/**
 * The chaos trial: real workers and enqueuers on a real directory, killed with SIGKILL at random,
 * stopped with SIGSTOP and continued. Afterwards fresh workers finish what is left, and every
 * promise is checked against what the jobs noted themselves.
 *
 *     deno task chaos --minutes 30
 *
 * Exits with 0 if nothing was lost, doubled or left behind, else with 1, and keeps the evidence. A
 * seed draws the same jobs and the same kills; what they meet depends on the machine all the same.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { addSchedule } from "../src/schedules/add_schedule.ts";
import { examine } from "../src/doctor/examine.ts";
import { Queue } from "../src/queue.ts";
import { removeSchedule } from "../src/schedules/manage_schedules.ts";
import { seededRandom } from "../tests/simulation/seeded.ts";
import { Crew, type Role } from "./crew.ts";
import { OTHER_RESOURCE, PLACES, randomJob, RESOURCE, whole } from "./job_mix.ts";
import { readLedger, readTold } from "./ledger.ts";
import { programWords } from "./program_words.ts";
import { processesOf } from "./queue_processes.ts";
import { judge, processOf } from "./verdict.ts";

const HELP = `deno task chaos [--minutes N] [--seed N] [--workers N] [--enqueuers N]

  --minutes N     how long to kill (1)
  --seed N        which jobs and kills (drawn)
  --workers N     how many workers at a time (3)
  --enqueuers N   how many enqueuers at a time, besides one that calls the program (2)`;

/** How long the last workers may take without settling anything, in milliseconds. */
const STANDSTILL = 60_000;

const { values: flags } = readFlags();
if (flags.help) {
  console.log(HELP);
  Deno.exit(0);
}
const minutes = Number(flags.minutes ?? 1);
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const random = seededRandom(seed);

const root = Deno.makeTempDirSync({ prefix: "queuectl-chaos-" });
const paths = {
  dir: `${root}/queue`,
  ledger: `${root}/ledger`,
  told: `${root}/told`,
  workers: `${root}/workers`,
  batch: `${root}/batch.jsonl`,
};
console.log(`chaos: ${minutes} min, seed ${seed}, in ${root}`);

const queue = await Queue.open(paths.dir);
await queue.configure({
  poll_interval: 0.5,
  kill_grace: 0.3,
  [`resources.${RESOURCE}`]: PLACES,
  [`resources.${OTHER_RESOURCE}`]: 1,
});
const TICK = "tick";
const { run_at: _, ...ticking } = randomJob(seededRandom(seed), paths.ledger);
await addSchedule(queue, {
  name: TICK,
  when: "every 2s",
  overlap: "allow",
  catch_up: "all",
  job: ticking,
});
const crew = new Crew(random);
for (let n = 0; n < Number(flags.workers ?? 3); n++) crew.hire(workerRole());
for (let n = 0; n < Number(flags.enqueuers ?? 2); n++) crew.hire(enqueuerRole(n));
crew.hire(commandRole());

function readFlags() {
  const text = { type: "string" } as const;
  const help = { type: "boolean", short: "h" } as const;
  try {
    return parseArgs({
      options: { help, minutes: text, seed: text, workers: text, enqueuers: text },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    Deno.exit(2);
  }
}

function workerRole(): Role {
  const words = programWords("--dir", paths.dir, "worker", "start", "--json", "--count", "3");
  return {
    name: "worker",
    start: () => ({ words, output: paths.workers }),
    mayEnd: false,
    pause: 300,
  };
}

function enqueuerRole(n: number): Role {
  const script = new URL("chaos_enqueuer.ts", import.meta.url).pathname;
  const program = [Deno.execPath(), "run", "--quiet", "-A", script, paths.dir, paths.ledger];
  return {
    name: "enqueuer",
    start: (life) => ({
      words: [...program, `e${n}x${life}`, `${seed + n * 1e6 + life}`],
      output: paths.told,
    }),
    mayEnd: false,
    pause: 300,
  };
}

/** Whoever calls the program: a process for each job or file of jobs, and for each mending. */
function commandRole(): Role {
  return {
    name: "command",
    start(life) {
      const chance = random();
      const job = JSON.stringify(randomJob(random, paths.ledger));
      const words = chance < 0.4
        ? ["enqueue", job]
        : chance < 0.6
        ? ["enqueue", "--id", `c${life}`, job]
        : chance < 0.8
        ? ["enqueue", "--file", writeBatch()]
        : chance < 0.9
        ? ["doctor", "--repair"]
        : ["dlq", "retry", "--all"];
      const output = words[0] === "enqueue" ? paths.told : "/dev/null";
      return { words: programWords("--dir", paths.dir, ...words), output };
    },
    mayEnd: true,
    pause: 400,
  };
}

function writeBatch(): string {
  const jobs = Array.from({ length: whole(random, 1, 40) }, () => randomJob(random, paths.ledger));
  Deno.writeTextFileSync(paths.batch, jobs.map((job) => JSON.stringify(job) + "\n").join(""));
  return paths.batch;
}

/** Kills and stops members of the crew until the time is up. */
async function spreadDeath(until: number): Promise<void> {
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, whole(random, 30, 900)));
    const members = [...crew.members];
    const chance = random();
    if (chance < 0.05) {
      for (const member of members) if (member.role.name === "worker") crew.kill(member);
    } else {
      const member = members[whole(random, 0, members.length - 1)];
      if (!member) continue;
      if (chance < 0.75) crew.kill(member);
      else void crew.stop(member, whole(random, 50, 3000));
    }
  }
}

/** Lets fresh workers finish until nothing is left; gives up when they get nowhere. */
async function finish(): Promise<string[]> {
  const words = programWords(
    "--dir",
    paths.dir,
    "worker",
    "start",
    "--json",
    "--drain",
    "--count",
    "4",
  );
  let moved = performance.now();
  for (let left = "", before = "?"; performance.now() - moved < STANDSTILL; before = left) {
    const workers = [0, 1].map(() =>
      new Deno.Command("/bin/sh", {
        args: ["-c", 'exec "$@" >>"$0" 2>&1', paths.workers, ...words],
      })
        .spawn()
    );
    for (const worker of workers) {
      const giveUp = setTimeout(() => worker.kill("SIGKILL"), STANDSTILL + minutes * 60_000);
      const { code } = await worker.status;
      clearTimeout(giveUp);
      if (code !== 0) return [`a worker that was to finish ended with status ${code}`];
    }
    const { pending, delayed, processing, failed } = queue.counts();
    const strays = [...Deno.readDirSync(`${paths.dir}/tmp`)].length;
    left = `${pending} pending, ${delayed} delayed, ${processing} processing, ${failed} failed, ` +
      `${strays} in tmp/`;
    if (pending + delayed + processing + failed + strays === 0) return [];
    if (left !== before) moved = performance.now();
    // Unfinished files of dead enqueuers are removed once they are 10 seconds old.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (performance.now() - moved >= STANDSTILL) return [`fresh workers leave ${left}`];
  }
  return [];
}

const begun = performance.now();
await spreadDeath(begun + minutes * 60_000);
await crew.dismiss();
const violations = [...crew.deserters, ...await finish()];
await removeSchedule(queue, TICK);
violations.push(...await finish());

const read = (path: string) => new TextDecoder().decode(Deno.readFileSync(path));
const told = readTold(read(paths.told));
const verdict = judge({
  queue,
  told,
  runs: readLedger(read(paths.ledger)),
  wasKilled: (worker) => crew.killed.has(processOf(worker)),
});
violations.push(...verdict.violations);
for (const { pid, command } of processesOf(paths.dir)) {
  violations.push(`${pid} survives: ${command}`);
  Deno.kill(pid, "SIGKILL");
}
const findings = await examine(queue.store, {
  repair: false,
  host: Deno.hostname(),
  pid: Deno.pid,
  version: "",
  killSurvivors: async () => {},
});
for (const { problem } of findings) {
  // Who was killed between a job and what is kept for it, a key or a note, leaves that.
  if (/^(unique|after)\//.test(problem)) continue;
  // A remover that was killed between the job and its log leaves the log.
  const orphan = /^\w+\/"(.+)\.log" is the log of a missing job$/.exec(problem)?.[1];
  if (orphan === undefined || !told.removing.has(orphan)) violations.push(`doctor: ${problem}`);
}
for (const file of Deno.readDirSync(`${paths.dir}/schedules`)) {
  violations.push(`left in schedules/: ${file.name}`);
}
const troubles = read(paths.workers).split("\n").filter((line) => line.includes('"trouble"'));
for (const line of new Set(troubles)) violations.push(`a worker says: ${line}`);

const kills = [...crew.kills].map(([name, count]) => `${count} ${name}s`).join(", ");
const lost = violations.filter((violation) => violation.includes("LOST")).length;
console.log(`
seed            ${seed}
time            ${((performance.now() - begun) / 60_000).toFixed(1)} min
killed          ${kills}
stopped         ${crew.stops} times, and continued
acknowledged    ${told.acknowledged.size} jobs; ${verdict.untold} more that a schedule added, or whose enqueuer died before it could say so
ended           ${verdict.done} done, ${verdict.dead} dead, ${told.removed.size} removed
requeued        ${[...told.requeued.values()].reduce((sum, times) => sum + times, 0)} times
runs            ${verdict.runs}
lost attempts   ${verdict.lostAttempts}: their worker died
repeats         ${verdict.repeats}: those of them that had begun
violations      ${violations.length}
lost: ${lost}`);
if (violations.length > 0) {
  for (const violation of violations.slice(0, 100)) console.error(violation);
  console.error(`the evidence is in ${root}`);
  Deno.exit(1);
}
Deno.removeSync(root, { recursive: true });
