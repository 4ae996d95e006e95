/**
 * A hundred thousand done jobs.
 *
 * @module
 */

import type { Locator } from "playwright-core";
import { fillDone } from "../backlog.ts";
import type { Case } from "../case.ts";
import { memoryOf } from "../processes.ts";
import { fillEveryState } from "../queues.ts";

/** A large backlog is paged, searched and counted. */
export const backlog: Case = {
  name: "backlog",
  about: "100,000 done jobs are counted, paged, searched and opened",
  async play(scene) {
    const count = scene.small ? 20_000 : 100_000;
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    fillDone(dir, count);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/jobs?states=done");
    const total = String(count + 3).replace(/(?=(\d{3})$)/, "\\D?");
    await tab.sees(new RegExp(total));
    const firstPage = await rowsOf(tab.main);
    scene.check(firstPage.length === 50, `the first page has ${firstPage.length} jobs`);
    await tab.click("link", /^(next|older)/i);
    await tab.page.waitForURL(/cursor=/);
    await tab.main.getByRole("link", { name: firstPage[0]! }).waitFor({ state: "detached" });
    const secondPage = await rowsOf(tab.main);
    const repeated = secondPage.filter((id) => firstPage.includes(id));
    scene.check(secondPage.length === 50, `the second page has ${secondPage.length} jobs`);
    scene.check(repeated.length === 0, `the second page repeats ${repeated.join(" ")}`);

    const begun = performance.now();
    await tab.go("/jobs?text=scans/0777.tiff");
    // A search reads for a second at a time.
    const found = tab.main.getByText("convert scans/0777.tiff").first();
    const on = tab.main.getByRole("link", { name: "Search on" });
    while (!await found.isVisible()) {
      await on.click();
      await found.or(on).first().waitFor();
    }
    const searched = performance.now() - begun;
    await tab.main.getByRole("link", { name: secondPage[0]! }).first().waitFor({
      state: "detached",
    });
    await tab.go(`/jobs/${secondPage[0]}`);
    await tab.sees("convert scans/", tab.main);
    const memory = memoryOf(dashboard.program.pid, "most");
    scene.check(memory < 150, `the server took ${memory.toFixed(0)} MB`);
    scene.figures.push(
      `${count} done: a search took ${searched.toFixed(0)} ms, the server at most ${
        memory.toFixed(0)
      } MB`,
    );
  },
};

/** The IDs of the jobs in the table, which shows only the ends of long ones. */
async function rowsOf(main: Locator): Promise<string[]> {
  return await main.locator("tr[data-id]").evaluateAll((rows) =>
    rows.map((row) => row.getAttribute("data-id")!)
  );
}
