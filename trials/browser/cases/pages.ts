/**
 * Each page of a queue that has something of everything.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { EVERY, fillEveryState } from "../queues.ts";

/** Each page shows what lies in the queue. */
export const pages: Case = {
  name: "pages",
  about: "each page shows what lies in the queue",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    await scene.worker(dir, "--count", "2", "--tag", "gpu");
    const tab = await scene.tab(dashboard, "/");
    await tab.sees("Paused");
    await tab.go("/jobs");
    for (
      const state of ["done", "dead", "failed", "pending", "delayed", "held", "waiting"] as const
    ) {
      for (const id of EVERY[state]) await tab.sees(id, tab.main);
    }
  },
};
