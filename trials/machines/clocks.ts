/**
 * What must hold when the clocks of hosts differ.
 *
 * @module
 */

import type { Play } from "./case.ts";
import { timeOf } from "./noted_jobs.ts";
import { pause, until, uptime } from "./processes.ts";

/** How many jobs each host adds, one at a time. */
const JOBS = 6;

/**
 * How late a job may begin beside idle workers, in seconds: a poll, and what a busy machine needs
 * for a program.
 */
const LATEST = 10;

/**
 * The last host's clock is ahead (or behind, if negative). A job that is added for now runs now
 * where clocks agree, and a clock that is ahead delays nothing that others add.
 */
export const clocksApart = (seconds: number): Play => async (scene) => {
  const { rig } = scene;
  const odd = rig.host("n4");
  await rig.setClock(odd, seconds);
  const { stdout } = await odd.run(["date", "+%s"]);
  const seen = Number(stdout) - Date.now() / 1000;
  scene.check(Math.abs(seen - seconds) < 3, `its clock is ${seen.toFixed(0)} s ahead`);
  await scene.open();
  for (const host of rig.hosts.slice(0, 3)) scene.startWorker(host, 1);
  await scene.untilWorkers(3);
  scene.watch();
  const told = new Map<string, number>();
  for (let n = 0; n < JOBS; n++) {
    // The odd host first: what the others add after it must not wait for their clocks to catch up.
    for (const host of [odd, ...rig.hosts.slice(0, 3)]) {
      const job = scene.plan(`${host.name}-${n}`, ":");
      const id = n % 2 === 0 ? [] : ["--id", job.name];
      const added = await scene.expect(host, "enqueue", ...id, JSON.stringify(job.input));
      if (added !== "") scene.acknowledge([added.trim()], [job]);
      told.set(job.name, uptime());
    }
    await pause(1);
  }
  const begun = (name: string) => timeOf(scene.notes(), "S", name);
  const inTime = [...told.keys()].filter((name) => seconds < 0 || !name.startsWith("n4"));
  await until(() => inTime.every((name) => begun(name) !== undefined), 3 * LATEST);
  const late = inTime.map((name) => [name, (begun(name) ?? Infinity) - told.get(name)!] as const);
  for (const [name, seconds] of late) {
    if (seconds > LATEST) scene.fail(`${name} began ${seconds.toFixed(1)} s after it was added`);
  }
  const worst = Math.max(...late.map(([, seconds]) => seconds));
  scene.figures.push(
    `begun at most ${worst.toFixed(1)} s after being added, the odd host's left out`,
  );
  scene.startWorker(odd, 1);
  await scene.close("n1", Math.abs(seconds) + 60);
};
