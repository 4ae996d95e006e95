/**
 * Whether a queue kept its word: what was acknowledged against what ran and what lies on disk.
 *
 * @module
 */

import { entries, readEntry } from "../src/contents/entries.ts";
import type { Attempt, JobView } from "../src/format/job.ts";
import { JOB_STATES } from "../src/format/names.ts";
import type { Queue } from "../src/queue.ts";
import { needsOf } from "../src/constraints/needs.ts";
import { PLACES, RESOURCE } from "./job_mix.ts";
import type { Run, Runs, Told } from "./ledger.ts";

/** What is known of a trial. */
export interface Evidence {
  /** The queue, at rest. */
  queue: Queue;
  /** What enqueuers were told. */
  told: Told;
  /** What jobs noted. */
  runs: Runs;
  /** Whether a worker, by its name, was killed or may have been taken for dead. */
  wasKilled(worker: string): boolean;
  /** Whether workers may have put jobs back uncharged, because the machine could not start them. */
  putBack?: boolean;
}

/** What is found of a trial. */
export interface Verdict {
  /** What contradicts the queue's promises, a sentence each; none if all is well. */
  violations: string[];
  /** Jobs that lie in done/. */
  done: number;
  /** Jobs that lie in dead/. */
  dead: number;
  /** Runs that began. */
  runs: number;
  /** Attempts that are charged as lost because their worker died. */
  lostAttempts: number;
  /** Of those, how many had begun: these jobs ran once more than they should have needed to. */
  repeats: number;
  /** Jobs that were in the queue and that nobody was told of: their enqueuer died just before. */
  untold: number;
}

/** The process of a worker, by its name. */
export function processOf(worker: string): number {
  return Number(/-(\d+)-[0-9a-f]+$/.exec(worker)?.[1]);
}

/** Judges a trial. */
export function judge(evidence: Evidence): Verdict {
  const { queue, told, runs } = evidence;
  const verdict: Verdict = {
    violations: [],
    done: 0,
    dead: 0,
    runs: 0,
    lostAttempts: 0,
    repeats: 0,
    untold: 0,
  };
  const { violations } = verdict;
  const places = placesOfJobs(queue);
  for (const [id, times] of told.acknowledged) {
    if (times > 1) violations.push(`${id}: ${times} enqueuers were told that they added it`);
    if (told.removing.has(id)) continue;
    if (!places.has(id)) violations.push(`${id}: acknowledged and LOST`);
  }
  for (const id of told.removed) {
    if (places.has(id)) violations.push(`${id}: acknowledged as removed, and there`);
  }
  for (const [id, found] of places) {
    const [job] = found;
    if (found.length > 1) {
      violations.push(`${id}: in ${found.map(({ state }) => state).join(" and in ")}`);
    }
    if (job!.state !== "done" && job!.state !== "dead") {
      violations.push(`${id}: at rest in ${job!.state}`);
      continue;
    }
    verdict[job!.state]++;
    if (!told.acknowledged.has(id)) verdict.untold++;
    judgeJob(job!, evidence, verdict);
  }
  for (const [id, ofJob] of runs) {
    for (const { begun } of ofJob.values()) verdict.runs += begun.length;
    if (!places.has(id) && !told.removing.has(id)) violations.push(`${id}: ran, and is nowhere`);
    judgeOrder(id, ofJob, violations);
  }
  judgePlaces(places, runs, violations);
  for (const part of ["processing", "tmp", "workers", "pending", "failed"]) {
    for (const { name } of Deno.readDirSync(`${queue.dir}/${part}`)) {
      if (name.endsWith(".log") && told.removing.has(name.slice(0, -4))) continue;
      violations.push(`left in ${part}/: ${name}`);
    }
  }
  return verdict;
}

function placesOfJobs(queue: Queue): Map<string, JobView[]> {
  const places = new Map<string, JobView[]>();
  for (const state of JOB_STATES) {
    for (const entry of entries(queue.store, state)) {
      const job = readEntry(queue.store, entry);
      if (job) places.set(entry.id, [...places.get(entry.id) ?? [], job]);
    }
  }
  return places;
}

