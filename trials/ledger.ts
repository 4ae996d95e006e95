/**
 * What jobs noted of their runs, and what enqueuers were told.
 *
 * @module
 */

/** When a run began and ended, as line numbers of the ledger. */
export interface Run {
  /** The lines that say that it began; more than one is a fault. */
  begun: number[];
  /** The lines that say that it came to its end. */
  ended: number[];
}

/** The runs of each job, by attempt. */
export type Runs = Map<string, Map<number, Run>>;

/**
 * Reads the ledger that the jobs of `job_mix.ts` write; what else stands in a line is for others.
 */
export function readLedger(text: string): Runs {
  const runs: Runs = new Map();
  text.split("\n").forEach((line, at) => {
    const match = /^([SE]) (\S+) (\d+)(?: .*)?$/.exec(line);
    if (!match) return;
    const [, what, id, attempt] = match as unknown as [string, "S" | "E", string, string];
    const ofJob = runs.get(id) ?? new Map<number, Run>();
    runs.set(id, ofJob);
    const run = ofJob.get(Number(attempt)) ?? { begun: [], ended: [] };
    ofJob.set(Number(attempt), run);
    (what === "S" ? run.begun : run.ended).push(at);
  });
  return runs;
}

/** What enqueuers wrote. */
export interface Told {
  /** How often each ID was acknowledged. */
  acknowledged: Map<string, number>;
  /** How often each job's requeuing was acknowledged. */
  requeued: Map<string, number>;
  /** Jobs whose removal was begun. */
  removing: Set<string>;
  /** Jobs whose removal was acknowledged. */
  removed: Set<string>;
}

/**
 * Reads what enqueuers wrote: see `chaos_enqueuer.ts`. A line that is only an ID is what `queuectl
 * enqueue` prints.
 */
export function readTold(text: string): Told {
  const told: Told = {
    acknowledged: new Map(),
    requeued: new Map(),
    removing: new Set(),
    removed: new Set(),
  };
  const count = (map: Map<string, number>, id: string) => map.set(id, (map.get(id) ?? 0) + 1);
  // What stands after the last newline was cut off by a kill.
  for (const line of text.split("\n").slice(0, -1)) {
    const match = /^(?:([AqQxX]) )?([A-Za-z0-9][\w-]*)$/.exec(line);
    if (!match) continue;
    const [, what, id] = match as unknown as [string, string | undefined, string];
    if (what === undefined || what === "A") count(told.acknowledged, id);
    else if (what === "Q") count(told.requeued, id);
    else if (what === "x") told.removing.add(id);
    else if (what === "X") told.removed.add(id);
  }
  return told;
}
