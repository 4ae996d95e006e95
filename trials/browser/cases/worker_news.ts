/**
 * What goes wrong without anybody's command: a worker is stopped, a worker dies, a hook fails.
 *
 * @module
 */

import type { Case } from "../case.ts";

/** A worker is stopped, then killed; its job seems to run meanwhile. */
export const workerNews: Case = {
  name: "worker-news",
  about: "a worker that is stopped or killed shows at once where its job is shown, a hook too",
  async play(scene) {
    const dir = scene.queue();
    await scene.add(dir, [
      { id: "hooked", command: "true", on_done: "exit 6", priority: 9 },
      { id: "long", command: "sleep 1000" },
    ]);
    const worker = await scene.worker(dir);
    await scene.reaches(dir, "long", "processing");
    const dashboard = await scene.dashboard(dir);
    const workers = await scene.tab(dashboard, "/workers");
    const jobs = await scene.tab(dashboard, "/jobs?states=processing");
    const job = await scene.tab(dashboard, "/jobs/long");
    await workers.sees("1 hook failed in the last day.");
    await workers.sees(`tail ${dir}/hooks.log`);
    await job.sees(/^Runs on worker \S+, process group \d+\.$/, job.main);

    Deno.kill(worker.pid, "SIGSTOP");
    try {
      for (const { main } of [workers, job]) {
        await workers.sees("The worker is stopped (SIGSTOP or Ctrl-Z)", main);
        await workers.sees(`kill -CONT ${worker.pid}`, main);
      }
    } finally {
      Deno.kill(worker.pid, "SIGCONT");
    }
    for (const { main } of [workers, job]) await workers.seesNo(/The worker is stopped/, main);

    await scene.end(worker, "SIGKILL");
    await jobs.sees("worker died", jobs.row("long"));
    await job.sees(/^Its worker \S+ died\. The next worker takes it back:/, job.main);
    await job.reads(job.main.locator(".outcome-cell"), "worker died");
    for (const tab of [workers, jobs, job]) await tab.sees("1 job of dead workers.");

    await scene.worker(dir, "--count", "1");
    for (const tab of [workers, jobs, job]) await tab.seesNo("1 job of dead workers.");
    await job.seesNo(/worker \S+ died\./, job.main);
  },
};