function judgeJob(job: JobView, evidence: Evidence, verdict: Verdict): void {
  const { queue, told, runs } = evidence;
  const { violations } = verdict;
  const { id, state, history } = job;
  const say = (what: string) => violations.push(`${id} (${state}): ${what}`);
  if (job.malformed !== undefined) {
    say(`torn: ${job.malformed}`);
    return;
  }
  if (!isFile(`${queue.dir}/${state}/${id}.log`)) say("no log beside it");
  if (history.at(-1)?.led_to !== state) say(`its last attempt led to ${history.at(-1)?.led_to}`);
  const requeued = told.requeued.get(id) ?? 0;
  if (history.length < 1 + requeued) {
    say(`requeued ${requeued} times, but ran only ${history.length} times`);
  }
  history.forEach((attempt, at) => {
    if (attempt.attempt !== at + 1) say(`attempt ${attempt.attempt} stands in place ${at + 1}`);
    const run = runs.get(id)?.get(at + 1) ?? { begun: [], ended: [] };
    const fault = faultOfAttempt(attempt, run, evidence);
    if (fault) say(`attempt ${at + 1} (${attempt.outcome}): ${fault}`);
    if (attempt.outcome !== "lost") return;
    verdict.lostAttempts++;
    if (run.begun.length > 0) verdict.repeats++;
  });
  // A job is charged only once its command may have started, so a dead one has run; unless it was
  // only just starting each time, which its worker's death would have to meet within a millisecond.
  const isCharged = history.every(({ outcome }) => outcome === "lost" || outcome === "failed");
  if (state === "dead" && isCharged && ![...runs.get(id)?.values() ?? []].some(hasBegun)) {
    say("it never ran");
  }
  for (const attempt of runs.get(id)?.keys() ?? []) {
    if (attempt > history.length) say(`ran a ${attempt}th time that its history does not tell of`);
  }
}

const hasBegun = ({ begun }: Run) => begun.length > 0;

/** Where the record of an attempt and the ledger's contradict each other. */
function faultOfAttempt(
  attempt: Attempt,
  { begun, ended }: Run,
  { wasKilled, putBack }: Evidence,
): string | undefined {
  if (begun.length > 1) return `ran ${begun.length} times`;
  if (attempt.outcome === "lost") {
    return wasKilled(attempt.worker) ? undefined : `worker ${attempt.worker} was not killed`;
  }
  if (attempt.outcome === "cancelled") {
    return putBack && begun.length === 0 ? undefined : `nobody cancelled it (${attempt.reason})`;
  }
  // On a machine that is busy enough a command's time can be up before its first word.
  if (attempt.outcome === "timeout") return undefined;
  if (begun.length === 0) return `never began (${attempt.reason})`;
  return ended.length === 1 ? undefined : `came to its end ${ended.length} times`;
}

/** No run of a job may begin while an earlier one still goes on. */
function judgeOrder(id: string, ofJob: Map<number, Run>, violations: string[]): void {
  for (const [attempt, { begun }] of ofJob) {
    for (const end of ofJob.get(attempt - 1)?.ended ?? []) {
      if (begun.some((line) => line < end)) {
        violations.push(`${id}: attempt ${attempt} began before attempt ${attempt - 1} had ended`);
      }
    }
  }
}

/** No more runs of jobs that need a resource go on at once than there are places. */
function judgePlaces(
  places: ReadonlyMap<string, JobView[]>,
  runs: Runs,
  violations: string[],
): void {
  // Of a run whose worker was killed nobody knows when it ended.
  const changes: [line: number, by: number][] = [];
  for (const [id, ofJob] of runs) {
    const job = places.get(id)?.[0];
    const count = job && needsOf(job).find(({ resource }) => resource === RESOURCE)?.places;
    if (!count) continue;
    for (const { begun: [begun], ended: [ended] } of ofJob.values()) {
      if (begun !== undefined && ended !== undefined) changes.push([begun, count], [ended, -count]);
    }
  }
  let taken = 0;
  for (const [line, by] of changes.sort(([a], [b]) => a - b)) {
    taken += by;
    if (taken > PLACES) violations.push(`line ${line}: ${taken} of ${PLACES} places are taken`);
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
