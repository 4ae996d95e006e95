/**
 * A worker of the real parts (finder, limiter, claimer, settler, recoverer) on a simulated host.
 *
 * @module
 */

import { arrive } from "../../src/contents/presence.ts";
import { withDefaults } from "../../src/format/settings.ts";
import type { Spawner } from "../../src/process/spawner.ts";
import type { Store } from "../../src/store/store.ts";
import { Dispatcher } from "../../src/worker/dispatcher.ts";
import { Finder } from "../../src/worker/fetching/finder.ts";
import { ParkedJobs } from "../../src/worker/fetching/parked_jobs.ts";
import { Lookout } from "../../src/worker/lookout.ts";
import { JobOutput } from "../../src/worker/job_output.ts";
import { Pruner } from "../../src/worker/maintenance/pruner.ts";
import { Recoverer } from "../../src/worker/maintenance/recoverer.ts";
import { Troubles } from "../../src/worker/troubles.ts";
import { portOf, type SharedDirectory } from "./shared_directory.ts";

/** Where the queue lies. */
export const DIR = "/q";

/** What the hosts are like. */
export interface HostKind {
  /** How many jobs each runs at once. */
  readonly slots: number;
  /** Milliseconds that a job's command takes. */
  readonly job: number;
  /** Milliseconds for which a job keeps its host's one thread busy, besides its calls. */
  readonly cpu: number;
}

/** How often a worker shows that it lives, in milliseconds. */
const BEAT_EVERY = 1000;

/** Opens the queue of a simulated server as one host does. */
export function storeOn(server: SharedDirectory): Store {
  const { time } = server;
  return {
    dir: DIR,
    files: portOf(server),
    now: () => Math.floor(time.wallClock),
    owner: Deno.uid(),
    config: withDefaults({}),
  };
}

/** Starts commands that do nothing for a while. */
function simulatedSpawner(server: SharedDirectory, { job, cpu }: HostKind): Spawner {
  const { time } = server;
  let pid = 0;
  return {
    async spawn({ log }) {
      time.thread.busyUntil = time.now + cpu;
      // The kernel opens the log.
      await time.until(server.served("open", 1), () => {
        if (!server.node(log)) server.make(log, "file");
      });
      const exited = time.until(time.now + job, () => ({ code: 0, signal: null }));
      return { pid: ++pid, exited };
    },
    close() {},
  };
}

/** What happens to the jobs of the hosts. */
export interface HostEvents {
  ended(): void;
  trouble(error: unknown): void;
}

/** Has a worker live on a host of its own, from now on; returns its presence. */
export async function startHost(
  server: SharedDirectory,
  number: number,
  kind: HostKind,
  events: HostEvents,
): Promise<void> {
  const store = storeOn(server);
  const presence = arrive(store, {
    // A name of its own that is the same in each run.
    name: `host${number}-1-${number.toString(16).padStart(8, "0")}`,
    ...{ host: `host${number}`, pid: 1, slots: kind.slots, version: "" },
    started_at: new Date(store.now()).toISOString(),
  });
  const worker = presence.name;
  const parked = new ParkedJobs(store);
  const trouble = (error: unknown) => events.trouble(error);
  const changed = () => dispatcher.fill();
  const finder = new Finder({ store, parked, found: changed, trouble });
  const recoverer = new Recoverer({
    ...{ store, worker, trouble },
    hasInHand: (id) => dispatcher.jobs.get(id) !== undefined,
    settled() {},
    recovered: ({ worker: dead }) => trouble(new Error(`${dead} was recovered by ${worker}`)),
    apart: (sentence) => trouble(new Error(sentence)),
  });
  const dispatcher: Dispatcher = new Dispatcher({
    ...{ store, worker, finder, parked, changed },
    slots: kind.slots,
    spawner: simulatedSpawner(server, kind),
    output: new JobOutput(store, worker),
    mayClaimFrom: () => true,
    settled: events.ended,
    unrecovered() {},
    troubles: new Troubles((message) => trouble(new Error(message)), () => store.now()),
    emit() {},
  });
  const beat = () => {
    presence.beat();
    setTimeout(beat, BEAT_EVERY);
  };
  const pruner = new Pruner(store, trouble);
  const lookout = new Lookout(store, { finder, dispatcher, recoverer, pruner }, () => {
    presence.holds();
    void recoverer.look();
    return true;
  });
  setTimeout(beat, BEAT_EVERY);
  await recoverer.lookWell();
  await finder.refill();
  changed();
  lookout.start();
}
