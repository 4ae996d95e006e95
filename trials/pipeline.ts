/**
 * A nightly pipeline, as a team would set it up: a schedule whose job adds six jobs that depend on
 * each other. One of them fails twice before it succeeds, one is cancelled, two need the one gpu,
 * and one of the three workers is killed while it works for one of these. Prints the queue's files
 * before, in the middle and after, what `status --watch` shows in the middle (on tmux, if there is
 * one), and `stats` at the end; then checks that each job ended as it should have.
 *
 *     deno task pipeline
 *
 * Exits with 0 if all is as it should be, else with 1, and keeps the queue.
 *
 * @module
 */

import type { Attempt, JobView } from "../src/format/job.ts";
import { programWords } from "./program_words.ts";
import { processesOf } from "./queue_processes.ts";
import { hasTmux, Tmux } from "./tmux.ts";

/** How long anything may take, in milliseconds. */
const PATIENCE = 60_000;

/** What the schedule runs: each job's ID is that of the nightly job and a word. */
const NIGHTLY = String.raw`#!/bin/sh
queuectl enqueue --max-retries 2 --backoff-base 1 --file - <<JOBS
{"id": "$QUEUECTL_JOB_ID-fetch", "command": "echo 1200 rows"}
{"id": "$QUEUECTL_JOB_ID-index", "after": ["$QUEUECTL_JOB_ID-fetch"], "backoff_base": 0.5, "backoff_factor": 4,
   "command": "test \$QUEUECTL_ATTEMPT -gt 2 || { echo cannot reach db.example.net; exit 3; }"}
{"id": "$QUEUECTL_JOB_ID-train", "after": ["$QUEUECTL_JOB_ID-fetch"], "resource": "gpu",
   "command": "for n in 1 2 3 4; do echo \$n/5 epoch \$n > \$QUEUECTL_PROGRESS; sleep 0.5; done"}
{"id": "$QUEUECTL_JOB_ID-score", "after": ["$QUEUECTL_JOB_ID-fetch"], "resource": "gpu",
   "command": "for n in 1 2 3 4; do echo \$n/5 part \$n > \$QUEUECTL_PROGRESS; sleep 0.5; done"}
{"id": "$QUEUECTL_JOB_ID-backup", "after": ["$QUEUECTL_JOB_ID-fetch"],
   "command": "echo 75% copied > \$QUEUECTL_PROGRESS; sleep 60"}
{"id": "$QUEUECTL_JOB_ID-report", "after_any": true,
   "after": ["$QUEUECTL_JOB_ID-index", "$QUEUECTL_JOB_ID-train", "$QUEUECTL_JOB_ID-score", "$QUEUECTL_JOB_ID-backup"],
   "command": "ls $QUEUECTL_DIR/dead"}
JOBS
`.replaceAll(",\n   ", ", ");

const root = Deno.makeTempDirSync({ prefix: "queuectl-pipeline-" });
const dir = `${root}/queue`;
const bin = `${root}/bin`;
const env = {
  QUEUECTL_DIR: dir,
  PATH: `${bin}:${Deno.env.get("PATH")}`,
  NO_COLOR: "1",
};
const faults: string[] = [];
const decoder = new TextDecoder();

/** Calls a program, shows the call and what it prints, and gives that back. */
async function shown(...words: string[]): Promise<string> {
  console.log(`$ ${words.map((word) => /^[\w./,=-]+$/.test(word) ? word : `'${word}'`).join(" ")}`);
  const text = await called(...words);
  console.log(text);
  return text;
}

async function called(...words: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("env", {
    args: words,
    env,
    cwd: root,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${words.join(" ")}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).trimEnd();
}

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const until = performance.now() + PATIENCE; performance.now() < until;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`in vain: ${what}`);
}

function expect(what: string, holds: boolean): void {
  console.log(`${holds ? "ok    " : "WRONG "} ${what}`);
  if (!holds) faults.push(what);
}

/** The names in a folder of the queue. */
const names = (folder: string) => [...Deno.readDirSync(`${dir}/${folder}`)].map(({ name }) => name);

/** Whether a job of the pipeline lies in a folder. */
const lies = (folder: string, job: string) =>
  names(folder).some((name) => name.includes(`-${job}@`) || name.includes(`-${job}.json`));

const job = async (id: string): Promise<JobView> =>
  JSON.parse(await called("queuectl", "--json", "show", id));

