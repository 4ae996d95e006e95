/**
 * What must hold when a part fails, one at a time, while every host works.
 *
 * @module
 */

import { type Random, whole } from "../job_mix.ts";
import type { Play } from "./case.ts";
import type { Host } from "./host.ts";
import { longWork, type Note, overlaps } from "./noted_jobs.ts";
import { pause, until, uptime } from "./processes.ts";
import type { Scene } from "./scene.ts";

/** How many short jobs wait when the fault comes. */
const JOBS = 24;

/**
 * Opens the queue; has a host run two long jobs, and then all hosts short ones.
 *
 * @param long How long these two are, in seconds: what runs on after the fault is seen beside the
 * next run.
 * @returns The beginnings of the long ones.
 */
async function begin(scene: Scene, random: Random, host: Host, long: number): Promise<Note[]> {
  await scene.open();
  scene.startWorker(host);
  await scene.untilWorkers(1);
  await scene.enqueue(
    "n1",
    ["long-0", "long-1"].map((name) => {
      return scene.plan(name, longWork(long), whole(random, 0, 50), { priority: 9 });
    }),
  );
  const isBusy = await until(() => scene.notes().length === 2, 60);
  scene.check(isBusy, `two jobs and two free slots, and ${scene.notes().length} run`);
  const running = scene.notes();
  for (const other of scene.rig.hosts) if (other !== host) scene.startWorker(other);
  await scene.untilWorkers(scene.rig.hosts.length);
  scene.watch();
  const short = Array.from(
    { length: JOBS },
    (_, n) => scene.plan(`short-${n}`, `sleep ${whole(random, 5, 30) / 10}`, whole(random, 0, 50)),
  );
  await scene.enqueue("n1", short);
  return running;
}

/**
 * Says how long the jobs that a fault hit went on, and waited for their next run, and for how long
 * two ran at once.
 */
function tell(scene: Scene, hit: readonly Note[], at: number): void {
  const notes = scene.notes();
  const waits = hit.map(({ id, attempt }) =>
    notes.find((note) => note.what === "S" && note.id === id && note.attempt > attempt)
  );
  const shown = waits.map((note) => note ? `${(note.at - at).toFixed(1)} s` : "never");
  scene.figures.push(`next runs of what it ran, after the fault: ${shown.join(", ") || "none"}`);
  const lasts = hit.map(({ id, attempt }) =>
    notes.findLast((note) => note.id === id && note.attempt === attempt)!
  );
  const ends = lasts.map((note) => `${(note.at - at).toFixed(1)} s`);
  scene.figures.push(`what it ran last showed itself, after the fault: ${ends.join(", ")}`);
  const twice = overlaps(notes).map(({ seconds }) => `${seconds.toFixed(1)} s`);
  scene.figures.push(`two runs of a job at once: ${twice.join(", ") || "never"}`);
}

/**
 * A worker is killed, and a fresh one starts on its host: another run begins only when the first
 * command is dead.
 */
export const workerKilled = (isReplaced: boolean): Play => async (scene, { random }) => {
  const host = scene.rig.host("n2");
  const hit = await begin(scene, random, host, 30);
  scene.hit.add(host.name);
  scene.workers[0]!.kill();
  const at = uptime();
  if (isReplaced) {
    await scene.workers[0]!.ended;
    scene.startWorker(host);
  }
  await scene.close("n3", 150);
  tell(scene, hit, at);
};

/** All processes of a host end at once. */
export const hostKilled = (isTold: boolean): Play => async (scene, { random }) => {
  const host = scene.rig.host("n4");
  const hit = await begin(scene, random, host, 30);
  scene.hit.add(host.name);
  // As when the power fails: nobody closes its connections.
  if (!isTold) await host.cut();
  await host.kill();
  const at = uptime();
  await pause(20);
  await scene.rig.restart(host);
  scene.startWorker(host);
  await scene.close("n2", 200);
  tell(scene, hit, at);
};

/** A host loses the network while it runs jobs, and comes back. */
export const hostCut = (seconds: number, name = "n4"): Play => async (scene, { random }) => {
  const host = scene.rig.host(name);
  const hit = await begin(scene, random, host, seconds + 30);
  scene.hit.add(host.name);
  await host.cut();
  const at = uptime();
  await pause(seconds);
  await host.connect();
  const from = name === "n1" ? "n2" : "n1";
  await scene.untilRest(from, 200);
  tell(scene, hit, at);
  await checkLists(scene, host);
  await scene.close(from, 60);
};

/**
 * A worker that lives is listed, on whichever host one asks; one that does not has ended, and is
 * not.
 */
async function checkLists(scene: Scene, hit: Host): Promise<void> {
  const alive = () => scene.workers.filter(({ end }) => end === undefined);
  // One that finds that it was declared dead takes a moment to end.
  await pause(3);
  for (const host of scene.rig.reachable) {
    const listed = await scene.list(host);
    if (listed.length === alive().length) continue;
    const living = alive().map(({ host }) => host.name).join(" ");
    scene.fail(`workers live on ${living}, but ${host.name} lists: ${listed.join(" ") || "none"}`);
  }
  const worker = scene.workers[0]!;
  scene.figures.push(`the worker on ${hit.name} ${worker.end ? `ended (${worker.end})` : "lives"}`);
}

/** What a host serves of the volume is killed, and started again while jobs run. */
export const serverKilled: Play = async (scene, { random }) => {
  const { rig } = scene;
  const host = rig.host("n3");
  await begin(scene, random, host, 30);
  const killed = await host.killProcesses(rig.engine.servers);
  scene.check(killed > 0, `nothing that serves was found on ${host.name}`);
  await pause(15);
  await rig.engine.serve(host);
  const healed = await until(
    async () => await rig.engine.heal(rig.host("n1")) === undefined,
    120,
    1,
  );
  scene.check(healed, "the volume does not heal");
  await scene.close("n2", 150);
};
