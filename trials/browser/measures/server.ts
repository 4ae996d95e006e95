/**
 * What the server costs: memory, processor time, and what a worker loses by it.
 *
 * @module
 */

import { median, type Row } from "../../../bench/measure.ts";
import { fillDone } from "../backlog.ts";
import { cpuOf, memoryOf } from "../processes.ts";
import { Program, queuectl } from "../programs.ts";
import { fillEveryState } from "../queues.ts";
import type { Scene } from "../scene.ts";

const PATHS = ["/", "/jobs", "/jobs?states=done", "/jobs/thumbnails", "/dead", "/schedules"];

/** The memory of the server with twenty browsers that look while jobs run. */
export async function memory(scene: Scene): Promise<Row[]> {
  const browsers = scene.small ? 4 : 20;
  const count = scene.small ? 2000 : 100_000;
  const dir = scene.queue();
  await fillEveryState(scene, dir);
  fillDone(dir, count);
  const dashboard = await scene.dashboard(dir);
  const { pid } = dashboard.program;
  const alone = memoryOf(pid);
  for (let at = 0; at < browsers; at++) {
    const tab = await scene.tab(dashboard, PATHS[at % PATHS.length]!);
    await tab.main.waitFor();
  }
  await queuectl(dir, ["worker", "resume"]);
  await scene.add(dir, Array.from({ length: 300 }, (_, at) => ({ command: `echo ${at}` })));
  await scene.drain(dir, 2);
  const [now, most] = [memoryOf(pid), memoryOf(pid, "most")];
  return [{
    question: `memory of the server, ${browsers} browsers (a tab each), ${
      count.toLocaleString("en-US")
    } done`,
    figure: `${now.toFixed(0)} MB, at most ${most.toFixed(0)} MB`,
    reference: `without a browser: ${alone.toFixed(0)} MB`,
    must: "150 MB at most",
    reached: most <= 150,
    aim: "100 MB",
  }];
}

/** The processor time of a server with a browser open where nothing happens. */
export async function idleServer(scene: Scene): Promise<Row[]> {
  const seconds = scene.small ? 10 : 60;
  const dir = scene.queue();
  await fillEveryState(scene, dir);
  const dashboard = await scene.dashboard(dir);
  await scene.worker(dir);
  const tab = await scene.tab(dashboard, "/");
  await tab.main.waitFor();
  await loaded();
  const before = cpuOf(dashboard.program.pid);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const share = 100 * (cpuOf(dashboard.program.pid) - before) / seconds;
  return [{
    question: `CPU of an idle server with a browser open, over ${seconds} s`,
    figure: `${share.toFixed(2)} % of one core`,
    reference: "",
    must: "1 %",
    reached: share <= 1,
    aim: "0.3 %",
  }];
}

/** Waits until the start of a page, and the compiling that comes later, are over. */
function loaded(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5000));
}

/** How much longer jobs take while a browser looks at the overview. */
export async function slowdown(scene: Scene): Promise<Row[]> {
  const rounds = scene.small ? 1 : 7;
  const count = scene.small ? 300 : 3000;
  const figures: Record<"alone" | "watched", number[]> = { alone: [], watched: [] };
  for (let round = 0; round < rounds; round++) {
    for (const how of ["alone", "watched"] as const) {
      const dir = scene.queue();
      await scene.add(dir, Array.from({ length: count }, () => ({ command: "true" })));
      const dashboard = how === "watched" ? await scene.dashboard(dir) : undefined;
      if (dashboard) {
        await (await scene.tab(dashboard, "/")).main.waitFor();
        await loaded();
      }
      const begun = performance.now();
      const worker = new Program(dir, ["worker", "start", "--count", "2", "--drain"]);
      const { code } = await worker.ended();
      if (code !== 0) throw new Error(`the worker ended with ${code}: ${worker.said}`);
      figures[how].push((performance.now() - begun) / 1000);
      await scene.clear();
    }
  }
  const ratio = median(figures.watched) / median(figures.alone);
  return [{
    question: `${count} jobs of \`true\`, 2 at once, while a browser on this machine looks`,
    figure: `${median(figures.watched).toFixed(2)} s`,
    reference: `without dashboard: ${median(figures.alone).toFixed(2)} s`,
    ratio,
    must: "at most 1.15",
    reached: ratio <= 1.15,
    aim: "1.05",
  }];
}
