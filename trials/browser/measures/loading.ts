/**
 * How long pages take to load.
 *
 * @module
 */

import { median, type Row } from "../../../bench/measure.ts";
import { fillDone } from "../backlog.ts";
import { launch } from "../chromium.ts";
import { queuectl } from "../programs.ts";
import { fillEveryState } from "../queues.ts";
import type { Scene } from "../scene.ts";
import { Tab } from "../tab.ts";
import { until } from "../until.ts";

/** The first page of a server and a browser that have both just started. */
export async function firstPage(scene: Scene, chromium: string): Promise<Row[]> {
  const rounds = scene.small ? 2 : 7;
  const dir = scene.queue();
  await fillEveryState(scene, dir);
  const figures: number[] = [];
  const listening: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const dashboard = await scene.dashboard(dir);
    listening.push(performance.now() - begun);
    const browser = await launch(chromium);
    try {
      const tab = await Tab.open(await browser.newContext(), dashboard, "/");
      figures.push(await paintOf(tab));
    } finally {
      await browser.close();
    }
    await scene.end(dashboard.program);
  }
  return [{
    question: "first page over loopback, browser and server just started",
    figure: `${median(figures).toFixed(0)} ms`,
    reference: `from start until listening: ${median(listening).toFixed(0)} ms`,
    must: "1 s",
    reached: median(figures) <= 1000,
    aim: "300 ms",
  }];
}

/** The page of jobs with a million done. */
export async function millionDone(scene: Scene): Promise<Row[]> {
  const rounds = scene.small ? 3 : 15;
  const count = scene.small ? 20_000 : 1_000_000;
  const dir = scene.queue();
  await queuectl(dir, ["config", "set", "worker_count", "2"]);
  fillDone(dir, count);
  const dashboard = await scene.dashboard(dir);
  const tab = await scene.tab(dashboard, "/jobs");
  const first = await paintOf(tab);
  const total = new RegExp(count.toLocaleString("en-US").replaceAll(",", "\\D?"));
  await tab.sees(total);
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await tab.go("/jobs?states=done");
    figures.push(await paintOf(tab));
    await tab.sees(/convert scans/, tab.main);
  }
  return [{
    question: `the page of jobs with ${count.toLocaleString("en-US")} done, until it is drawn`,
    figure: `${median(figures).toFixed(0)} ms`,
    reference: `as the server's first: ${first.toFixed(0)} ms`,
    must: "500 ms",
    reached: median(figures) <= 500,
    aim: "150 ms",
  }];
}

/** From the start of the navigation, redirects included, to the first paint of its content. */
async function paintOf({ page }: Tab): Promise<number> {
  let paint: number | null = null;
  await until("the page is drawn", async () => {
    paint = await page.evaluate(() =>
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null
    );
    return paint !== null;
  });
  return paint!;
}
