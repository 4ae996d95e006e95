/**
 * What must hold while nothing fails.
 *
 * @module
 */

import { whole } from "../job_mix.ts";
import type { Play } from "./case.ts";
import { uptime } from "./processes.ts";

/** Each job runs once, whichever host added it, and nothing is left behind. */
export const noFaults: Play = async (scene, { random, size }) => {
  const hosts = scene.rig.hosts.slice(0, 3);
  await scene.open();
  for (const host of hosts) scene.startWorker(host);
  await scene.untilWorkers(3);
  scene.watch();
  const begun = uptime();
  await Promise.all(hosts.map((host, at) => {
    const share = Math.ceil((size - at) / hosts.length);
    const jobs = Array.from({ length: share }, (_, n) => {
      const work = random() < 0.3 ? `sleep 0.${whole(random, 1, 3)}` : ":";
      // Some have an ID of their own, which takes another way into the queue.
      const id = n % 10 === 0 ? { id: `named-${host.name}-${n}` } : {};
      return scene.plan(`${host.name}-${n}`, work, whole(random, 0, 200), id);
    });
    return scene.enqueue(host, jobs);
  }));
  await scene.close("n2", 60 + size / 4);
  const notes = scene.notes();
  const ended = notes.filter(({ what }) => what === "E");
  scene.check(ended.length === size, `${ended.length} runs came to their end, of ${size} jobs`);
  const seconds = Math.max(...ended.map(({ at }) => at)) - begun;
  scene.figures.push(`${size} jobs in ${seconds.toFixed(0)} s, on three hosts`);
};
