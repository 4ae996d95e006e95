/**
 * A log of a gigabyte.
 *
 * @module
 */

import { writeLargeLog } from "../backlog.ts";
import type { Case } from "../case.ts";
import { memoryOf } from "../processes.ts";
import { until } from "../until.ts";

const SIZE = 1e9;

/** A log of a gigabyte opens at its end, and is read upward and onward from there. */
export const largeLog: Case = {
  name: "large-log",
  about: "a log of 1 GB opens at its end, goes upward by scrolling, and is followed",
  async play(scene) {
    const dir = scene.queue();
    await scene.add(dir, [{ id: "large", command: "echo begun; sleep 1000" }]);
    await scene.worker(dir);
    await scene.reaches(dir, "large", "processing");
    const path = `${dir}/processing/large.log`;
    await until("the job has printed", () => Deno.statSync(path).size > 0);
    const last = writeLargeLog(path, SIZE);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/");
    const before = memoryOf(dashboard.program.pid);

    const begun = performance.now();
    await tab.go("/jobs/large");
    await tab.sees(`line ${last} of the large log`);
    const opened = performance.now() - begun;
    scene.check(opened < 3000, `the log took ${opened.toFixed(0)} ms to open`);
    const log = tab.main.locator(".log").first();
    await log.waitFor();
    const top = async () => {
      const text = await log.innerText();
      return Number(/line (\d+) of the large log/.exec(text)?.[1]);
    };
    const first = await top();
    scene.check(last - first < 50_000, `the page holds the log from line ${first} on`);

    await log.evaluate((element) => element.scrollTo(0, 0));
    await until("scrolling up shows earlier lines", async () => await top() < first);

    await log.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    Deno.writeTextFileSync(path, "printed while it was looked at\n", { append: true });
    await tab.sees("printed while it was looked at");
    // The page is at the end still, so what comes is in sight.
    await until(
      "the end of the log is in sight",
      () =>
        log.evaluate((element) =>
          element.scrollHeight - element.scrollTop - element.clientHeight < 50
        ),
    );

    const grown = memoryOf(dashboard.program.pid) - before;
    scene.check(grown < 100, `the server took ${grown.toFixed(0)} MB more for the log`);
    const session = await tab.page.context().newCDPSession(tab.page);
    await session.send("HeapProfiler.collectGarbage");
    const heap = await tab.page.evaluate(() =>
      (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6
    );
    scene.check(heap < 50, `the page took ${heap.toFixed(0)} MB`);
    scene.figures.push(
      `open in ${opened.toFixed(0)} ms, server ${grown.toFixed(0)} MB more, page ${
        heap.toFixed(0)
      } MB`,
    );
  },
};