async function main(): Promise<void> {
  Deno.mkdirSync(bin);
  const quoted = programWords().map((word) => `'${word}'`).join(" ");
  Deno.writeTextFileSync(`${bin}/queuectl`, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  Deno.writeTextFileSync(`${bin}/nightly`, NIGHTLY, { mode: 0o755 });

  await shown("cat", "bin/nightly");
  await shown("queuectl", "config", "set", "resources.gpu", "1");
  await shown("queuectl", "schedule", "add", "nightly", "30 2 * * *", "--tz", "UTC", "nightly");
  const nightly = await shown("queuectl", "schedule", "run", "nightly");
  await shown("ls", "-R", "queue");

  const workers: string[] = [];
  for (let n = 0; n < 3; n++) {
    workers.push(await shown("queuectl", "worker", "start", "--detach", "--count", "1"));
  }
  using screen = hasTmux()
    ? new Tmux(`${root}/tmux`, 100, 24, [`${bin}/queuectl`, "status", "--watch"], env)
    : undefined;
  await eventually("the middle", async () => {
    if (!lies("failed", "index") || !lies("processing", "backup")) return false;
    const running = names("processing").find((name) => /-(train|score)@/.test(name));
    return running !== undefined && (await job(`${nightly}-index`)).history.length === 2;
  });
  if (screen) {
    const middle = await eventually("the screen of the middle", () => {
      const text = screen.text();
      const isIt = /-backup .*75%/.test(text) && /-(train|score) .*\/5/.test(text);
      return Promise.resolve(isIt && text);
    });
    console.log(`$ queuectl status --watch\n${middle}\n`);
  } else console.log("status --watch is not shown: tmux is not installed\n");
  await shown("ls", "-R", "queue");

  await shown("queuectl", "cancel", `${nightly}-backup`);
  const atGpu = await eventually(
    "one has the gpu",
    () => Promise.resolve(names("processing").find((name) => /-(train|score)@/.test(name))),
  );
  const [, victim, worker] = /-(train|score)@(.+)\.json$/.exec(atGpu)!;
  const pid = worker!.split("-").at(-2)!;
  console.log(`$ kill -KILL ${pid}\n`);
  Deno.kill(Number(pid), "SIGKILL");

  await shown("queuectl", "wait", `${nightly}-report`);
  if (screen) {
    screen.press("q");
    await eventually("q ends status --watch", () => Promise.resolve(!screen.alive));
  }
  await shown("queuectl", "worker", "stop");
  await shown("queuectl", "list");
  await shown("ls", "-R", "queue");
  await shown("queuectl", "stats");
  await check(nightly, victim!, workers);
}

async function check(nightly: string, victim: string, workers: string[]): Promise<void> {
  const other = victim === "train" ? "score" : "train";
  const wanted: Record<string, string> = {
    fetch: "done",
    index: "failed, failed, done",
    [victim]: "lost, done",
    [other]: "done",
    backup: "cancelled",
    report: "done",
  };
  const jobs: Record<string, JobView> = {};
  for (const [name, outcomes] of Object.entries(wanted)) {
    const ended = jobs[name] = await job(`${nightly}-${name}`);
    const state = name === "backup" ? "dead" : "done";
    const went = ended.history.map(({ outcome }) => outcome).join(", ");
    expect(`${name} is ${state}: ${outcomes}`, ended.state === state && went === outcomes);
  }
  expect("the nightly job is done", (await job(nightly)).state === "done");
  const order = (before: string, after: string) =>
    (jobs[before]!.history.at(-1)!.finished_at) <= jobs[after]!.history[0]!.started_at;
  expect(
    "index, train, score and backup came after fetch",
    ["index", "train", "score", "backup"].every((name) => order("fetch", name)),
  );
  expect(
    "report came after them",
    ["index", "train", "score", "backup"].every((name) => order(name, "report")),
  );
  const atGpu = [...jobs.train!.history, ...jobs.score!.history].sort(byStart);
  expect(
    "never two had the gpu",
    atGpu.every((attempt, at) => at === 0 || atGpu[at - 1]!.finished_at <= attempt.started_at),
  );
  for (const folder of ["pending", "processing", "failed", "tmp", "progress"]) {
    expect(`${folder}/ is empty`, names(folder).length === 0);
  }
  const logs = names("workers").filter((name) => name.endsWith(".log"));
  expect("workers/ holds their logs alone", logs.length === names("workers").length);
  expect(
    "each worker has one",
    workers.every((worker) => logs.includes(`${worker}.log`)) && logs.length === workers.length,
  );
  const left = processesOf(dir);
  expect(`no process is left${left.map(({ command }) => `: ${command}`)}`, left.length === 0);
  await shown("queuectl", "doctor");
}

function byStart(a: Attempt, b: Attempt): number {
  return a.started_at < b.started_at ? -1 : 1;
}

const begun = performance.now();
try {
  await main();
} catch (error) {
  faults.push(error instanceof Error ? error.message : `${error}`);
}
for (const { pid, command } of processesOf(dir)) {
  faults.push(`${pid} survives: ${command}`);
  Deno.kill(pid, "SIGKILL");
}
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
if (faults.length > 0) {
  for (const fault of faults) console.error(`WRONG: ${fault}`);
  console.error(`${faults.length} faults in ${seconds} s; the queue is in ${dir}`);
  Deno.exit(1);
}
console.log(`all as it should be, in ${seconds} s`);
Deno.removeSync(root, { recursive: true });
