/**
 * One run of the simulation: so many hosts on one queue for a while.
 *
 * @module
 */

import { jobBytes, newJob } from "../../src/format/job.ts";
import { waitingName } from "../../src/format/names.ts";
import { withSeed } from "../../tests/simulation/seeded.ts";
import { type Costs, SharedDirectory } from "./shared_directory.ts";
import { DIR, type HostKind, startHost } from "./simulated_host.ts";
import { VirtualTime } from "./virtual_time.ts";

/** What to simulate. */
export interface Scene extends Costs, HostKind {
  readonly hosts: number;
  /** How many jobs wait at each moment. */
  readonly backlog: number;
  /** Seconds before the counting begins, and for which it goes on. */
  readonly warmUp: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What a run came to. */
export interface Rates {
  /** Jobs that ended a second. */
  readonly jobs: number;
  /** Calls for each of them, of all hosts together. */
  readonly callsAJob: number;
  /** Calls a second. */
  readonly calls: number;
  /** The share of tries to claim that found the job gone. */
  readonly collided: number;
  /** Looks and tries for each job that found it gone. */
  readonly inVain: number;
  /** Calls for each job by their names. */
  readonly byName: ReadonlyMap<string, number>;
}

/** The directories of a queue. */
const PARTS = [
  ...["pending", "processing", "done", "failed", "dead", "tmp", "workers", "schedules"],
  ...["history", "progress", "after", "unique", "limits", "input", "ring"],
];

/** Runs a scene. The same scene always comes to the same. */
export function simulate(scene: Scene): Promise<Rates> {
  return withSeed(scene.seed, () => run(scene));
}

async function run(scene: Scene): Promise<Rates> {
  const time = new VirtualTime();
  using _installed = time.install();
  const server = new SharedDirectory(time, scene);
  server.tree.set("", new Map());
  server.make(DIR, "directory");
  for (const part of PARTS) server.make(`${DIR}/${part}`, "directory");
  const pending = server.tree.get(`${DIR}/pending`)!;
  let added = 0;
  const fillUp = () => {
    while (pending.size < scene.backlog) {
      const id = `job${String(added++).padStart(8, "0")}`;
      const now = Math.floor(time.wallClock);
      const job = newJob({ command: "true", id }, { max_retries: 3, timeout: null }, now);
      server.make(`${DIR}/pending/${waitingName(now, 5, id, job)}`, "file", jobBytes(job));
    }
  };
  fillUp();
  // What ended is of no use to the run, and a listing of it is never read.
  const ended = server.tree.get(`${DIR}/done`)!;
  const tidy = () => {
    fillUp();
    ended.clear();
    time.at(time.now + 100, tidy, { busyUntil: 0 });
  };
  time.at(100, tidy, { busyUntil: 0 });
  let jobs = 0;
  const events = {
    ended: () => void jobs++,
    trouble(error: unknown) {
      throw error;
    },
  };
  for (let number = 0; number < scene.hosts; number++) {
    // They start within a second of one another.
    time.at(Math.random() * 1000, () => void startHost(server, number, scene, events), {
      busyUntil: 0,
    });
  }
  await time.run(scene.warmUp * 1000);
  const [before, jobsBefore, collidedBefore] = [new Map(server.calls), jobs, { ...server.lost }];
  await time.run((scene.warmUp + scene.seconds) * 1000);
  const done = jobs - jobsBefore;
  const lost = server.lost.claims - collidedBefore.claims;
  const looks = server.lost.looks - collidedBefore.looks;
  const byName = new Map(
    [...server.calls].map(([name, count]) => [name, (count - (before.get(name) ?? 0)) / done]),
  );
  const callsAJob = [...byName.values()].reduce((sum, count) => sum + count, 0);
  return {
    jobs: done / scene.seconds,
    callsAJob,
    calls: callsAJob * done / scene.seconds,
    collided: lost / (lost + done),
    inVain: (lost + looks) / done,
    byName,
  };
}
