/**
 * Faults, drawn by chance, while every host works and adds jobs.
 *
 * @module
 */

import { type Random, whole } from "../job_mix.ts";
import type { Play, Terms } from "./case.ts";
import type { Host, Program } from "./host.ts";
import { overlaps } from "./noted_jobs.ts";
import { pause, uptime } from "./processes.ts";
import type { Scene } from "./scene.ts";

/** So many unfinished jobs are enough. */
const ENOUGH = 60;

/** A fault, from its beginning until it is made good. */
type Fault = (scene: Scene, random: Random) => Promise<string> | string;

const FAULTS: readonly Fault[] = [
  function killWorker(scene, random) {
    const alive = scene.workers.filter(({ end, host }) => end === undefined && host.isUp);
    const worker = alive[whole(random, 0, alive.length - 1)];
    if (!worker) return "no worker was alive";
    scene.hit.add(worker.host.name);
    worker.kill();
    return `killed the worker on ${worker.host.name}`;
  },

  function killHost(scene, random) {
    const host = anyHost(scene, random);
    return cutPower(scene, random, host, random() < 0.5);
  },

  async function cutHost(scene, random) {
    const host = anyHost(scene, random);
    const seconds = [3, 20, 60][whole(random, 0, 2)]!;
    scene.hit.add(host.name);
    await host.cut();
    await pause(seconds);
    await host.connect();
    return `cut off ${host.name} for ${seconds} s`;
  },

  async function killServer(scene, random) {
    const host = anyHost(scene, random);
    if (!scene.rig.serves(host)) return "nothing serves there";
    await host.killProcesses(scene.rig.engine.servers);
    await pause(whole(random, 1, 15));
    await scene.rig.engine.serve(host);
    return `killed what serves on ${host.name}, and started it`;
  },
];

/** All processes of a host end at once, and nobody is told unless it is so asked. */
async function cutPower(
  scene: Scene,
  random: Random,
  host: Host,
  isTold = false,
): Promise<string> {
  scene.hit.add(host.name);
  const workers = scene.rig.engine.keepsLocksOfTheDead ? await scene.list("n1") : [];
  if (!isTold) await host.cut();
  await host.kill();
  await pause(whole(random, 1, 20));
  await scene.rig.restart(host);
  // As docs/machines.md has people do there.
  for (const name of workers.filter((worker) => worker.startsWith(`${host.name}-`))) {
    const { code, stderr } = await scene.call("n1", "worker", "forget", "--yes", name);
    if (code !== 0) scene.figures.push(`worker forget ${name}: ${stderr.trim()}`);
  }
  return `killed ${host.name}${isTold ? "" : ", which told nobody"}, and started it`;
}

/**
 * Any host; one that serves no more seldom than others. The first holds the only list of names of
 * some engines.
 */
function anyHost({ rig }: Scene, random: Random): Host {
  return rig.hosts[whole(random, 1, rig.hosts.length - 1)]!;
}

/** All faults, and a clock that is not right. */
export const atRandom: Play = async (scene, terms) => {
  const { rig } = scene;
  // Set before there is anything to lose: a clock is not set without a new start.
  await rig.setClock(rig.host("n4"), [0, 10, -10, 300, -300][whole(terms.random, 0, 4)]!);
  await play(scene, terms, () => FAULTS[whole(terms.random, 0, FAULTS.length - 1)]!, [5, 20]);
};

/**
 * The hosts that serve a part of the volume lose their power one after the other: names that were
 * renamed meanwhile come back with them.
 */
export const serversInTurn: Play = async (scene, terms) => {
  const { rig } = scene;
  // Whoever is not yet connected to the one that came back has too few for a moment.
  for (const { name } of rig.hosts) scene.hit.add(name);
  const fault: Fault = (scene, random) => cutPower(scene, random, rig.hosts[whole(random, 1, 2)]!);
  await play(scene, terms, () => fault, [1, 6]);
};

/**
 * One fault after the other; every copy is whole before the next, as two of three are needed.
 *
 * @param choose Draws a fault.
 * @param apart How long after the one before, in seconds.
 */
async function play(
  scene: Scene,
  { random, minutes }: Terms,
  choose: () => Fault,
  apart: readonly [least: number, most: number],
): Promise<void> {
  const { rig } = scene;
  await scene.open();
  const until = performance.now() + minutes * 60_000;
  scene.watch();
  let isOver = false;
  const keeping = rig.hosts.map((host) => keepWorker(scene, host, () => isOver));
  const adding = ["n1", "n2"].map((name) =>
    keepAdding(scene, rig.host(name), random, () => isOver)
  );
  while (performance.now() < until) {
    await pause(whole(random, ...apart));
    const fault = choose();
    const at = uptime().toFixed(0);
    rig.isDisturbed = true;
    scene.figures.push(`at ${at}: ${await fault(scene, random)}`);
    for (const { name } of await rig.heal()) {
      scene.hit.add(name);
      scene.figures.push(`booted ${name} again, as it did not serve its part`);
    }
    rig.isDisturbed = false;
  }
  isOver = true;
  await Promise.all([...keeping, ...adding]);
  await scene.close("n1", 240);
  scene.figures.push(`two runs of a job at once: ${overlaps(scene.notes()).length}`);
}

/**
 * Keeps a worker alive on a host. One that was declared dead ends by itself, and another starts.
 */
async function keepWorker(scene: Scene, host: Host, isOver: () => boolean): Promise<void> {
  let worker: Program | undefined;
  while (!isOver()) {
    if (host.isMounted && (worker === undefined || worker.end !== undefined)) {
      worker = scene.startWorker(host);
    }
    await pause(1);
  }
}

/** Adds jobs from a host as long as it can be reached, by tens and one at a time. */
async function keepAdding(
  scene: Scene,
  host: Host,
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    await pause(whole(random, 1, 3));
    const notes = scene.notes();
    const ended = notes.filter(({ what }) => what === "E").length;
    if (scene.acknowledged - ended > ENOUGH || !scene.rig.reachable.includes(host)) continue;
    const jobs = Array.from({ length: random() < 0.5 ? 1 : 10 }, (_, at) => {
      const id = random() < 0.2 ? { id: `id-${host.name}-${n}-${at}` } : {};
      const rest = { ...id, max_retries: 20 };
      const name = `${host.name}-${n}-${at}`;
      return scene.plan(name, `sleep ${whole(random, 0, 30) / 10}`, whole(random, 0, 50), rest);
    });
    await scene.tryEnqueue(host, jobs);
  }
}
