/**
 * What a worker does, a step at a time and without processes: a run of a command is a line in the
 * job's log.
 *
 * @module
 */

import type { Finding } from "../../src/doctor/examination.ts";
import { examine } from "../../src/doctor/examine.ts";
import { type Claim, claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { logOf, mayTakeLog, takeLog } from "../../src/moves/take_log.ts";
import { entries } from "../../src/contents/entries.ts";
import { arrive, type Presence } from "../../src/contents/presence.ts";
import { putBackForLater } from "../../src/moves/put_back.ts";
import { settle, type Settlement, unrunSettlement } from "../../src/moves/settle.ts";
import { recoverDeadWorkers, type Recovery } from "../../src/recovery/recover.ts";
import { SignsOfLife } from "../../src/recovery/signs_of_life.ts";
import { pathIn, removeIfThere, type Store } from "../../src/store/store.ts";
import { releaseWaiting } from "../../src/worker/maintenance/aftermath.ts";
import { type AttemptResult, settlementOf } from "../../src/worker/outcome.ts";

/** How a command ended: with status 0, with another, or it was to be put back. */
export type Ending = "done" | "failed" | "put back";

/** Kills nothing: no command has a process here. */
export const noSurvivors = () => Promise.resolve();

/** Takes whoever holds no lock for dead at once, also where machines share the disk. */
class NoSignsOfLife extends SignsOfLife {
  override look(workers: readonly string[]): string[] {
    return [...workers];
  }
}

/** Recovers whoever is dead. */
export function recoverDead(
  store: Store,
  self: string,
  unsettled: Settlement[] = [],
): Promise<Recovery[]> {
  const signs = new NoSignsOfLife(store, self);
  return recoverDeadWorkers(store, self, noSurvivors, unsettled, () => {}, signs);
}

/** Does not wait: nothing else moves here. */
export const noPause = () => Promise.resolve();

/** Makes a worker live. */
export function arriveAs(store: Store, name: string): Presence {
  return arrive(store, { name, host: name, pid: 1, slots: 1, started_at: "", version: "test" });
}

/** The jobs that are ready, those in batches too. */
export function readyEntries(store: Store): WaitingEntry[] {
  const ready: WaitingEntry[] = [];
  for (const state of ["pending", "failed"] as const) {
    for (const entry of entries(store, state)) {
      if (entry.time <= store.now()) ready.push({ ...entry, state });
    }
  }
  return ready;
}

/**
 * Claims what is ready; what another was faster to claim, or is no job, is not among the claims.
 * What must not run, for a job that it was to come after is dead, is settled.
 *
 * @param unrun Gets what must not run, to be settled again should the disk refuse.
 */
export async function claimReady(
  store: Store,
  worker: string,
  unrun: Settlement[] = [],
): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const entry of readyEntries(store)) {
    // A worker has no two jobs of one ID in hand.
    if (claims.some(({ id }) => id === entry.id)) continue;
    const result = await claim(store, entry, worker);
    if (result.kind === "claimed") claims.push(result.claim);
    if (result.kind !== "hopeless") continue;
    unrun.push(unrunSettlement(result.claim, store.now(), result.reason));
  }
  await settleAndTell(store, unrun);
  return claims;
}

/** Settles jobs, and then does what their ends bring about. */
export async function settleAndTell(store: Store, settlements: Settlement[]): Promise<void> {
  await settle(store, settlements);
  const ended = settlements.filter(({ progress, state }) =>
    progress === "settled" && (state === "done" || state === "dead")
  );
  if (ended.length > 0) await releaseWaiting(store, ended.map(({ claim }) => claim.id));
}

/** What the doctor finds, and if that is wanted mends. */
export function doctor(store: Store, repair: boolean): Promise<Finding[]> {
  return examine(store, {
    repair,
    host: "doctor",
    pid: 2,
    version: "",
    killSurvivors: noSurvivors,
    pause: noPause,
  });
}

/** The line that an attempt leaves in the job's log. */
export function logLine(worker: string, command: string): string {
  return `${worker} ran ${command}\n`;
}

/**
 * Runs a claimed job, and says what is to become of it: `progress` is `gone` if it is another's, so
 * that nothing was run.
 */
export function run(store: Store, claimed: Claim, ending: Ending): Settlement {
  if (begin(store, claimed)) return endRun(store, claimed, ending);
  const { led_to } = claimed.job.history.at(-1) ?? {};
  const state = led_to === "failed" ? "failed" : "pending";
  putBackForLater(store, { state, priority: claimed.job.priority }, claimed);
  return { claim: claimed, job: claimed.job, state: "done", progress: "gone" };
}

/** Has a command print its line, unless the job is another's; whether it did. */
function begin(store: Store, claimed: Claim): boolean {
  const taken = takeLog(store, claimed);
  if (!taken) return false;
  const line = new TextEncoder().encode(logLine(claimed.worker, claimed.job.command));
  if (taken.isNew) {
    try {
      store.files.create(logOf(store, claimed), line);
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (!mayTakeLog(store, claimed)) return false;
    }
  }
  store.files.append(logOf(store, claimed), line);
  return true;
}

/** What is to become of a job whose command has ended. */
export function endRun(store: Store, claimed: Claim, ending: Ending): Settlement {
  const result: AttemptResult = {
    startedAt: store.now(),
    finishedAt: store.now(),
    duration: 1,
    logEnd: store.files.stat(logOf(store, claimed))?.size ?? 0,
    ...(ending === "put back"
      ? { stopped: "put back" }
      : { exit: { code: ending === "done" ? 0 : 1, signal: null } }),
  };
  return settlementOf(claimed, result, store.config, 0.5);
}

/** Removes the batches that no job is left in, as a worker does that finds one. */
export function removeEmptyBatches(store: Store): void {
  for (const { name, kind } of [...store.files.list(pathIn(store, "pending"))]) {
    if (kind !== "directory") continue;
    try {
      removeIfThere(store, pathIn(store, "pending", name));
    } catch {
      // There are jobs left in it.
    }
  }
}
