/**
 * How a worker comes to be: its presence, and its parts.
 *
 * @module
 */

import { arrive, type Presence } from "../contents/presence.ts";
import type { JobState } from "../format/names.ts";
import type { Whereabouts } from "../format/placement.ts";
import { callAfterEach } from "../fs/call_after_each.ts";
import { type Change, watchQueue } from "../fs/watch.ts";
import type { Fence } from "../process/fence.ts";
import type { Settlement } from "../moves/settle.ts";
import { userOpenFiles } from "../process/launcher.ts";
import { newSpawner } from "../process/choose_spawner.ts";
import type { Spawner } from "../process/spawner.ts";
import { refuseUnsharedLocks } from "../store/shared_locks.ts";
import { fullDiskAdvice } from "../contents/largest_log.ts";
import { makeDirectory, pathIn, type Store } from "../store/store.ts";
import { QueueError, reasonWithin } from "../text/errors.ts";
import { VERSION } from "../version.ts";
import { Dispatcher } from "./dispatcher.ts";
import { troubleText, type WorkerEvent } from "./events.ts";
import { Finder } from "./fetching/finder.ts";
import { ParkedJobs } from "./fetching/parked_jobs.ts";
import { JobOutput } from "./job_output.ts";
import { Aftermath } from "./maintenance/aftermath.ts";
import { Pruner } from "./maintenance/pruner.ts";
import { Recoverer } from "./maintenance/recoverer.ts";
import { Scheduler } from "./maintenance/scheduler.ts";
import { pauseOnFailure } from "./pause_on_failure.ts";
import { Pulse, type PulseEvents } from "./pulse.ts";
import type { Troubles } from "./troubles.ts";

/** How a worker is to work. */
export interface ArrivalOptions {
  readonly store: Store;
  /** How many jobs run at once, at first. */
  readonly slots: number;
  /** The ID of the only job that it works, if so. */
  readonly only?: string;
  /** The ID of the running job that its jobs are part of, if so. */
  readonly partOf?: string;
  /** Its tags. Default: none. */
  readonly tags?: readonly string[];
}

/** Where a worker of this process is. */
function whereabouts(tags: readonly string[] | undefined): Whereabouts {
  return { host: Deno.hostname(), ...(tags?.length && { tags }) };
}

/**
 * A store whose calls are noted, where a worker on it has a pulse; the settings stay shared.
 *
 * @param answered Called after each call.
 */
export function withBeats(store: Store, answered: () => void): Store {
  if (store.files.isLocal(store.dir)) return store;
  return {
    ...store,
    files: callAfterEach(store.files, answered),
    get config() {
      return store.config;
    },
    set config(config) {
      store.config = config;
    },
  };
}

/**
 * Makes a worker of this process live, and gives it a pulse.
 *
 * @throws {QueueError} If the queue's disk takes no file, or has locks that do not reach the other
 * machines.
 */
export function arriveToWork(options: ArrivalOptions & PulseEvents): Pulse {
  const { store, slots, only, partOf, tags } = options;
  refuseUnsharedLocks(store);
  const since = performance.now();
  let presence: Presence;
  try {
    // Else this machine might remember that it is missing when others make it, and release nothing.
    if (!store.files.isLocal(store.dir)) makeDirectory(store, pathIn(store, "after"));
    presence = arrive(store, {
      ...whereabouts(tags),
      pid: Deno.pid,
      slots,
      started_at: new Date(store.now()).toISOString(),
      version: VERSION,
      ...(only !== undefined && { only }),
      ...(partOf !== undefined && { part_of: partOf }),
    });
  } catch (error) {
    throw new QueueError(
      `cannot work the queue ${store.dir}: ${reasonWithin(error)}${fullDiskAdvice(store, error)}`,
    );
  }
  return new Pulse({ ...options, presence, since });
}

/** What the parts of a worker work with. */
export interface PartsOptions extends ArrivalOptions {
  readonly worker: string;
  /** What ends the commands of a worker that is cut off, if that can happen. */
  readonly fence?: Fence;
  /** Asked before each claim whether a state's directory is still safe. */
  mayClaimFrom(state: JobState): boolean;
  /** Told what happens. */
  emit(event: WorkerEvent): void;
  /** Says what goes wrong. */
  readonly troubles: Troubles;
  /** Called when the worker may be able to go on. */
  changed(): void;
  /** Called when locks turn out not to reach other machines. */
  apart(): void;
  /** Called for each change in the queue that an event tells of. */
  heard(change: Change): void;
}

/** The parts of a worker. */
export interface Parts {
  /** Where the worker is. */
  readonly here: Whereabouts;
  readonly spawner: Spawner;
  readonly output: JobOutput;
  readonly finder: Finder;
  readonly parked: ParkedJobs;
  readonly dispatcher: Dispatcher;
  readonly recoverer: Recoverer;
  readonly pruner: Pruner;
  readonly aftermath: Aftermath;
  /** Missing in a worker that works only one job. */
  readonly scheduler?: Scheduler;
  /** Ends the watching of the queue. */
  unwatch(): void;
}

/** What to hear of: most that leaves pending/ and failed/ was claimed here. */
const INTERESTS = {
  "": "names",
  pending: "arrivals",
  failed: "arrivals",
  workers: "names",
} as const;

/** Makes the parts of a worker that has arrived. Only the first can fail. */
export function makeParts(options: PartsOptions): Parts {
  const { store, worker, slots, only, emit, changed } = options;
  const here = whereabouts(options.tags);
  const output = new JobOutput(store, worker);
  const report = (message: string) => options.troubles.meet(message);
  const trouble = (error: unknown) => report(troubleText(error));
  const settled = (settlement: Settlement) => {
    const { progress, state } = settlement;
    aftermath.settled(settlement);
    // Of the other ends the dispatcher knows sooner.
    if (settlement.job.history.at(-1)?.outcome === "lost") {
      pauseOnFailure(store, settlement)?.catch(trouble);
    }
    if (progress === "settled" && (state === "done" || state === "dead")) pruner.count();
  };
  // With one slot nothing else is to be started during the start of a job. If the slots are changed
  // later, this stays: a start then holds up the next one a little.
  const spawner = newSpawner({ inline: slots === 1, openFiles: userOpenFiles() });
  const aftermath = new Aftermath({ store, spawner, worker, trouble: report });
  const pruner = new Pruner(store, trouble, (removed) => emit({ kind: "pruned", removed }));
  const recoverer = new Recoverer({
    store,
    worker,
    hasInHand: (id) => dispatcher.jobs.get(id) !== undefined,
    settled,
    recovered: (recovery) => emit({ kind: "recovered", ...recovery }),
    apart(sentence) {
      report(sentence);
      options.apart();
    },
    trouble,
  });
  const parked = new ParkedJobs(store);
  const finder = new Finder({ store, only, here, parked, found: changed, trouble });
  const unrecovered = () => void recoverer.look().then(changed);
  const dispatcher = new Dispatcher({
    ...options,
    ...{ here, spawner, finder, parked, output, settled, unrecovered },
  });
  // A worker of only one job leaves the schedules alone.
  const scheduler = only === undefined
    ? new Scheduler({ store, worker, changed, trouble: report })
    : undefined;
  const unwatch = watchQueue(store.dir, Object.keys(INTERESTS), options.heard, INTERESTS);
  return {
    ...{ here, spawner, output, finder, parked, dispatcher },
    ...{ recoverer, pruner, aftermath, scheduler, unwatch },
  };
}
